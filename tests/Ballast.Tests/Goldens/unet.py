"""The UNet of catalog_models.py: Ronneberger et al. 2015 with padding and batch normalization, under the names of milesial's
Pytorch-UNet. It writes nothing by itself."""
import torch
from torch import nn
from torch.nn import functional as F


class DoubleConv(nn.Module):
    def __init__(self, inputs, between, outputs):
        super().__init__()
        layers = []
        for a, b in ((inputs, between), (between, outputs)):
            layers += [nn.Conv2d(a, b, 3, padding=1, bias=False), nn.BatchNorm2d(b), nn.ReLU()]
        self.double_conv = nn.Sequential(*layers)

    def forward(self, x):
        return self.double_conv(x)


class Down(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.maxpool_conv = nn.Sequential(nn.MaxPool2d(2), DoubleConv(inputs, outputs, outputs))

    def forward(self, x):
        return self.maxpool_conv(x)


class Up(nn.Module):
    def __init__(self, inputs, outputs, bilinear):
        super().__init__()
        if bilinear:
            self.up = nn.Upsample(scale_factor=2, mode="bilinear", align_corners=True)
            self.conv = DoubleConv(inputs, inputs // 2, outputs)
        else:
            self.up = nn.ConvTranspose2d(inputs, inputs // 2, 2, stride=2)
            self.conv = DoubleConv(inputs, outputs, outputs)

    def forward(self, x, before):
        x = self.up(x)
        rows, columns = before.shape[2] - x.shape[2], before.shape[3] - x.shape[3]
        x = F.pad(x, (columns // 2, columns - columns // 2, rows // 2, rows - rows // 2))
        return self.conv(torch.cat((before, x), 1))


class Exit(nn.Module):
    def __init__(self, inputs, classes):
        super().__init__()
        self.conv = nn.Conv2d(inputs, classes, 1)

    def forward(self, x):
        return self.conv(x)


class UNet(nn.Module):
    def __init__(self, channels=3, classes=2, bilinear=False, width=64):
        super().__init__()
        shrink = 2 if bilinear else 1
        sizes = [width, width * 2, width * 4, width * 8, width * 16]
        self.inc = DoubleConv(channels, width, width)
        self.down1 = Down(sizes[0], sizes[1])
        self.down2 = Down(sizes[1], sizes[2])
        self.down3 = Down(sizes[2], sizes[3])
        self.down4 = Down(sizes[3], sizes[4] // shrink)
        self.up1 = Up(sizes[4], sizes[3] // shrink, bilinear)
        self.up2 = Up(sizes[3], sizes[2] // shrink, bilinear)
        self.up3 = Up(sizes[2], sizes[1] // shrink, bilinear)
        self.up4 = Up(sizes[1], sizes[0], bilinear)
        self.outc = Exit(width, classes)

    def forward(self, x):
        x1 = self.inc(x)
        x2 = self.down1(x1)
        x3 = self.down2(x2)
        x4 = self.down3(x3)
        x = self.down4(x4)
        for up, before in ((self.up1, x4), (self.up2, x3), (self.up3, x2), (self.up4, x1)):
            x = up(x, before)
        return self.outc(x)
