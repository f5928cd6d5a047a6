"""More of the networks of cifar_models.py. It writes nothing by itself."""
import torch
from torch import nn
from torch.nn import functional as F

from cifar_networks import SE, conv, shortcut


class ShuffleBlock(nn.Module):
    def __init__(self, a, b, s, groups):
        super().__init__()
        inside, self.s, self.g = b // 4, s, 1 if a == 24 else groups
        self.conv1, self.bn1 = conv(a, inside, groups=self.g), nn.BatchNorm2d(inside)
        self.conv2, self.bn2 = conv(inside, inside, 3, s, inside), nn.BatchNorm2d(inside)
        self.conv3, self.bn3 = conv(inside, b, groups=groups), nn.BatchNorm2d(b)

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)))
        n, c, h, w = y.shape
        y = y.view(n, self.g, c // self.g, h, w).transpose(1, 2).reshape(n, c, h, w)
        y = self.bn3(self.conv3(F.relu(self.bn2(self.conv2(y)))))
        return F.relu(torch.cat((y, F.avg_pool2d(x, 3, 2, 1)), 1) if self.s == 2 else y + x)


class ShuffleNet(nn.Module):
    def __init__(self, groups=2):
        super().__init__()
        self.conv1, self.bn1 = conv(3, 24), nn.BatchNorm2d(24)
        a = 24
        for i, (depth, b) in enumerate(((4, 200), (8, 400), (4, 800))):
            blocks = []
            for j in range(depth):
                blocks.append(ShuffleBlock(a, b - a if j == 0 else b, 2 if j == 0 else 1, groups))
                a = b
            setattr(self, f"layer{i + 1}", nn.Sequential(*blocks))
        self.linear = nn.Linear(a, 10)

    def forward(self, x):
        x = self.layer3(self.layer2(self.layer1(F.relu(self.bn1(self.conv1(x))))))
        return self.linear(F.avg_pool2d(x, 4).flatten(1))


class SepConv(nn.Module):
    def __init__(self, a, b, k, s):
        super().__init__()
        self.conv1, self.bn1 = conv(a, b, k, s, a), nn.BatchNorm2d(b)

    def forward(self, x):
        return self.bn1(self.conv1(x))


class CellB(nn.Module):
    def __init__(self, a, b, s):
        super().__init__()
        self.s = s
        self.sep_conv1, self.sep_conv2, self.sep_conv3 = SepConv(a, b, 7, s), SepConv(a, b, 3, s), SepConv(a, b, 5, s)
        if s == 2:
            self.conv1, self.bn1 = conv(a, b), nn.BatchNorm2d(b)
        self.conv2, self.bn2 = conv(2 * b, b), nn.BatchNorm2d(b)

    def forward(self, x):
        y = F.max_pool2d(x, 3, self.s, 1)
        y = self.bn1(self.conv1(y)) if self.s == 2 else y
        left, right = F.relu(self.sep_conv1(x) + self.sep_conv2(x)), F.relu(y + self.sep_conv3(x))
        return F.relu(self.bn2(self.conv2(torch.cat((left, right), 1))))


class PNASNet(nn.Module):
    def __init__(self, cells=6, planes=32):
        super().__init__()
        self.conv1, self.bn1 = conv(3, planes, 3), nn.BatchNorm2d(planes)
        for i in range(3):
            setattr(self, f"layer{2 * i + 1}", nn.Sequential(*(CellB(planes << i, planes << i, 1) for _ in range(cells))))
            if i < 2:
                setattr(self, f"layer{2 * i + 2}", CellB(planes << i, planes << (i + 1), 2))
        self.linear = nn.Linear(planes * 4, 10)

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        for i in range(5):
            x = getattr(self, f"layer{i + 1}")(x)
        return self.linear(F.avg_pool2d(x, 8).flatten(1))


class BasicBlock(nn.Module):
    def __init__(self, a, b, s):
        super().__init__()
        self.conv1, self.bn1 = conv(a, b, 3, s), nn.BatchNorm2d(b)
        self.conv2, self.bn2 = conv(b, b, 3), nn.BatchNorm2d(b)
        self.shortcut = shortcut(a, b, s)

    def forward(self, x):
        return F.relu(self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x))))) + self.shortcut(x))


class Root(nn.Module):
    def __init__(self, a, b):
        super().__init__()
        self.conv, self.bn = conv(a, b), nn.BatchNorm2d(b)

    def forward(self, parts):
        return F.relu(self.bn(self.conv(torch.cat(parts, 1))))


class Tree(nn.Module):
    def __init__(self, a, b, level, s):
        super().__init__()
        self.level = level
        self.root = Root((2 if level == 1 else level + 2) * b, b)
        for i in reversed(range(1, level)):
            setattr(self, f"level_{i}", Tree(a, b, i, s))
        if level > 1:
            self.prev_root = BasicBlock(a, b, s)
        self.left_node, self.right_node = BasicBlock(a if level == 1 else b, b, s if level == 1 else 1), BasicBlock(b, b, 1)

    def forward(self, x):
        parts = [self.prev_root(x)] if self.level > 1 else []
        for i in reversed(range(1, self.level)):
            x = getattr(self, f"level_{i}")(x)
            parts.append(x)
        left = self.left_node(x)
        return self.root([*parts, left, self.right_node(left)])


class DLA(nn.Module):
    def __init__(self):
        super().__init__()
        for name, a, b in (("base", 3, 16), ("layer1", 16, 16), ("layer2", 16, 32)):
            setattr(self, name, nn.Sequential(conv(a, b, 3), nn.BatchNorm2d(b), nn.ReLU()))
        for i, (a, b, level, s) in enumerate(((32, 64, 1, 1), (64, 128, 2, 2), (128, 256, 2, 2), (256, 512, 1, 2))):
            setattr(self, f"layer{i + 3}", Tree(a, b, level, s))
        self.linear = nn.Linear(512, 10)

    def forward(self, x):
        x = self.base(x)
        for i in range(6):
            x = getattr(self, f"layer{i + 1}")(x)
        return self.linear(F.avg_pool2d(x, 4).flatten(1))


class EfficientBlock(nn.Module):
    def __init__(self, a, b, k, s, expansion, skips):
        super().__init__()
        inside, self.expansion, self.skips = a * expansion, expansion, skips
        self.conv1, self.bn1 = conv(a, inside), nn.BatchNorm2d(inside)
        self.conv2, self.bn2 = conv(inside, inside, k, s, inside), nn.BatchNorm2d(inside)
        self.se = SE(inside, a // 4, F.silu)
        self.conv3, self.bn3 = conv(inside, b), nn.BatchNorm2d(b)
        self.adds = s == 1 and a == b

    def forward(self, x):
        y = x if self.expansion == 1 else F.silu(self.bn1(self.conv1(x)))
        y = self.bn3(self.conv3(self.se(F.silu(self.bn2(self.conv2(y))))))
        if not self.adds:
            return y
        if self.training and self.skips > 0:
            y = y / (1 - self.skips) * torch.empty(y.shape[0], 1, 1, 1, dtype=y.dtype).bernoulli_(1 - self.skips)
        return y + x


class EfficientNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.bn1 = conv(3, 32, 3), nn.BatchNorm2d(32)
        stages = ((1, 16, 1, 3, 1), (6, 24, 2, 3, 2), (6, 40, 2, 5, 2), (6, 80, 3, 3, 2), (6, 112, 3, 5, 1), (6, 192, 4, 5, 2), (6, 320, 1, 3, 1))
        blocks, a = [], 32
        for expansion, b, depth, k, s in stages:
            for j in range(depth):
                blocks.append(EfficientBlock(a, b, k, s if j == 0 else 1, expansion, 0.2 * len(blocks) / 16))
                a = b
        self.layers = nn.Sequential(*blocks)
        self.linear = nn.Linear(a, 10)

    def forward(self, x):
        x = self.layers(F.silu(self.bn1(self.conv1(x))))
        return self.linear(F.dropout(F.adaptive_avg_pool2d(x, 1).flatten(1), 0.2, self.training))


class DenseBottleneck(nn.Module):
    def __init__(self, a, growth):
        super().__init__()
        self.bn1, self.conv1 = nn.BatchNorm2d(a), conv(a, 4 * growth)
        self.bn2, self.conv2 = nn.BatchNorm2d(4 * growth), conv(4 * growth, growth, 3)

    def forward(self, x):
        return torch.cat((self.conv2(F.relu(self.bn2(self.conv1(F.relu(self.bn1(x)))))), x), 1)


class Transition(nn.Module):
    def __init__(self, a, b):
        super().__init__()
        self.bn, self.conv = nn.BatchNorm2d(a), conv(a, b)

    def forward(self, x):
        return F.avg_pool2d(self.conv(F.relu(self.bn(x))), 2)


class DenseNet(nn.Module):
    def __init__(self, growth=12):
        super().__init__()
        a = 2 * growth
        self.conv1 = conv(3, a, 3)
        for i, depth in enumerate((6, 12, 24, 16)):
            setattr(self, f"dense{i + 1}", nn.Sequential(*(DenseBottleneck(a + j * growth, growth) for j in range(depth))))
            a += depth * growth
            if i < 3:
                setattr(self, f"trans{i + 1}", Transition(a, a // 2))
                a //= 2
        self.bn, self.linear = nn.BatchNorm2d(a), nn.Linear(a, 10)

    def forward(self, x):
        x = self.conv1(x)
        for i in range(1, 4):
            x = getattr(self, f"trans{i}")(getattr(self, f"dense{i}")(x))
        return self.linear(F.avg_pool2d(F.relu(self.bn(self.dense4(x))), 4).flatten(1))


class MobileBlock(nn.Module):
    def __init__(self, a, b, s):
        super().__init__()
        self.conv1, self.bn1 = conv(a, a, 3, s, a), nn.BatchNorm2d(a)
        self.conv2, self.bn2 = conv(a, b), nn.BatchNorm2d(b)

    def forward(self, x):
        return F.relu(self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x))))))


class MobileNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.bn1 = conv(3, 32, 3), nn.BatchNorm2d(32)
        blocks, a = [], 32
        for b, s in ((64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), *((512, 1),) * 5, (1024, 2), (1024, 1)):
            blocks.append(MobileBlock(a, b, s))
            a = b
        self.layers = nn.Sequential(*blocks)
        self.linear = nn.Linear(a, 10)

    def forward(self, x):
        return self.linear(F.avg_pool2d(self.layers(F.relu(self.bn1(self.conv1(x)))), 2).flatten(1))


def chain(*sizes):
    layers = []
    for a, b, k in sizes:
        layers += [nn.Conv2d(a, b, k, padding=k // 2), nn.BatchNorm2d(b), nn.ReLU()]
    return layers


class Inception(nn.Module):
    def __init__(self, a, plain, r3, w3, r5, w5, pooled):
        super().__init__()
        self.b1 = nn.Sequential(*chain((a, plain, 1)))
        self.b2 = nn.Sequential(*chain((a, r3, 1), (r3, w3, 3)))
        self.b3 = nn.Sequential(*chain((a, r5, 1), (r5, w5, 3), (w5, w5, 3)))
        self.b4 = nn.Sequential(nn.MaxPool2d(3, 1, 1), *chain((a, pooled, 1)))

    def forward(self, x):
        return torch.cat((self.b1(x), self.b2(x), self.b3(x), self.b4(x)), 1)


class GoogLeNet(nn.Module):
    BLOCKS = {"a3": (192, 64, 96, 128, 16, 32, 32), "b3": (256, 128, 128, 192, 32, 96, 64), "a4": (480, 192, 96, 208, 16, 48, 64),
              "b4": (512, 160, 112, 224, 24, 64, 64), "c4": (512, 128, 128, 256, 24, 64, 64), "d4": (512, 112, 144, 288, 32, 64, 64),
              "e4": (528, 256, 160, 320, 32, 128, 128), "a5": (832, 256, 160, 320, 32, 128, 128), "b5": (832, 384, 192, 384, 48, 128, 128)}

    def __init__(self):
        super().__init__()
        self.pre_layers = nn.Sequential(*chain((3, 192, 3)))
        for name, sizes in self.BLOCKS.items():
            setattr(self, name, Inception(*sizes))
        self.linear = nn.Linear(1024, 10)

    def forward(self, x):
        x = self.pre_layers(x)
        for name in self.BLOCKS:
            x = F.max_pool2d(x, 3, 2, 1) if name in ("a4", "a5") else x
            x = getattr(self, name)(x)
        return self.linear(F.avg_pool2d(x, 8).flatten(1))
