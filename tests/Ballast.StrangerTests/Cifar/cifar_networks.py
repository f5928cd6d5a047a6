"""The networks for CIFAR of cifar_models.py, under the names that kuangliu's pytorch-cifar has made common. It writes nothing by itself."""
import torch
from torch import nn
from torch.nn import functional as F


def conv(a, b, k=1, s=1, groups=1, bias=False):
    return nn.Conv2d(a, b, k, s, k // 2, groups=groups, bias=bias)


def shortcut(a, b, s):
    return nn.Sequential(conv(a, b, 1, s), nn.BatchNorm2d(b)) if s != 1 or a != b else nn.Sequential()


class LeNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(3, 6, 5), nn.Conv2d(6, 16, 5)
        self.fc1, self.fc2, self.fc3 = nn.Linear(400, 120), nn.Linear(120, 84), nn.Linear(84, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv2(F.max_pool2d(F.relu(self.conv1(x)), 2))), 2).flatten(1)
        return self.fc3(F.relu(self.fc2(F.relu(self.fc1(x)))))


class PreActBlock(nn.Module):
    def __init__(self, a, b, s, squeezes):
        super().__init__()
        self.bn1, self.conv1 = nn.BatchNorm2d(a), conv(a, b, 3, s)
        self.bn2, self.conv2 = nn.BatchNorm2d(b), conv(b, b, 3)
        if s != 1 or a != b:
            self.shortcut = nn.Sequential(conv(a, b, 1, s))
        self.squeezes = squeezes
        if squeezes:
            self.fc1, self.fc2 = nn.Conv2d(b, b // 16, 1), nn.Conv2d(b // 16, b, 1)

    def forward(self, x):
        y = F.relu(self.bn1(x))
        around = self.shortcut(y) if hasattr(self, "shortcut") else x
        y = self.conv2(F.relu(self.bn2(self.conv1(y))))
        if self.squeezes:
            y = y * torch.sigmoid(self.fc2(F.relu(self.fc1(F.adaptive_avg_pool2d(y, 1)))))
        return y + around


class PreActResNet(nn.Module):
    def __init__(self, squeezes=False):
        super().__init__()
        self.conv1 = conv(3, 64, 3)
        if squeezes:
            self.bn1 = nn.BatchNorm2d(64)
        a = 64
        for i, b in enumerate((64, 128, 256, 512)):
            s = 1 if i == 0 else 2
            setattr(self, f"layer{i + 1}", nn.Sequential(PreActBlock(a, b, s, squeezes), PreActBlock(b, b, 1, squeezes)))
            a = b
        self.linear = nn.Linear(512, 10)

    def forward(self, x):
        x = self.conv1(x)
        x = F.relu(self.bn1(x)) if hasattr(self, "bn1") else x
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.linear(F.avg_pool2d(x, 4).flatten(1))


class GroupBlock(nn.Module):
    """The block of ResNeXt and of RegNet."""

    def __init__(self, a, inside, b, s, groups, squeezed=None):
        super().__init__()
        self.conv1, self.bn1 = conv(a, inside), nn.BatchNorm2d(inside)
        self.conv2, self.bn2 = conv(inside, inside, 3, s, groups), nn.BatchNorm2d(inside)
        if squeezed:
            self.se = SE(inside, squeezed, F.relu)
        self.conv3, self.bn3 = conv(inside, b), nn.BatchNorm2d(b)
        self.shortcut = shortcut(a, b, s)

    def forward(self, x):
        y = F.relu(self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x))))))
        y = self.se(y) if hasattr(self, "se") else y
        return F.relu(self.bn3(self.conv3(y)) + self.shortcut(x))


class SE(nn.Module):
    def __init__(self, a, b, activation):
        super().__init__()
        self.se1, self.se2 = nn.Conv2d(a, b, 1), nn.Conv2d(b, a, 1)
        self.activation = activation

    def forward(self, x):
        return x * torch.sigmoid(self.se2(self.activation(self.se1(F.adaptive_avg_pool2d(x, 1)))))


class ResNeXt(nn.Module):
    def __init__(self, cardinality=2, width=64):
        super().__init__()
        self.conv1, self.bn1 = conv(3, 64), nn.BatchNorm2d(64)
        a = 64
        for i in range(3):
            inside = cardinality * width
            blocks = []
            for j in range(3):
                blocks.append(GroupBlock(a, inside, 2 * inside, 2 if i > 0 and j == 0 else 1, cardinality))
                a = 2 * inside
            setattr(self, f"layer{i + 1}", nn.Sequential(*blocks))
            width *= 2
        self.linear = nn.Linear(a, 10)

    def forward(self, x):
        x = self.layer3(self.layer2(self.layer1(F.relu(self.bn1(self.conv1(x))))))
        return self.linear(F.avg_pool2d(x, 8).flatten(1))


class RegNet(nn.Module):
    """RegNetY of 400 million multiply-adds."""

    def __init__(self):
        super().__init__()
        self.conv1, self.bn1 = conv(3, 64, 3), nn.BatchNorm2d(64)
        a = 64
        for i, (depth, b, s) in enumerate(((1, 32, 1), (2, 64, 1), (7, 160, 2), (12, 384, 2))):
            blocks = []
            for j in range(depth):
                blocks.append(GroupBlock(a, b, b, s if j == 0 else 1, b // 16, round(a * 0.25)))
                a = b
            setattr(self, f"layer{i + 1}", nn.Sequential(*blocks))
        self.linear = nn.Linear(a, 10)

    def forward(self, x):
        x = self.layer4(self.layer3(self.layer2(self.layer1(F.relu(self.bn1(self.conv1(x)))))))
        return self.linear(F.adaptive_avg_pool2d(x, 1).flatten(1))


class DPNBlock(nn.Module):
    def __init__(self, a, inside, b, dense, s, first):
        super().__init__()
        self.b = b
        self.conv1, self.bn1 = conv(a, inside), nn.BatchNorm2d(inside)
        self.conv2, self.bn2 = conv(inside, inside, 3, s, 32), nn.BatchNorm2d(inside)
        self.conv3, self.bn3 = conv(inside, b + dense), nn.BatchNorm2d(b + dense)
        self.shortcut = nn.Sequential(conv(a, b + dense, 1, s), nn.BatchNorm2d(b + dense)) if first else nn.Sequential()

    def forward(self, x):
        y = F.relu(self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x))))))
        x, y, b = self.shortcut(x), self.bn3(self.conv3(y)), self.b
        return F.relu(torch.cat((x[:, :b] + y[:, :b], x[:, b:], y[:, b:]), 1))


class DPN26(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.bn1 = conv(3, 64, 3), nn.BatchNorm2d(64)
        a = 64
        for i, (inside, b, dense) in enumerate(((96, 256, 16), (192, 512, 32), (384, 1024, 24), (768, 2048, 128))):
            blocks = []
            for j in range(2):
                blocks.append(DPNBlock(a, inside, b, dense, 2 if i > 0 and j == 0 else 1, j == 0))
                a = b + (j + 2) * dense
            setattr(self, f"layer{i + 1}", nn.Sequential(*blocks))
        self.linear = nn.Linear(a, 10)

    def forward(self, x):
        x = self.layer4(self.layer3(self.layer2(self.layer1(F.relu(self.bn1(self.conv1(x)))))))
        return self.linear(F.avg_pool2d(x, 4).flatten(1))
