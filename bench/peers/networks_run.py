#!/usr/bin/env python3
"""Runs Ballast's convolutional networks and layers and PyTorch's in turn on this machine and prints the ratios.

  bench/peers/networks_run.py [--rounds 3] [--seconds 3] [--only vgg-small] [--write]

--write keeps the table in bench/results/. PyTorch is Debian's python3-torch with libopenblas0-pthread at its best, its
allocator kept from giving memory back: channels last or not, folded or not, TorchScript or not, oneDNN's own layout or not,
AVX-512 on. Ratios compare medians over the rounds of one run; on a shared machine a time alone means little.
"""
import argparse
import json
import os
import statistics
import subprocess

from run import BENCH, ROOT, limits, processor, python

WORK = [
    ("vgg-small, training step, batch 128", ["network", "vgg-small", "train"], 128, 2.3),
    ("resnet20, training step, batch 128", ["network", "resnet20", "train"], 128, 1.7),
    ("vgg-small, inference, batch 128", ["network", "vgg-small", "infer"], 128, 2),
    ("resnet20, inference, batch 128", ["network", "resnet20", "infer"], 128, 2),
    ("vgg-small, inference, batch 1", ["network", "vgg-small", "infer"], 1, 1.5),
    ("resnet20, inference, batch 1", ["network", "resnet20", "infer"], 1, 1.5),
    ("BatchNorm2d + ReLU (128, 64, 32, 32)", ["layer", "batchnorm2d"], [128, 64, 32, 32], 2),
    ("BatchNorm2d + ReLU (32, 256, 56, 56)", ["layer", "batchnorm2d"], [32, 256, 56, 56], 2),
    ("BatchNorm2d + ReLU (128, 64, 8, 8)", ["layer", "batchnorm2d"], [128, 64, 8, 8], 2),
    ("LayerNorm (1024, 768)", ["layer", "layernorm"], [1024, 768], 1.5),
    ("GroupNorm 32 (32, 256, 28, 28)", ["layer", "groupnorm"], [32, 256, 28, 28], 1.5),
    ("matrix product 1024", ["layer", "product"], [1024], None),
]


def ours(kind, size, threads, seconds):
    if kind[0] == "network":
        command = [BENCH, *kind, str(threads), str(size), str(seconds)]
    else:
        command = [BENCH, *kind, str(threads), str(seconds), *map(str, size)]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)


def theirs(kind, size, threads, seconds):
    if kind[0] == "network":
        options = ["--work", kind[1], "--mode", kind[2], "--batch", size]
    else:
        options = ["--work", kind[1], "--sizes", *size]
    return json.loads(python("networks.py", *options, "--threads", threads, "--seconds", seconds, threads=threads))


def median(results):
    return statistics.median(result["ms_median"] for result in results)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--only", default="")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    subprocess.run(["dotnet", "build", "-c", "Release", "-v", "quiet", "--nologo", "bench/Ballast.Bench"], check=True, cwd=ROOT)
    peaks = {threads: limits(threads)["gflops"] for threads in (1, 2)}
    lines = [
        f"# {processor()}, {os.cpu_count()} cores", "",
        "| work | threads | Ballast, ms | its best | PyTorch, ms | its variant | ratio | promised |",
        "|---|---|---|---|---|---|---|---|"]
    for name, kind, size, promised in WORK:
        if options.only not in name:
            continue
        for threads in (1, 2):
            mine, other = [], []
            for _ in range(options.rounds):
                mine.append(ours(kind, size, threads, options.seconds))
                other.append(theirs(kind, size, threads, options.seconds))
            a, b = median(mine), median(other)
            if promised is None:
                share = 2e-6 * size[0] ** 3 / a / peaks[threads]
                goal = f"88 % of the peak: {share:.0%}"
            else:
                goal = f"{promised:g}"
            lines.append(
                f"| {name} | {threads} | {a:.3f} | {min(r['ms_min'] for r in mine):.3f} | {b:.3f} | "
                f"{min(other, key=lambda r: r['ms_median'])['variant']} | {b / a:.2f} | {goal} |")
            print(lines[-1], flush=True)
    lines += ["", f"Peak of the multiply-add units in this run: {peaks[1]:.0f} GFLOP/s on one thread, {peaks[2]:.0f} on two. Medians over "
              f"{options.rounds} rounds, Ballast and PyTorch in turn; PyTorch is the best of its variants."]
    text = "\n".join(lines) + "\n"
    print(text)
    if options.write:
        name = "-".join(processor().lower().replace("(r)", "").replace("(tm)", "").split())
        (ROOT / "bench/results").mkdir(exist_ok=True)
        (ROOT / "bench/results" / f"networks-{name}.md").write_text(text, encoding="utf-8")


main()
