"""Writes trajectory-first-SEED.json: the first 100 losses of the tutorial's network on CIFAR-10, with and without batch
normalization, in PyTorch 1.13.1 on one thread, and the same computed in float64 from the same float32 weights: where the
two part, rounding has decided. Takes the seed and the folder of the binary CIFAR-10 files. Run by hand in this folder."""
import json
import sys
import numpy as np
import torch
from torch import nn

torch.set_num_threads(1)
STEPS = 100
seed, folder = int(sys.argv[1]), sys.argv[2]
raw = np.concatenate([np.fromfile(f"{folder}/data_batch_{i}.bin", np.uint8).reshape(-1, 3073) for i in range(1, 6)])


def losses(bn, kind=torch.float32):
    torch.manual_seed(seed)
    layers = [nn.Flatten(), nn.Linear(3072, 64)] + ([nn.BatchNorm1d(64)] if bn else [])
    layers += [nn.ReLU(), nn.Linear(64, 32)] + ([nn.BatchNorm1d(32)] if bn else [])
    model = nn.Sequential(*layers, nn.ReLU(), nn.Linear(32, 10)).to(kind)
    function = nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-4)
    # What DataLoader draws at the start of an epoch: a base seed, then the seed of the order's own generator.
    torch.empty((), dtype=torch.int64).random_()
    order_seed = int(torch.empty((), dtype=torch.int64).random_().item())
    order = torch.randperm(len(raw), generator=torch.Generator().manual_seed(order_seed)).numpy()
    found = []
    for step in range(STEPS):
        rows = raw[order[step * 10:step * 10 + 10]]
        x = torch.from_numpy(rows[:, 1:].copy()).float().div(255).to(kind)
        y = torch.from_numpy(rows[:, 0].astype(np.int64))
        optimizer.zero_grad()
        loss = function(model(x), y)
        loss.backward()
        optimizer.step()
        found.append(loss.item())
    return found


with open(f"trajectory-first-{seed}.json", "w") as file:
    json.dump({"torch": torch.__version__, "seed": seed, "bn": losses(True), "nobn": losses(False),
               "bn_double": losses(True, torch.float64), "nobn_double": losses(False, torch.float64)}, file, indent=1)
    file.write("\n")
