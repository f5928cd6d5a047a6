"""Writes models.json: the models' initial weights, logits and first losses in PyTorch 1.13.1 and torchvision 0.14.1 on CPU.
Run by hand in this folder."""
import hashlib
import torch
from torch import nn
from torchvision.models import resnet18
from torchvision.models.resnet import BasicBlock
from golden import flat, nudged, save


class Mlp(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Flatten(), nn.Linear(3072, 64), nn.BatchNorm1d(64), nn.ReLU(), nn.Linear(64, 32), nn.BatchNorm1d(32),
            nn.ReLU(), nn.Linear(32, 10))

    def forward(self, x):
        return self.layers(x)


class VggSmall(nn.Module):
    def __init__(self):
        super().__init__()

        def convolution(inputs, outputs):
            return [nn.Conv2d(inputs, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()]

        self.features = nn.Sequential(
            *convolution(3, 32), *convolution(32, 32), nn.MaxPool2d(2), *convolution(32, 64), *convolution(64, 64),
            nn.MaxPool2d(2), *convolution(64, 128))
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Linear(128, 10)

    def forward(self, x):
        return self.classifier(self.avgpool(self.features(x)).flatten(1))


class ResNet20(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        self.relu = nn.ReLU()
        self.layer1 = self.stage(16, 16, 1)
        self.layer2 = self.stage(16, 32, 2)
        self.layer3 = self.stage(32, 64, 2)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(64, 10)
        for m in self.modules():
            if isinstance(m, nn.Conv2d):
                nn.init.kaiming_normal_(m.weight, mode="fan_out", nonlinearity="relu")

    @staticmethod
    def stage(inputs, outputs, stride):
        downsample = None
        if stride != 1 or inputs != outputs:
            downsample = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))
        first = BasicBlock(inputs, outputs, stride, downsample)
        return nn.Sequential(first, BasicBlock(outputs, outputs), BasicBlock(outputs, outputs))

    def forward(self, x):
        x = self.relu(self.bn1(self.conv1(x)))
        x = self.layer3(self.layer2(self.layer1(x)))
        return self.fc(self.avgpool(x).flatten(1))


def digest(values):
    return hashlib.sha256(values.detach().contiguous().numpy().tobytes()).hexdigest()[:16]


def train(make, x, y, steps, rate, dtype, channels_last=False):
    """The losses of some steps of SGD."""
    torch.manual_seed(42)
    net, x = make().to(dtype), x.to(dtype)
    if channels_last:
        net, x = net.to(memory_format=torch.channels_last), x.contiguous(memory_format=torch.channels_last)
    optimizer = torch.optim.SGD(net.parameters(), lr=rate, momentum=0.9)
    losses = []
    for _ in range(steps):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(net(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def apart(make, x, y, steps, rate, exact):
    """How far runs in float32 are from float64, step by step: row-major, channels last, and six from nudged weights."""
    runs = [train(make, x, y, steps, rate, torch.float32, last) for last in (False, True)]
    for seed in range(6):
        with nudged(seed):
            runs.append(train(make, x, y, steps, rate, torch.float32))
    return [float(f"{max(abs(run[step] - exact[step]) for run in runs):.2g}") for step in range(steps)]


def case(name, make, batch, size, steps, rate):
    torch.manual_seed(42)
    net = make()
    after = torch.rand(1).item()
    g = torch.Generator().manual_seed(7)
    x = torch.rand(batch, 3, size, size, generator=g)
    y = torch.arange(batch) % 10
    state = [[key, list(value.shape), digest(value) if value.dtype == torch.float32 else None]
             for key, value in net.state_dict().items()]
    # In double, so that the numbers are nobody's rounding but the last. The running statistics move with each pass.
    exact = net.double()
    training = exact(x.double()).float()
    evaluation = exact.eval()(x.double()).float()
    losses = train(make, x, y, steps, rate, torch.float64)
    return {"name": name, "batch": batch, "size": size, "rate": rate, "state": state, "next_draw": after, "training": flat(training),
            "evaluation": flat(evaluation), "losses": losses, "apart": apart(make, x, y, steps, rate, losses)}


# The deeper networks take smaller steps: at 0.01 PyTorch parts from itself by 5e-3 within five.
save("models.json", cases=[
    case("mlp", Mlp, 8, 32, 20, 0.01),
    case("vgg-small", VggSmall, 128, 32, 20, 0.01),
    case("resnet20", ResNet20, 8, 32, 5, 0.001),
    case("resnet18", lambda: resnet18(num_classes=10), 4, 64, 5, 0.001),
])
