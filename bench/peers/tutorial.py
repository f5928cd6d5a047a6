"""The tutorial's program on PyTorch: an MLP on CIFAR-10 with batch normalization, batches of 10 from a DataLoader, Adam.

  python3 tutorial.py DATA [--epochs 5] [--workers 1] [--threads 2]

DATA is the folder with data_batch_1.bin ... of CIFAR-10's binary version; samples are made as torchvision's CIFAR10 with
ToTensor makes them. Needs Debian's python3-torchvision and libopenblas0-pthread.
"""
import argparse
import time

import numpy as np
import torch
from PIL import Image
from torch import nn
from torchvision import transforms

arguments = argparse.ArgumentParser()
arguments.add_argument("data")
arguments.add_argument("--epochs", type=int, default=5)
arguments.add_argument("--workers", type=int, default=1)
arguments.add_argument("--threads", type=int, default=2)
arguments = arguments.parse_args()


class Cifar10(torch.utils.data.Dataset):
    def __init__(self, folder):
        records = np.concatenate([
            np.fromfile(f"{folder}/data_batch_{i}.bin", np.uint8).reshape(-1, 3073) for i in range(1, 6)])
        self.images = records[:, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1).copy()
        self.labels = records[:, 0].tolist()
        self.transform = transforms.ToTensor()

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, index):
        return self.transform(Image.fromarray(self.images[index])), self.labels[index]


class MLP(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Flatten(),
            nn.Linear(32 * 32 * 3, 64), nn.BatchNorm1d(64), nn.ReLU(),
            nn.Linear(64, 32), nn.BatchNorm1d(32), nn.ReLU(),
            nn.Linear(32, 10))

    def forward(self, x):
        return self.layers(x)


if __name__ == "__main__":
    start = time.perf_counter()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(42)
    dataset = Cifar10(arguments.data)
    loader = torch.utils.data.DataLoader(dataset, batch_size=10, shuffle=True, num_workers=arguments.workers)
    mlp = MLP()
    loss_function = nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(mlp.parameters(), lr=1e-4)
    for epoch in range(arguments.epochs):
        print(f"Starting epoch {epoch + 1}", flush=True)
        current_loss = 0.0
        for i, (inputs, targets) in enumerate(loader):
            optimizer.zero_grad()
            outputs = mlp(inputs)
            loss = loss_function(outputs, targets)
            loss.backward()
            optimizer.step()
            current_loss += loss.item()
            if i % 500 == 499:
                print("Loss after mini-batch %5d: %.3f" % (i + 1, current_loss / 500), flush=True)
                current_loss = 0.0
    print(f"Seconds: {time.perf_counter() - start:.3f}")
