"""The same training step on PyTorch with the images in memory as floats: what is left without the DataLoader.

  python3 in_memory.py DATA --batch 10 --threads 1 --seconds 3

Prints one line of JSON: the best of PyTorch's variants, as the median and the minimum of chunks of steps, in ms a step.
"""
import argparse
import json
import statistics
import time

import numpy as np
import torch
from torch import nn

arguments = argparse.ArgumentParser()
arguments.add_argument("data")
arguments.add_argument("--batch", type=int, default=10)
arguments.add_argument("--threads", type=int, default=1)
arguments.add_argument("--seconds", type=float, default=3)
arguments = arguments.parse_args()
torch.set_num_threads(arguments.threads)

records = np.concatenate([
    np.fromfile(f"{arguments.data}/data_batch_{i}.bin", np.uint8).reshape(-1, 3073) for i in range(1, 6)])
images = torch.from_numpy(records[:, 1:].astype(np.float32) / 255).view(-1, 3, 32, 32)
labels = torch.from_numpy(records[:, 0].astype(np.int64))
batches = len(labels) // arguments.batch


def network():
    torch.manual_seed(42)
    return nn.Sequential(
        nn.Flatten(), nn.Linear(3072, 64), nn.BatchNorm1d(64), nn.ReLU(),
        nn.Linear(64, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Linear(32, 10))


def stepper(foreach, set_to_none):
    mlp = network()
    loss_function = nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(mlp.parameters(), lr=1e-4, foreach=foreach)
    position = 0

    def step():
        nonlocal position
        first = position * arguments.batch
        position = (position + 1) % batches
        optimizer.zero_grad(set_to_none=set_to_none)
        loss = loss_function(mlp(images[first:first + arguments.batch]), labels[first:first + arguments.batch])
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


def measure(step, seconds):
    start = time.perf_counter()
    steps = 0
    while time.perf_counter() - start < 0.5:
        step()
        steps += 1
    chunk = max(1, int(steps * 0.1))
    times = []
    start = time.perf_counter()
    while time.perf_counter() - start < seconds:
        before = time.perf_counter()
        for _ in range(chunk):
            step()
        times.append((time.perf_counter() - before) / chunk * 1e3)
    return {"ms_median": round(statistics.median(times), 5), "ms_min": round(min(times), 5)}


results = [
    measure(stepper(foreach, set_to_none), arguments.seconds / 3)
    for foreach, set_to_none in ((False, False), (False, True), (True, True))]
print(json.dumps(min(results, key=lambda result: result["ms_median"])))
