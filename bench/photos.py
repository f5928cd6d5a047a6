"""Makes a folder of 1,000 photos of mixed formats and sizes out of CIFAR-10, with four classes, and 100 more to predict.

    /usr/bin/python3 bench/photos.py CIFAR-10-FOLDER TO

CIFAR-10-FOLDER holds data_batch_1.bin; `ballast data` says where it is. Debian's python3-pil and python3-numpy are needed.
"""
import os
import sys

import numpy as np
from PIL import Image

CLASSES = {0: "airplane", 1: "automobile", 6: "frog", 7: "horse"}
FORMATS = ["jpg", "jpg", "jpg", "png", "webp", "bmp", "gif", "tif"]


def main(source, target):
    records = np.fromfile(os.path.join(source, "data_batch_1.bin"), np.uint8).reshape(-1, 3073)
    draw = np.random.RandomState(7)
    taken = {label: 0 for label in CLASSES}
    for record in records:
        label = int(record[0])
        if label not in CLASSES or taken[label] == 275:
            continue
        number = taken[label]
        taken[label] += 1
        picture = Image.fromarray(record[1:].reshape(3, 32, 32).transpose(1, 2, 0))
        short = int(draw.randint(120, 480))
        long = int(short * draw.uniform(1, 1.4))
        size = (short, long) if draw.rand() < 0.3 else (long, short)
        # The picture fills the shorter side; its outermost pixels go on to the edges of the longer one.
        pad = (max(size) - short) * 32 // short // 2 + 1
        square = np.pad(np.asarray(picture), ((pad, pad) if size[1] > size[0] else (0, 0), (pad, pad) if size[0] >= size[1] else (0, 0), (0, 0)), "edge")
        picture = Image.fromarray(square).resize(size, Image.BICUBIC)
        kind = FORMATS[draw.randint(len(FORMATS))]
        folder = os.path.join(target, "new" if number >= 250 else os.path.join("photos", CLASSES[label]))
        os.makedirs(folder, exist_ok=True)
        name = f"{CLASSES[label]}-{number:03}.{kind}"
        if kind == "jpg" and draw.rand() < 0.2:
            # As a camera held upright writes it: turned, with the orientation beside it.
            exif = Image.Exif()
            exif[0x0112] = 6
            picture.transpose(Image.ROTATE_90).save(os.path.join(folder, name), quality=90, exif=exif)
        else:
            picture.save(os.path.join(folder, name), **({"quality": 90} if kind in ("jpg", "webp") else {}))


main(*sys.argv[1:])
