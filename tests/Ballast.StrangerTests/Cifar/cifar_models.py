"""Writes cifar_models.json: of networks for CIFAR, made after manual_seed(1), the parameters, the names and shapes of the state, a hash
of its values, and of a step of training on four images the loss, the outputs and the gradients, in double, how far PyTorch's own float32 is
apart from these outputs, and how far the gradients move when the images change by a millionth.

    python3 cifar_models.py
"""
import hashlib
import json
import os

import torch
from torch.nn import functional as F

from cifar_networks import DPN26, LeNet, PreActResNet, RegNet, ResNeXt
from cifar_networks_more import DLA, DenseNet, EfficientNet, GoogLeNet, MobileNet, PNASNet, ShuffleNet

MODELS = {"LeNet": LeNet, "PreActResNet18": PreActResNet, "SENet18": lambda: PreActResNet(squeezes=True), "ResNeXt29": ResNeXt,
          "RegNetY400": RegNet, "DPN26": DPN26, "ShuffleNetG2": ShuffleNet, "PNASNetB": PNASNet, "DLA": DLA, "EfficientNetB0": EfficientNet,
          "DenseNetCifar": DenseNet, "MobileNet": MobileNet, "GoogLeNet": GoogLeNet}


def images():
    return (torch.arange(4 * 3 * 32 * 32) * 7919 % 10007 * 31 % 101).float().reshape(4, 3, 32, 32) / 50 - 1


def pattern(value):
    return (torch.arange(value.numel()) * 7 % 29).to(value.dtype).reshape(value.shape) / 14 - 1


def step(name, dtype, noise=None):
    torch.manual_seed(1)
    model = MODELS[name]().to(dtype)
    inputs = images().to(dtype)
    if noise is not None:
        torch.manual_seed(noise)
        inputs = inputs + 1e-6 * torch.randn_like(inputs)
    torch.manual_seed(2)
    outputs = model(inputs)
    loss = F.cross_entropy(outputs, torch.arange(4) * 3 % 10)
    loss.backward()
    gradients = [None if p.grad is None else torch.stack([p.grad.norm(), (p.grad * pattern(p)).sum()]).double() for p in model.parameters()]
    return loss.detach().double(), outputs.detach().double().flatten(), gradients


def short(value):
    return float(f"{float(value):.7g}")


def describe(name):
    torch.manual_seed(1)
    model = MODELS[name]()
    state = model.state_dict()
    lines = "".join(f"{key} {list(value.shape)}\n" for key, value in state.items())
    weights = hashlib.sha256()
    for value in state.values():
        weights.update(value.float().contiguous().numpy().tobytes())
    loss32, outputs32, _ = step(name, torch.float32)
    loss, outputs, gradients = step(name, torch.float64)
    apart = max(float((outputs32 - outputs).abs().max() / outputs.abs().max()), abs(float(loss32 / loss) - 1))
    largest = max(float(g[0]) for g in gradients if g is not None)
    moves = 0
    for noise in range(3):
        for moved, g in zip(step(name, torch.float64, noise)[2], gradients):
            if g is not None:
                moves = max(moves, float((moved - g).abs().max()) / max(float(g[0]), 1e-3 * largest))
    return {"parameters": sum(p.numel() for p in model.parameters()), "names": hashlib.sha256(lines.encode()).hexdigest()[:16],
            "weights": weights.hexdigest()[:16], "loss": short(loss), "outputs": [short(v) for v in outputs], "apart": float(f"{apart:.2g}"),
            "moves": float(f"{moves:.2g}"),
            "gradients": [None if g is None else [short(v) for v in g] for g in gradients]}


if __name__ == "__main__":
    torch.set_num_threads(1)
    result = {name: describe(name) for name in MODELS}
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "cifar_models.json"), "w", encoding="utf-8") as file:
        file.write("{\n" + ",\n".join(f'"{name}": {json.dumps(value)}' for name, value in result.items()) + "\n}\n")
