"""Writes chains.json: convolutions, batch normalizations, activations and pools one behind another, as PyTorch 1.13.1 computes
them in double, with the gradients of everything. Run by hand in this folder."""
import torch
from torch import nn
from golden import flat, save

g = torch.Generator().manual_seed(2015)


class Residual(nn.Module):
    def __init__(self, inside, shortcut):
        super().__init__()
        self.inside, self.shortcut = inside, shortcut

    def forward(self, x):
        return torch.relu(self.inside(x) + self.shortcut(x))


def conv(i, o, **options):
    return nn.Conv2d(i, o, 3, padding=1, bias=False, **options)


def chain(name, shape, net):
    net = net.double()
    with torch.no_grad():
        for p in net.parameters():
            p.copy_(torch.randn(p.shape, generator=g) * (0.2 if p.dim() > 1 else 0.5) + (1 if p.dim() == 1 else 0))
            p.copy_(p.float())
    x = torch.randn(shape, generator=g)
    leaf = x.double().requires_grad_()
    y = net(leaf)
    cotangent = torch.randn(y.shape, generator=g)
    parameters = dict(net.named_parameters())
    grads = torch.autograd.grad(y, [leaf, *parameters.values()], cotangent.double())
    return {"name": name, "shape": shape, "input": flat(x), "output": flat(y.float()), "cotangent": flat(cotangent),
            "grad_input": flat(grads[0].float()),
            "parameters": {k: {"values": flat(p.float()), "grad": flat(d.float())}
                           for (k, p), d in zip(parameters.items(), grads[1:])},
            "buffers": {k: flat(b.float()) for k, b in net.named_buffers() if b.dim()}}


save("chains.json", cases=[
    chain("conv bn relu conv bn relu", [2, 3, 6, 6], nn.Sequential(
        conv(3, 16), nn.BatchNorm2d(16), nn.ReLU(), conv(16, 16), nn.BatchNorm2d(16), nn.ReLU())),
    chain("conv bn conv bn", [2, 16, 5, 6], nn.Sequential(
        conv(16, 16), nn.BatchNorm2d(16), conv(16, 16), nn.BatchNorm2d(16))),
    chain("conv bn relu maxpool conv", [2, 3, 9, 8], nn.Sequential(
        conv(3, 16), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2), conv(16, 16))),
    chain("conv bn relu overlapping maxpool conv", [2, 3, 7, 8], nn.Sequential(
        conv(3, 5), nn.BatchNorm2d(5), nn.ReLU(), nn.MaxPool2d(3, 2, 1), conv(5, 4))),
    chain("conv bn maxpool", [2, 3, 6, 6], nn.Sequential(conv(3, 5), nn.BatchNorm2d(5), nn.MaxPool2d(2))),
    chain("conv bn relu avgpool conv stride 2", [2, 3, 8, 8], nn.Sequential(
        conv(3, 5), nn.BatchNorm2d(5), nn.ReLU(), nn.AvgPool2d(2), conv(5, 4, stride=2))),
    chain("residual with a shortcut", [2, 16, 5, 5], nn.Sequential(conv(16, 16), nn.BatchNorm2d(16), nn.ReLU(), Residual(
        nn.Sequential(conv(16, 16), nn.BatchNorm2d(16), nn.ReLU(), conv(16, 16), nn.BatchNorm2d(16)), nn.Identity()),
        conv(16, 16))),
    chain("residual with a strided shortcut", [2, 16, 6, 6], nn.Sequential(conv(16, 16), nn.BatchNorm2d(16), nn.ReLU(), Residual(
        nn.Sequential(conv(16, 8, stride=2), nn.BatchNorm2d(8), nn.ReLU(), conv(8, 8), nn.BatchNorm2d(8)),
        nn.Sequential(nn.Conv2d(16, 8, 1, 2, bias=False), nn.BatchNorm2d(8))))),
])
