"""Writes airbench.json: AirBench's initial weights, whitening kernels, logits and first losses in PyTorch 1.13.1 on CPU. The
network is written here from its description (Jordan 2024, section 3). Run by hand in this folder."""
import hashlib
import torch
from torch import nn
from golden import nudged, flat, save


def convolution(inputs, outputs, size=3, padding=1, bias=False):
    layer = nn.Conv2d(inputs, outputs, size, padding=padding, bias=bias)
    with torch.no_grad():
        if bias:
            layer.bias.zero_()
        nn.init.dirac_(layer.weight[:inputs])
    return layer


def normalization(channels):
    layer = nn.BatchNorm2d(channels, eps=1e-12, momentum=0.4)
    layer.weight.requires_grad = False
    return layer


class Block(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.conv1 = convolution(inputs, outputs)
        self.norm1 = normalization(outputs)
        self.conv2 = convolution(outputs, outputs)
        self.norm2 = normalization(outputs)

    def forward(self, x):
        x = nn.functional.gelu(self.norm1(nn.functional.max_pool2d(self.conv1(x), 2)))
        return nn.functional.gelu(self.norm2(self.conv2(x)))


class AirBench(nn.Module):
    def __init__(self):
        super().__init__()
        self.whiten = convolution(3, 24, 2, 0, True)
        self.whiten.weight.requires_grad = False
        self.block1 = Block(24, 64)
        self.block2 = Block(64, 256)
        self.block3 = Block(256, 256)
        self.linear = nn.Linear(256, 10, bias=False)

    def forward(self, x):
        x = nn.functional.gelu(self.whiten(x))
        x = nn.functional.max_pool2d(self.block3(self.block2(self.block1(x))), 3)
        return self.linear(x.flatten(1)) / 9


def whitening(images):
    """The kernels of [N, C, H, W], each with the sign that makes its largest component positive."""
    patches = nn.functional.unfold(images.double(), 2).transpose(1, 2).reshape(-1, 12)
    values, vectors = torch.linalg.eigh(patches.T @ patches / len(patches))
    values, vectors = values.flip(0), vectors.T.flip(0)
    signs = torch.stack([row[row.abs().argmax()].sign() for row in vectors])
    vectors = vectors * signs[:, None] / torch.sqrt(values + 5e-4)[:, None]
    return values, torch.cat([vectors, -vectors]).view(24, 3, 2, 2)


def images(count):
    """Blocks of 2 x 2 pixels under noise, so that neighbouring pixels are correlated as those of photographs are."""
    g = torch.Generator().manual_seed(7)
    blocks = torch.rand(count, 3, 16, 16, generator=g).repeat_interleave(2, 2).repeat_interleave(2, 3)
    return (blocks - 0.5) + torch.rand(count, 3, 32, 32, generator=g) * 0.25


def make(x):
    torch.manual_seed(42)
    net = AirBench()
    net.whiten.weight.data[:] = whitening(x)[1]
    return net


def train(x, y, steps, dtype, channels_last=False):
    net, x = make(x).to(dtype), x.to(dtype)
    if channels_last:
        net, x = net.to(memory_format=torch.channels_last), x.contiguous(memory_format=torch.channels_last)
    biases = [p for name, p in net.named_parameters() if "norm" in name and p.requires_grad]
    others = [p for name, p in net.named_parameters() if "norm" not in name and p.requires_grad]
    optimizer = torch.optim.SGD(
        [{"params": biases, "lr": 0.192, "weight_decay": 1e-3 / 64}, {"params": others, "lr": 0.003, "weight_decay": 1e-3}],
        momentum=0.85, nesterov=True)
    loss_function = nn.CrossEntropyLoss()
    losses = []
    for _ in range(steps):
        optimizer.zero_grad()
        loss = loss_function(net(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def digest(values):
    return hashlib.sha256(values.detach().contiguous().numpy().tobytes()).hexdigest()[:16]


x = images(16)
y = torch.arange(16) % 10
torch.manual_seed(42)
fresh = AirBench()
after = torch.rand(1).item()
state = [[key, list(value.shape), digest(value) if value.dtype == torch.float32 else None]
         for key, value in fresh.state_dict().items()]
eigenvalues, kernels = whitening(x)
exact = make(x).double()
training = exact(x.double()).float()
evaluation = exact.eval()(x.double()).float()
losses = train(x, y, 8, torch.float64)
runs = [train(x, y, 8, torch.float32, last) for last in (False, True)]
for seed in range(6):
    with nudged(seed):
        runs.append(train(x, y, 8, torch.float32))
apart = [float(f"{max(abs(run[step] - losses[step]) for run in runs):.2g}") for step in range(8)]
save("airbench.json", state=state, next_draw=after, eigenvalues=eigenvalues.tolist(), kernels=flat(kernels.float()),
     training=flat(training), evaluation=flat(evaluation), losses=losses, apart=apart)
