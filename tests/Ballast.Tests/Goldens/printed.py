"""Writes printed.json: networks as PyTorch 1.13.1 prints them. Run by hand in this folder."""
import json
from torch import nn


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm = nn.LayerNorm([4, 6])
        self.inner = nn.Sequential(nn.Linear(6, 6), nn.GELU())
        self.scale = nn.ParameterList([])


networks = {
    "empty": nn.Sequential(),
    "mlp": nn.Sequential(nn.Flatten(), nn.Linear(12, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Dropout(0.25), nn.Linear(8, 3, bias=False)),
    "nested": nn.Sequential(
        nn.Sequential(nn.BatchNorm2d(3, eps=1e-3, momentum=None, affine=False), nn.LeakyReLU(0.1), nn.ELU(0.7)),
        nn.ModuleList([nn.GroupNorm(2, 4), nn.InstanceNorm1d(5), nn.LayerNorm(7, eps=1e-6), nn.LocalResponseNorm(5)]),
        nn.ModuleDict({"first": nn.Identity(), "second": nn.Sequential(nn.Softmax(dim=1), nn.LogSoftmax(dim=-1))})),
    "activations": nn.Sequential(
        nn.CELU(1.5), nn.GLU(), nn.Hardshrink(0.3), nn.Softshrink(), nn.Hardtanh(-2.0, 2.5), nn.PReLU(4), nn.RReLU(), nn.Softplus(),
        nn.Threshold(0.5, 20), nn.SELU(), nn.SiLU(), nn.Mish(), nn.Tanh(), nn.Sigmoid(), nn.Hardswish(), nn.GELU(approximate="tanh"),
        nn.BatchNorm3d(2, eps=1e-10, track_running_stats=False)),
}
with open("printed.json", "w") as file:
    json.dump({name: str(network) for name, network in networks.items()}, file, indent=1)
    file.write("\n")
