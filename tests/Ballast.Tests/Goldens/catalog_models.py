"""Writes catalog_models.json: of torchvision's models (0.14), made after manual_seed(1), the names and shapes of the state, a
hash of its values, the parameters and multiply-adds of the published network, of the small ones the outputs of an image in
evaluation mode, and of some a step of training.

    python3 catalog_models.py [NAME ...]

With names, the others keep what is recorded of them.
"""
import hashlib
import json
import os
import sys
import warnings
from unittest import mock

import torch
import torchvision.models as models
from torch import nn
from torch.nn import functional as F

from golden import nudged
from unet import UNet

RESNETS = ["resnet18", "resnet34", "resnet50", "resnet101", "resnet152", "wide_resnet50_2", "wide_resnet101_2", "resnext50_32x4d", "resnext101_32x8d"]
VGGS = ["vgg11_bn", "vgg13_bn", "vgg16_bn", "vgg19_bn"]
SMALL = ["mobilenet_v2", "mobilenet_v3_small", "mobilenet_v3_large", "shufflenet_v2_x0_5", "shufflenet_v2_x1_0", "shufflenet_v2_x1_5",
         "shufflenet_v2_x2_0", "efficientnet_b0"]
OTHERS = ["densenet121", *SMALL, "googlenet", "convnext_tiny", "vit_tiny", "vit_tiny_cifar", "unet", "unet_bilinear"]
LARGE = ["resnet101", "resnet152", "wide_resnet101_2", "resnext101_32x8d"]
TRAINED = ["resnet18", "densenet121", *SMALL, "googlenet", "convnext_tiny", "vit_tiny_cifar", "unet", "unet_bilinear"]
# Pictures with which the outputs after a step do not depend on which side of 0 a value before a ReLU rounds to: with 0, nudged runs of
# these are 5e-3 and 2e-4 apart.
FIRST = {"resnet18": 1, "densenet121": 5}
SIZES = {"vit_tiny": 224, "vit_tiny_cifar": 32, "unet": 24, "unet_bilinear": 24}


class SmallLinear(torch.nn.Linear):
    """A linear layer of VGG with 64 values in place of 4096: tests draw no 120 million weights."""

    def __init__(self, inputs, outputs):
        super().__init__(*(64 if size == 4096 else size for size in (inputs, outputs)))


def build(name, classes):
    torch.manual_seed(1)
    if name.startswith("vit_tiny"):
        size, patch = (32, 4) if name == "vit_tiny_cifar" else (224, 16)
        return models.VisionTransformer(size, patch, 12, 3, 192, 768, num_classes=classes)
    if name.startswith("unet"):
        return UNet(3, classes, bilinear=name == "unet_bilinear", width=64 if classes == 1000 else 16)
    return getattr(models, name)(num_classes=classes)


def make(name):
    if name in VGGS:
        with mock.patch.object(torch.nn, "Linear", SmallLinear):
            return build(name, 10)
    return build(name, 10)


def truncated(name, model):
    """The parameters that trunc_normal_ drew: their values depend on who computes the inverse of erf."""
    if name.startswith("vit_tiny"):
        return ["conv_proj.weight"]
    if name not in ("googlenet", "convnext_tiny"):
        return []
    return [f"{key}.weight" for key, part in model.named_modules() if isinstance(part, (nn.Conv2d, nn.Linear))]


def image(size):
    """A picture that needs no generator: its values repeat after 29."""
    return (torch.arange(3 * size * size) * 7 % 29).float().reshape(1, 3, size, size) / 14 - 1


def batch(size, first):
    """Four pictures that need no generator."""
    values = torch.arange(4 * 3 * size * size) + first * 1_000_003
    return (values * 7919 % 10007 * 31 % 101).float().reshape(4, 3, size, size) / 50 - 1


def pattern(value):
    return (torch.arange(value.numel()) * 7 % 29).to(value.dtype).reshape(value.shape) / 14 - 1


def prepare(model):
    """Gives values to what is 0, or almost 0, at first: the output would not depend on the rest."""
    with torch.no_grad():
        for key, value in model.named_parameters():
            if key.endswith("layer_scale") or key.startswith("heads.head"):
                value.copy_(pattern(value))
    return model


def number(value):
    return float(f"{float(value):.9g}")


def rough(value):
    return float(f"{value:.2g}")


def step(name, dtype):
    """The loss, the gradients' lengths and products with the pattern, and the outputs of the image after a step of SGD."""
    model = prepare(make(name)).to(dtype)
    size = SIZES.get(name, 64)
    inputs = batch(size, FIRST.get(name, 0)).to(dtype)
    torch.manual_seed(2)
    outputs = model(inputs)
    if name.startswith("unet"):
        labels = (torch.arange(4 * size * size) * 3 % 10).reshape(4, size, size)
    else:
        labels = torch.arange(4) * 3 % 10
    if name == "googlenet":
        loss = F.cross_entropy(outputs.logits, labels)
        loss = loss + 0.3 * (F.cross_entropy(outputs.aux_logits1, labels) + F.cross_entropy(outputs.aux_logits2, labels))
    else:
        loss = F.cross_entropy(outputs, labels)
    loss.backward()
    gradients = {key: torch.stack([value.grad.norm(), (value.grad * pattern(value)).sum()]).double() for key, value in model.named_parameters()}
    torch.optim.SGD(model.parameters(), lr=0.01).step()
    model.eval()
    with torch.no_grad():
        after = model(image(size).to(dtype))[0].flatten()[:10].double()
    return loss.detach().double(), gradients, after


def distance(a, b):
    return float((a - b).abs().max() / b.abs().max())


def describe_step(name):
    """In double, and how far float32 is from that at most: PyTorch's own from the weights, and seven from nudged ones."""
    loss, gradients, after = step(name, torch.float64)
    runs = [step(name, torch.float32)]
    for seed in range(7):
        with nudged(seed):
            runs.append(step(name, torch.float32))
    largest = max(float(value[0]) for value in gradients.values())
    apart = {key: max(float((run[1][key] - value).abs().max()) for run in runs) / max(float(value[0]), 1e-3 * largest)
             for key, value in gradients.items()}
    return {"loss": [number(loss), rough(max(distance(run[0], loss) for run in runs))],
            "gradients": {key: [number(value[0]), number(value[1]), rough(apart[key])] for key, value in gradients.items()},
            "after": [number(v) for v in after], "after_apart": rough(max(distance(run[2], after) for run in runs))}


def cost(name):
    """The parameters and multiply-adds of the published network for one image."""
    if name == "vit_tiny_cifar":
        model, size = build(name, 10), SIZES[name]
    else:
        model, size = build(name, 1000), 224
    total = 0

    def count(module, inputs, output):
        nonlocal total
        if isinstance(module, nn.MultiheadAttention):
            length, width = inputs[0].shape[1] if inputs else output[0].shape[1], module.embed_dim
            total += length * 4 * width * width + 2 * length * length * width
        elif isinstance(module, nn.ConvTranspose2d):
            total += module.weight.numel() * inputs[0].shape[2] * inputs[0].shape[3]
        else:
            total += module.weight.numel() * (output.numel() // output.shape[1 if output.dim() == 4 and isinstance(module, nn.Conv2d) else -1])

    for module in model.modules():
        if isinstance(module, (nn.Conv2d, nn.ConvTranspose2d, nn.Linear, nn.MultiheadAttention)):
            if not isinstance(module, nn.modules.linear.NonDynamicallyQuantizableLinear):
                module.register_forward_hook(count)
    model.eval()
    with torch.no_grad():
        model(torch.zeros(1, 3, size, size))
    return {"parameters": sum(value.numel() for value in model.parameters()), "multiply_adds": total}


def describe(name):
    model = make(name)
    state = model.state_dict()
    lines = "".join(f"{key} {list(value.shape)}\n" for key, value in state.items())
    weights = hashlib.sha256()
    drawn = truncated(name, model)
    for key, value in state.items():
        if key not in drawn:
            weights.update(value.float().contiguous().numpy().tobytes())
    result = {"keys": len(state), "names": hashlib.sha256(lines.encode()).hexdigest()[:16], "weights": weights.hexdigest()[:16]}
    if drawn:
        result["truncated"] = {key: [number(state[key].flatten()[-1]), number(state[key].double().abs().sum())] for key in drawn}
    result |= cost(name)
    if name in LARGE:
        return result
    size = SIZES.get(name, 64)
    prepare(model).eval()
    with torch.no_grad():
        output = model(image(size))[0].flatten()[:10]
    result |= {"size": size, "output": [number(value) for value in output.tolist()]}
    if name in TRAINED:
        result["step"] = {"first": FIRST.get(name, 0)} | describe_step(name)
    return result


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "catalog_models.json")
    names = RESNETS + VGGS + OTHERS
    recorded = {}
    if len(sys.argv) > 1:
        with open(path, encoding="utf-8") as file:
            recorded = json.load(file)
    result = {name: recorded[name] if sys.argv[1:] and name not in sys.argv[1:] else describe(name) for name in names}
    with open(path, "w", encoding="utf-8") as file:
        file.write("{\n" + ",\n".join(f'"{name}": {json.dumps(value)}' for name, value in result.items()) + "\n}\n")
