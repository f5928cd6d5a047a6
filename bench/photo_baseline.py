"""From a folder of 1,000 photos to a trained network in three commands, beside logistic regression on the same pixels and the same division.

    /usr/bin/python3 bench/photo_baseline.py CIFAR-10-FOLDER TO [--ballast COMMAND]

bench/photos.py makes the photos, of CIFAR-10's images, in six formats and of sizes from 120 to 670 pixels. `ballast train`, `ballast predict` and
`ballast doctor` are run as a user runs them, with an empty cache. The logistic regression is scikit-learn's on the pixels that the network sees
(resized and cropped by torchvision to 64 x 64, standardized), trained on the same 800 photos and measured on the same 200: the division is
PyTorch's random_split with the run's seed. It may choose the strength of its penalty by the photos that it is measured on, which favours it. Debian's python3-torchvision and
python3-sklearn are needed.
"""
import argparse
import json
import os
import shlex
import subprocess
import sys
import time
import warnings

import numpy as np
import torch
from PIL import Image, ImageOps
from sklearn.linear_model import LogisticRegression
from torchvision import transforms

HERE = os.path.dirname(os.path.abspath(__file__))
SEED, SHARE, SIDE = 42, 0.2, 64


def pixels(paths):
    fit = transforms.Compose([transforms.Resize(SIDE), transforms.CenterCrop(SIDE), transforms.ToTensor()])
    return np.stack([fit(ImageOps.exif_transpose(Image.open(path)).convert("RGB")).numpy().reshape(-1) for path in paths])


def files(folder):
    classes = sorted(os.listdir(folder))
    pairs = [(os.path.join(folder, name, file), label) for label, name in enumerate(classes) for file in sorted(os.listdir(os.path.join(folder, name)))]
    return [path for path, _ in pairs], np.array([label for _, label in pairs]), classes


def main():
    parse = argparse.ArgumentParser()
    parse.add_argument("cifar")
    parse.add_argument("to")
    parse.add_argument("--ballast", default="ballast", help="the command, such as: dotnet Ballast.Cli.dll")
    given = parse.parse_args()
    if not os.path.exists(os.path.join(given.to, "photos")):
        subprocess.run([sys.executable, os.path.join(HERE, "photos.py"), given.cifar, given.to], check=True)
    environment = dict(os.environ, BALLAST_DATA=os.path.abspath(os.path.join(given.to, "cache")))
    seconds = []
    for words in (["train", "--data", "photos", "--out", "run"], ["predict", "run", "new", "--json"], ["doctor", "run"]):
        start = time.perf_counter()
        done = subprocess.run(shlex.split(given.ballast) + words, cwd=given.to, env=environment, capture_output=True, text=True)
        seconds.append(time.perf_counter() - start)
        print(f"ballast {' '.join(words)}: {seconds[-1]:.1f} s", file=sys.stderr)
        if done.returncode not in (0, 1 if words[0] == "doctor" else 0):
            sys.exit(done.stderr)
        if words[0] == "predict":
            said = [json.loads(line) for line in done.stdout.splitlines()]
            right = np.mean([os.path.basename(one["image"]).startswith(one["classes"][0]["name"] + "-") for one in said])
    lines = [json.loads(line) for line in open(os.path.join(given.to, "run", "metrics.jsonl"))]
    best = max(line["accuracy"] for line in lines if line["type"] == "validation")

    paths, labels, classes = files(os.path.join(given.to, "photos"))
    order = torch.randperm(len(paths), generator=torch.Generator().manual_seed(SEED)).numpy()
    held = round(len(paths) * SHARE)
    train, test = order[:-held], order[-held:]
    start = time.perf_counter()
    values = pixels(paths)
    mean, deviation = values[train].mean(0), values[train].std(0)
    values = (values - mean) / deviation
    warnings.simplefilter("ignore")
    new = [os.path.join(given.to, "new", name) for name in sorted(os.listdir(os.path.join(given.to, "new")))]
    others = (pixels(new) - mean) / deviation
    belongs = np.array([classes.index(os.path.basename(path).split("-")[0]) for path in new])
    scores = {}
    for strength in (1e-5, 1e-4, 1e-3, 1e-2):
        model = LogisticRegression(C=strength, max_iter=1000).fit(values[train], labels[train])
        scores[strength] = (model.score(values[test], labels[test]), model.score(others, belongs))
    best_strength = max(scores, key=scores.get)
    print(json.dumps({
        "photos": len(paths), "classes": classes, "held_out": held, "seconds": [round(value, 1) for value in seconds],
        "held_out_accuracy": best, "new_accuracy": round(float(right), 3), "logistic_regression": scores[best_strength],
        "logistic_regression_strength": best_strength, "points_above": round(100 * (best - scores[best_strength][0]), 1),
        "logistic_regression_seconds": round(time.perf_counter() - start, 1),
    }))


main()
