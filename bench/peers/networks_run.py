#!/usr/bin/env python3
"""Runs Ballast's convolutional networks and layers and PyTorch's in turn on this machine and prints the ratios.

  bench/peers/networks_run.py [--rounds 3] [--seconds 3] [--only vgg-small] [--write]

--write keeps the table in bench/results/, where rows that this run leaves out stay as they were. PyTorch is Debian's python3-torch with libopenblas0-pthread at its best, its
allocator kept from giving memory back: channels last or not, folded or not, TorchScript or not, oneDNN's own layout or not,
AVX-512 on. Ratios compare medians over the rounds of one run; on a shared machine a time alone means little.
"""
import argparse
import json
import math
import os
import statistics
import subprocess

from run import BENCH, ROOT, limits, processor, python

HEADER = "| work | threads | Ballast, ms | its best | limit | PyTorch, ms | its best | its variant | ratio | of the bests | promised |"
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
    ("BatchNorm1d + ReLU (1024, 64)", ["layer", "batchnorm1d"], [1024, 64], 1),
    ("LayerNorm (1024, 768)", ["layer", "layernorm"], [1024, 768], 1.5),
    ("RMSNorm (1024, 768)", ["layer", "rmsnorm"], [1024, 768], 1),
    ("GroupNorm 32 (32, 256, 28, 28)", ["layer", "groupnorm"], [32, 256, 28, 28], 1.5),
    ("InstanceNorm2d (32, 256, 28, 28)", ["layer", "instancenorm2d"], [32, 256, 28, 28], 1),
    ("LocalResponseNorm 5 (32, 64, 28, 28)", ["layer", "localresponsenorm"], [32, 64, 28, 28], 1),
    ("GELU (1048576)", ["layer", "gelu"], [1048576], 1),
    ("Dropout (1048576)", ["layer", "dropout"], [1048576], 1),
    ("matrix product 1024", ["layer", "product"], [1024], None),
]

# The passes over memory that a layer cannot do without, as "limit THREADS LENGTH" measures them: a batch normalization reads its
# input for the statistics and writes the result from it, reads input and gradient for the sums and writes the input's gradient
# from both. The others keep what they go through twice in the cache.
BATCH = ("read_ms", "map_ms", "read_two_ms", "zip_ms")
INSIDE = ("map_ms", "zip_ms")
PASSES = {"batchnorm1d": BATCH, "batchnorm2d": BATCH, "layernorm": INSIDE, "rmsnorm": INSIDE, "groupnorm": INSIDE,
          "instancenorm2d": INSIDE, "localresponsenorm": INSIDE, "gelu": INSIDE, "dropout": INSIDE}


def bound(kind, size, threads):
    """How long the memory traffic of a layer takes alone, in ms; None where arithmetic decides."""
    if kind[1] not in PASSES:
        return None
    line = subprocess.run(
        [BENCH, "limit", str(threads), str(math.prod(size))], check=True, stdout=subprocess.PIPE, text=True).stdout
    times = json.loads(line)
    return sum(times[name] for name in PASSES[kind[1]])


def kept_rows(path):
    """The rows of an earlier run by their work and threads."""
    if not path.exists():
        return {}
    rows = [line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("| ") and line != HEADER]
    return {tuple(cell.strip() for cell in row.split("|")[1:3]): row for row in rows}


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
    machine = "-".join(processor().lower().replace("(r)", "").replace("(tm)", "").split())
    path = ROOT / "bench/results" / f"networks-{machine}.md"
    rows = kept_rows(path) if options.write else {}
    for name, kind, size, promised in WORK:
        if options.only not in name:
            continue
        for threads in (1, 2):
            mine, other, limits_met = [], [], []
            for _ in range(options.rounds):
                mine.append(ours(kind, size, threads, options.seconds))
                other.append(theirs(kind, size, threads, options.seconds))
                limits_met.append(bound(kind, size, threads))
            a, b = median(mine), median(other)
            best, its_best = (min(result["ms_min"] for result in results) for results in (mine, other))
            if promised is None:
                share = 2e-6 * size[0] ** 3 / a / peaks[threads]
                goal = f"88 % of the peak: {share:.0%}"
            else:
                goal = f"{promised:g}"
            limit = "" if limits_met[0] is None else f"{min(limits_met):.3f}"
            variant = min(other, key=lambda r: r["ms_median"])["variant"]
            row = (
                f"| {name} | {threads} | {a:.3f} | {best:.3f} | {limit} | {b:.3f} | {its_best:.3f} | {variant} | {b / a:.2f} | "
                f"{its_best / best:.2f} | {goal} |")
            rows[name, str(threads)] = row
            print(row, flush=True)
    ordered = [rows.pop(key) for work in WORK for key in ((work[0], "1"), (work[0], "2")) if key in rows]
    lines = [
        f"# {processor()}, {os.cpu_count()} cores", "", HEADER, "|---" * 11 + "|", *ordered, *rows.values(), "",
        f"Peak of the multiply-add units in the last run: {peaks[1]:.0f} GFLOP/s on one thread, {peaks[2]:.0f} on two. Medians over "
        f"{options.rounds} rounds, Ballast and PyTorch in turn; PyTorch is the best of its variants. Bests are the fastest single steps, "
        "which a shared machine disturbs least. Limit: the layer's passes over "
        "memory alone, the fastest of the rounds."]
    text = "\n".join(lines) + "\n"
    print(text)
    if options.write:
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
