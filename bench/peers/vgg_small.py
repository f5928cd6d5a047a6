"""What `ballast train --model vgg-small --batch-size 128 --learning-rate 1e-3` does, on PyTorch: the same seed, settings and
order of batches.

  python3 vgg_small.py DATA [--epochs 10] [--batch 128] [--learning-rate 1e-3] [--seed 42] [--threads 2]
"""
import argparse
import time

import numpy as np
import torch
from torch import nn

arguments = argparse.ArgumentParser()
arguments.add_argument("data")
arguments.add_argument("--epochs", type=int, default=10)
arguments.add_argument("--batch", type=int, default=128)
arguments.add_argument("--learning-rate", type=float, default=1e-3)
arguments.add_argument("--seed", type=int, default=42)
arguments.add_argument("--threads", type=int, default=2)
arguments = arguments.parse_args()
torch.set_num_threads(arguments.threads)


def images(*files):
    records = np.concatenate([np.fromfile(f"{arguments.data}/{name}.bin", np.uint8).reshape(-1, 3073) for name in files])
    pixels = torch.from_numpy(records[:, 1:].astype(np.float32) / 255).view(-1, 3, 32, 32)
    return pixels, torch.from_numpy(records[:, 0].astype(np.int64))


def convolution(inputs, outputs):
    return [nn.Conv2d(inputs, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)]


x, y = images(*(f"data_batch_{i}" for i in range(1, 6)))
test_x, test_y = images("test_batch")
torch.manual_seed(arguments.seed)
network = nn.Sequential(
    *convolution(3, 32), *convolution(32, 32), nn.MaxPool2d(2), *convolution(32, 64), *convolution(64, 64), nn.MaxPool2d(2),
    *convolution(64, 128), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(128, 10))
network = network.to(memory_format=torch.channels_last)
loss_function = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(network.parameters(), lr=arguments.learning_rate)
start = time.perf_counter()
for epoch in range(arguments.epochs):
    # The draws of DataLoader with shuffle: a base seed, then the sampler's seed of its own generator.
    torch.empty((), dtype=torch.int64).random_()
    order = torch.randperm(len(y), generator=torch.Generator().manual_seed(
        int(torch.empty((), dtype=torch.int64).random_().item())))
    total = 0.0
    for first in range(0, len(y), arguments.batch):
        batch = order[first:first + arguments.batch]
        optimizer.zero_grad(set_to_none=True)
        loss = loss_function(network(x[batch].contiguous(memory_format=torch.channels_last)), y[batch])
        loss.backward()
        optimizer.step()
        total += loss.item() * len(batch)
    print(f"epoch {epoch + 1}: mean loss {total / len(y):.4f}, {time.perf_counter() - start:.0f} s", flush=True)

network.eval()
with torch.no_grad():
    logits = torch.cat([network(part) for part in test_x.split(500)])
print(f"test: loss {loss_function(logits, test_y).item():.4f}, accuracy {(logits.argmax(1) == test_y).float().mean().item():.4f}")
