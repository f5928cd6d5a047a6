"""Writes catalog_models.json: of torchvision's models (0.14), made after manual_seed(1), the names and shapes of the state, a
hash of its values, and of the small ones the outputs of an image in evaluation mode.

    python3 catalog_models.py
"""
import hashlib
import json
import os
from unittest import mock

import torch
import torchvision.models as models

RESNETS = ["resnet18", "resnet34", "resnet50", "resnet101", "resnet152", "wide_resnet50_2", "wide_resnet101_2", "resnext50_32x4d", "resnext101_32x8d"]
VGGS = ["vgg11_bn", "vgg13_bn", "vgg16_bn", "vgg19_bn"]
OTHERS = ["densenet121"]
LARGE = ["resnet101", "resnet152", "wide_resnet101_2", "resnext101_32x8d"]


class SmallLinear(torch.nn.Linear):
    """A linear layer of VGG with 64 values in place of 4096: tests draw no 120 million weights."""

    def __init__(self, inputs, outputs):
        super().__init__(*(64 if size == 4096 else size for size in (inputs, outputs)))


def make(name):
    torch.manual_seed(1)
    if name in VGGS:
        with mock.patch.object(torch.nn, "Linear", SmallLinear):
            return getattr(models, name)(num_classes=10)
    return getattr(models, name)(num_classes=10)


def image(size):
    """A picture that needs no generator: its values repeat after 29."""
    return (torch.arange(3 * size * size) * 7 % 29).float().reshape(1, 3, size, size) / 14 - 1


def describe(name):
    model = make(name)
    state = model.state_dict()
    lines = "".join(f"{key} {list(value.shape)}\n" for key, value in state.items())
    weights = hashlib.sha256()
    for value in state.values():
        weights.update(value.float().contiguous().numpy().tobytes())
    result = {"keys": len(state), "names": hashlib.sha256(lines.encode()).hexdigest()[:16], "weights": weights.hexdigest()[:16]}
    if name in LARGE:
        return result
    size = 64
    model.eval()
    with torch.no_grad():
        output = model(image(size))[0]
    return result | {"size": size, "output": [float(f"{value:.9g}") for value in output.tolist()]}


if __name__ == "__main__":
    torch.set_num_threads(1)
    result = {name: describe(name) for name in RESNETS + VGGS + OTHERS}
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "catalog_models.json"), "w", encoding="utf-8") as file:
        file.write("{\n" + ",\n".join(f'"{name}": {json.dumps(value)}' for name, value in result.items()) + "\n}\n")
