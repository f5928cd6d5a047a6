"""The convolutional networks and single layers on PyTorch, each in every way that might be its fastest.

  python3 networks.py DATA --work vgg-small|resnet20|airbench --mode train|infer --batch 128 --threads 1 --seconds 3
  python3 networks.py DATA --work batchnorm2d|layernorm|... --sizes 128 64 32 32 --threads 1 --seconds 1
  python3 networks.py DATA --work product --sizes 1024 --threads 1 --seconds 1

Prints one line of JSON: the best variant and its median and minimum in ms.
"""
import argparse
import json
import statistics
import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional

arguments = argparse.ArgumentParser()
arguments.add_argument("data")
arguments.add_argument("--work", required=True)
arguments.add_argument("--mode", default="train")
arguments.add_argument("--batch", type=int, default=128)
arguments.add_argument("--sizes", type=int, nargs="*", default=[])
arguments.add_argument("--threads", type=int, default=1)
arguments.add_argument("--seconds", type=float, default=3)
arguments.add_argument("--processor-time", action="store_true")
arguments = arguments.parse_args()
torch.set_num_threads(arguments.threads)
torch.manual_seed(0)


def measure(work, seconds):
    for _ in range(3):
        work()
    times, processor = [], []
    start = time.perf_counter()
    while len(times) < 5 or time.perf_counter() - start < seconds:
        before, spent = time.perf_counter(), time.process_time()
        work()
        times.append((time.perf_counter() - before) * 1e3)
        processor.append((time.process_time() - spent) * 1e3)
    return {"ms_median": round(statistics.median(times), 4), "ms_min": round(min(times), 4),
            "processor_ms": round(statistics.median(processor), 4)}


def convolution(inputs, outputs):
    return [nn.Conv2d(inputs, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)]


def vgg_small():
    return nn.Sequential(
        *convolution(3, 32), *convolution(32, 32), nn.MaxPool2d(2), *convolution(32, 64), *convolution(64, 64),
        nn.MaxPool2d(2), *convolution(64, 128), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(128, 10))


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.shortcut = nn.Identity() if stride == 1 and inputs == outputs else nn.Sequential(
            nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        y = functional.relu(self.bn1(self.conv1(x)), inplace=True)
        return functional.relu(self.bn2(self.conv2(y)) + self.shortcut(x), inplace=True)


def resnet20():
    layers, inputs = convolution(3, 16), 16
    for outputs, stride in ((16, 1), (32, 2), (64, 2)):
        for i in range(3):
            layers.append(Block(inputs, outputs, stride if i == 0 else 1))
            inputs = outputs
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))


class ConvolutionGroup(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(outputs, eps=1e-12, momentum=0.4)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(outputs, eps=1e-12, momentum=0.4)
        self.norm1.weight.requires_grad = self.norm2.weight.requires_grad = False

    def forward(self, x):
        x = functional.gelu(self.norm1(functional.max_pool2d(self.conv1(x), 2)))
        return functional.gelu(self.norm2(self.conv2(x)))


def airbench():
    network = nn.Sequential(
        nn.Conv2d(3, 24, 2), nn.GELU(), ConvolutionGroup(24, 64), ConvolutionGroup(64, 256), ConvolutionGroup(256, 256),
        nn.MaxPool2d(3), nn.Flatten(), nn.Linear(256, 10, bias=False))
    network[0].weight.requires_grad = False
    return network


NETWORKS = {"vgg-small": vgg_small, "resnet20": resnet20, "airbench": airbench}


def images():
    records = np.fromfile(f"{arguments.data}/data_batch_1.bin", np.uint8).reshape(-1, 3073)
    x = torch.from_numpy(records[:, 1:].astype(np.float32) / 255).view(-1, 3, 32, 32)
    return x, torch.from_numpy(records[:, 0].astype(np.int64))


def training(layout, foreach):
    torch.manual_seed(0)
    network = NETWORKS[arguments.work]().to(memory_format=layout)
    optimizer = torch.optim.SGD(network.parameters(), lr=0.01, momentum=0.9, foreach=foreach)
    x, y = images()
    position = 0

    def step():
        nonlocal position
        first = position * arguments.batch
        position = (position + 1) % (len(y) // arguments.batch)
        inputs = x[first:first + arguments.batch].contiguous(memory_format=layout)
        optimizer.zero_grad(set_to_none=True)
        loss = functional.cross_entropy(network(inputs), y[first:first + arguments.batch])
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


def inference():
    import torch.fx.experimental.optimization as optimization
    from torch.utils import mkldnn
    network = NETWORKS[arguments.work]().eval()
    x = images()[0][:arguments.batch]
    last = x.contiguous(memory_format=torch.channels_last)
    folded = optimization.fuse(network)
    folded_last = optimization.fuse(network).to(memory_format=torch.channels_last)
    scripted = torch.jit.optimize_for_inference(torch.jit.script(network))
    blocked = mkldnn.to_mkldnn(optimization.fuse(network))
    yield "folded", lambda: folded(x)
    yield "folded, channels last", lambda: folded_last(last)
    yield "TorchScript, optimized for inference", lambda: scripted(x)
    yield "folded, oneDNN's blocked layout", lambda: blocked(x.to_mkldnn()).to_dense()
    torch.jit.enable_onednn_fusion(True)
    fused = torch.jit.freeze(torch.jit.trace(network, x))
    yield "oneDNN graph", lambda: fused(x)


class RMSNorm(nn.Module):
    """PyTorch has it from 2.4 on: here by its formula, with the fewest passes."""
    def __init__(self, size):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(size))

    def forward(self, x):
        return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + 2 ** -23) * self.weight


def layer(layout):
    shape = arguments.sizes
    module = {"batchnorm1d": lambda: nn.BatchNorm1d(shape[1]), "batchnorm2d": lambda: nn.BatchNorm2d(shape[1]),
              "layernorm": lambda: nn.LayerNorm(shape[-1]), "rmsnorm": lambda: RMSNorm(shape[-1]),
              "groupnorm": lambda: nn.GroupNorm(32, shape[1]), "instancenorm2d": lambda: nn.InstanceNorm2d(shape[1], affine=True),
              "localresponsenorm": lambda: nn.LocalResponseNorm(5), "gelu": nn.GELU, "dropout": nn.Dropout}[arguments.work]()
    x = torch.randn(shape).contiguous(memory_format=layout).requires_grad_()
    gradient = torch.randn_like(x)
    relu = arguments.work.startswith("batchnorm")
    inputs = [x, *module.parameters()]

    def step():
        y = module(x)
        torch.autograd.grad(functional.relu(y, inplace=True) if relu else y, inputs, gradient)

    return step


def variants():
    if arguments.work == "product":
        size = arguments.sizes[0]
        a, b, c = torch.randn(size, size), torch.randn(size, size), torch.empty(size, size)
        yield "mm", lambda: torch.mm(a, b, out=c)
    elif arguments.work in NETWORKS:
        if arguments.mode == "train":
            yield "channels last", training(torch.channels_last, False)
            yield "channels last, foreach", training(torch.channels_last, True)
        else:
            with torch.no_grad():
                yield from inference()
    else:
        yield "as it is", layer(torch.contiguous_format)
        if len(arguments.sizes) == 4:
            yield "channels last", layer(torch.channels_last)


results = []
for name, work in variants():
    with torch.set_grad_enabled(arguments.mode == "train"):
        for _ in range(3):
            work()
        results.append({"variant": name, **measure(work, arguments.seconds)})
key = "processor_ms" if arguments.processor_time else "ms_median"
print(json.dumps(min(results, key=lambda result: result[key])))
