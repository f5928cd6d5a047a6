"""Times decoding and resizing of pictures on one core, by format: Ballast's, and torchvision's with Pillow.

    /usr/bin/python3 bench/decoding.py FOLDER SIDE ROUNDS [--bench COMMAND]

FOLDER holds picture files, such as those of bench/photos.py. Both decode each file from memory to RGB, turn it upright, and resize and crop
it to SIDE x SIDE pixels, in one thread; the processor time of one picture is given, in milliseconds, of the best of ROUNDS (20 or more: .NET
compiles its methods anew while the first ones run). COMMAND runs bench/Ballast.Bench, which is built before. Debian's python3-torchvision is
needed.
"""
import argparse
import io
import json
import os
import shlex
import subprocess
import time

import torch
from PIL import Image, ImageOps
from torchvision import transforms

Image.init()


def main():
    parse = argparse.ArgumentParser()
    parse.add_argument("folder")
    parse.add_argument("side", type=int)
    parse.add_argument("rounds", type=int)
    parse.add_argument("--bench", default="dotnet bench/Ballast.Bench/bin/Release/net10.0/Ballast.Bench.dll")
    given = parse.parse_args()
    torch.set_num_threads(1)
    fit = transforms.Compose([transforms.Resize(given.side), transforms.CenterCrop(given.side)])
    kinds = {}
    for folder, _, names in os.walk(given.folder):
        for name in names:
            with open(os.path.join(folder, name), "rb") as file:
                kinds.setdefault(os.path.splitext(name)[1][1:], []).append(file.read())
    peer = {}
    for kind in sorted(kinds):
        times = []
        for _ in range(given.rounds):
            start = time.process_time()
            for data in kinds[kind]:
                fit(ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB"))
            times.append((time.process_time() - start) * 1000 / len(kinds[kind]))
        peer[kind] = min(times)
    own = json.loads(subprocess.run(
        shlex.split(given.bench) + ["decode", given.folder, str(given.side), str(given.rounds)], check=True, capture_output=True, text=True,
        env=dict(os.environ, DOTNET_PROCESSOR_COUNT="1")).stdout)
    print(f"{'':6}{'files':>6}{'Ballast':>9}{'Pillow':>9}   ms of one core a picture")
    for kind in sorted(kinds):
        print(f"{kind:6}{len(kinds[kind]):6}{own[kind]:9.2f}{peer[kind]:9.2f}")


main()
