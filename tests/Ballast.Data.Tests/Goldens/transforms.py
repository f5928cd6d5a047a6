"""Writes what torchvision's transforms make of a picture: deterministic ones, and random ones for some seeds.

    /usr/bin/python3 transforms.py

Debian's python3-pil, python3-numpy and python3-torchvision (0.14) are needed.
"""
import os
import struct

import numpy as np
import torch
from PIL import Image
import torchvision.transforms as T
import torchvision.transforms.functional as F

HERE = os.path.dirname(os.path.abspath(__file__))
WIDTH, HEIGHT = 44, 36


def scene():
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(float)
    image = np.stack([120 + 90 * np.sin(x / 7) + 20 * np.cos(y / 3), 128 + 90 * np.cos((x + y) / 9), 20 + 200 * y / HEIGHT], -1)
    image[(x - 15) ** 2 + (y - 18) ** 2 < 80] = [230, 40, 20]
    image += np.random.RandomState(3).normal(0, 6, image.shape)
    return Image.fromarray(np.clip(image, 5, 245).astype(np.uint8))


def main():
    picture = scene()
    bilinear = T.InterpolationMode.BILINEAR
    fixed = {
        "picture": picture, "hflip": F.hflip(picture), "vflip": F.vflip(picture), "resized_crop": F.resized_crop(picture, 3, 5, 20, 30, [36, 44]),
        "rotate 30": F.rotate(picture, 30), "rotate -77.5": F.rotate(picture, -77.5), "rotate 180": F.rotate(picture, 180),
        "rotate 90": F.rotate(picture, 90), "rotate 30 bilinear": F.rotate(picture, 30, bilinear, fill=[9, 200, 77]),
        "affine": F.affine(picture, 20, [5, -3], 1.2, [10, 0]), "affine bilinear": F.affine(picture, -35, [2, 7], 0.7, [0, 12], bilinear),
        "brightness 0.4": F.adjust_brightness(picture, 0.4), "brightness 1.7": F.adjust_brightness(picture, 1.7),
        "contrast 0.4": F.adjust_contrast(picture, 0.4), "contrast 1.7": F.adjust_contrast(picture, 1.7),
        "saturation 0.4": F.adjust_saturation(picture, 0.4), "saturation 1.7": F.adjust_saturation(picture, 1.7),
        "sharpness 0.4": F.adjust_sharpness(picture, 0.4), "sharpness 1.7": F.adjust_sharpness(picture, 1.7),
        "hue 0.3": F.adjust_hue(picture, 0.3), "hue -0.2": F.adjust_hue(picture, -0.2), "invert": F.invert(picture),
        "posterize 3": F.posterize(picture, 3), "solarize 100": F.solarize(picture, 100), "autocontrast": F.autocontrast(picture),
        "equalize": F.equalize(picture), "gaussian_blur 5 1.3": F.gaussian_blur(picture, 5, 1.3), "grayscale": F.to_grayscale(picture, 3),
        "erase": F.to_pil_image(F.erase(F.to_tensor(picture), 4, 6, 10, 12, torch.tensor([0.0, 0.0, 0.0])[:, None, None])),
    }
    tensor = T.Lambda(F.to_tensor)
    random = {
        "RandomResizedCrop": T.RandomResizedCrop([HEIGHT, WIDTH]), "RandomVerticalFlip": T.RandomVerticalFlip(), "RandomRotation": T.RandomRotation(40),
        "RandomAffine": T.RandomAffine(25, (0.1, 0.2), (0.8, 1.3), 10), "ColorJitter": T.ColorJitter(0.4, 0.5, 0.6, 0.2),
        "RandomGrayscale": T.RandomGrayscale(0.5), "GaussianBlur": T.GaussianBlur(5),
        "RandomErasing": T.Compose([tensor, T.RandomErasing(0.7), T.Lambda(F.to_pil_image)]),
        "TrivialAugmentWide": T.TrivialAugmentWide(), "RandAugment": T.RandAugment(),
    }
    with open(os.path.join(HERE, "transforms.bin"), "wb") as file:
        def keep(name, image):
            planes = np.ascontiguousarray(np.asarray(image).transpose(2, 0, 1))
            file.write(struct.pack("<I", len(name)) + name.encode() + struct.pack("<III", *planes.shape) + planes.tobytes())

        for name, image in fixed.items():
            keep(name, image)
        for name, transform in random.items():
            for seed in range(30 if "Augment" in name else 8):
                torch.manual_seed(seed)
                keep(f"{name} {seed}", transform(picture))


main()
