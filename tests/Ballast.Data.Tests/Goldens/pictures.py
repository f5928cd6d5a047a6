"""Writes pictures in each format that is read, the pixels that Pillow sees in them, and what torchvision makes of one.

    /usr/bin/python3 pictures.py

Debian's python3-pil, python3-numpy and python3-torchvision (0.14) are needed.
"""
import os
import struct
import zlib

import numpy as np
from PIL import Image, ImageOps
import torchvision.transforms.functional as F

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "pictures")
BACKGROUND = (200, 30, 60)


def scene(width, height, fine=1.0):
    """Something like a photo: soft light, a few edges, a little noise."""
    y, x = np.mgrid[0:height, 0:width].astype(float) * fine
    width, height = width * fine, height * fine
    red = 120 + 90 * np.sin(x / 7) + 20 * np.cos(y / 3)
    green = 128 + 100 * np.cos((x + y) / 9)
    blue = 255 * y / height
    image = np.stack([red, green, blue], -1)
    image[(x - width / 3) ** 2 + (y - height / 2) ** 2 < (height / 4) ** 2] = [230, 40, 20]
    image += np.random.RandomState(3).normal(0, 4, image.shape)
    return np.clip(image, 0, 255).astype(np.uint8)


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(name, pixels, depth, color, interlaced=False):
    """A PNG with what Pillow cannot write: 16 bits in colour, Adam7."""
    height, width = pixels.shape[:2]
    kind = ">u2" if depth == 16 else np.uint8

    def rows(part):
        return b"".join(b"\0" + row.astype(kind).tobytes() for row in part)

    data = b""
    if interlaced:
        for y, x, down, right in [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]:
            part = pixels[y::down, x::right]
            if part.size:
                data += rows(part)
    else:
        data = rows(pixels)
    with open(os.path.join(HERE, name), "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, int(interlaced)))
                   + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b""))


def keep(name, image):
    """The pixels that are expected, channel after channel."""
    pixels = np.asarray(image)
    planes = pixels[None] if pixels.ndim == 2 else pixels.transpose(2, 0, 1)
    with open(os.path.join(HERE, name + ".raw"), "wb") as file:
        file.write(struct.pack("<III", *planes.shape) + planes.tobytes())


def save(name, image, expected=None, **how):
    image.save(os.path.join(HERE, name), **how)
    if expected is None:
        expected = ImageOps.exif_transpose(Image.open(os.path.join(HERE, name)))
        expected = expected if expected.mode == "L" else expected.convert("RGB")
    keep(name, expected)


def over(image):
    back = Image.new("RGBA", image.size, BACKGROUND + (255,))
    return Image.alpha_composite(back, image.convert("RGBA")).convert("RGB")


def main():
    os.makedirs(HERE, exist_ok=True)
    pixels = scene(37, 29)
    rgb = Image.fromarray(pixels)
    gray = rgb.convert("L")
    photo = Image.fromarray(scene(111, 87, 0.3))
    save("rgb.jpg", photo, quality=92)
    save("progressive.jpg", photo, quality=92, progressive=True)
    # Details of a few pixels: here it shows what a decoder sees between the samples of halved colour.
    save("fine.jpg", rgb, quality=92)
    save("fine-422.jpg", Image.fromarray(scene(45, 29)), quality=92, subsampling=1)
    # Colour halved from top to bottom, which Pillow does not write: the parts of the picture lie in other places then, as many as before.
    data = open(os.path.join(HERE, "fine-422.jpg"), "rb").read()
    at = data.index(b"\xff\xc0") + 11
    with open(os.path.join(HERE, "fine-440.jpg"), "wb") as file:
        file.write(data[:at] + b"\x12" + data[at + 1:])
    keep("fine-440.jpg", Image.open(os.path.join(HERE, "fine-440.jpg")))
    save("tiny.jpg", Image.fromarray(scene(4, 5)), quality=92)
    save("line.jpg", Image.fromarray(scene(131, 1)), quality=92)
    save("full.jpg", rgb, quality=95, subsampling=0)
    save("gray.jpg", gray, quality=92)
    save("cmyk.jpg", rgb.convert("CMYK"), quality=92)
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = orientation
        save(f"turned-{orientation}.jpg", rgb, quality=95, subsampling=0, exif=exif)
    save("rgb.png", rgb)
    save("gray.png", gray)
    save("bits.png", gray.convert("1"), gray.convert("1").convert("L"))
    save("palette.png", rgb.quantize(32))
    alpha = np.dstack([pixels, np.linspace(0, 255, pixels[..., 0].size).reshape(pixels.shape[:2]).astype(np.uint8)])
    rgba = Image.fromarray(alpha)
    save("rgba.png", rgba, over(rgba))
    la = rgba.convert("LA")
    # Grey over a colour is grey: that of the colour.
    behind = Image.new("RGBA", la.size, (Image.new("RGB", (1, 1), BACKGROUND).convert("L").getpixel((0, 0)),) * 3 + (255,))
    save("la.png", la, Image.alpha_composite(behind, la.convert("RGBA")).convert("RGB").getchannel(0))
    transparent = rgb.quantize(16)
    save("transparent.png", transparent, over(Image.open(_saved("transparent.png", transparent, transparency=3)).convert("RGBA")), transparency=3)
    png("interlaced.png", pixels, 8, 2, interlaced=True)
    keep("interlaced.png", rgb)
    wide = pixels.astype(np.uint16) * 256 + 77
    png("wide.png", wide, 16, 2)
    keep("wide.png", Image.fromarray((wide / 257.0).round().astype(np.uint8)))
    png("wide-gray.png", wide[..., 1], 16, 0)
    keep("wide-gray.png", Image.fromarray((wide[..., 1] / 257.0).round().astype(np.uint8)))
    save("lossy.webp", rgb, quality=95)
    save("lossless.webp", rgb, lossless=True)
    save("alpha.webp", rgba, over(rgba), lossless=True, exact=True)
    save("rgb.bmp", rgb)
    save("palette.bmp", rgb.quantize(16))
    gif = rgb.quantize(64)
    save("still.gif", gif)
    save("moving.gif", gif, gif.convert("RGB"), save_all=True, append_images=[rgb.transpose(Image.FLIP_LEFT_RIGHT).quantize(64)])
    save("none.tif", rgb)
    save("lzw.tif", rgb, compression="tiff_lzw")
    save("deflate.tif", rgb, compression="tiff_adobe_deflate")
    save("gray.tif", gray, rgb and gray.convert("RGB"))
    save("pages.tif", rgb, rgb, save_all=True, append_images=[rgb.transpose(Image.FLIP_LEFT_RIGHT)])

    large = Image.fromarray(scene(203, 151))
    large.save(os.path.join(HERE, "large.png"))
    for name, image in {
        "resize-64": F.resize(large, 64), "resize-300": F.resize(large, 300), "resize-31x77": F.resize(large, [31, 77]),
        "resize-151x20": F.resize(large, [151, 20]), "crop-64": F.center_crop(F.resize(large, 64), 64),
        "center-300x100": F.center_crop(large, [300, 100]), "center-100x300": F.center_crop(large, [100, 300]),
        "gray": F.rgb_to_grayscale(large),
    }.items():
        keep(name, image)


def _saved(name, image, **how):
    path = os.path.join(HERE, name)
    image.save(path, **how)
    return path


main()
