#!/usr/bin/env python3
"""Runs Ballast's convolutional networks and layers and PyTorch's in turn on this machine and prints the ratios.

  bench/peers/networks_run.py [--rounds 3] [--seconds 3] [--only vgg-small,product] [--write]

--write keeps the table in bench/results/: with --only, rows that this run did not measure stay as an earlier one left
them. PyTorch is Debian's python3-torch with libopenblas0-pthread at its best, its
allocator kept from giving memory back: channels last or not, folded or not, TorchScript or not, oneDNN's own layout or not,
AVX-512 on. --processor-time compares what one thread computes and not how long it waited: for a machine that others use at
the same time; kept rows say so. Ratios compare medians over the rounds of one run; on a shared machine a time alone means little.
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


def theirs(kind, size, threads, seconds, more):
    if kind[0] == "network":
        options = ["--work", kind[1], "--mode", kind[2], "--batch", size]
    else:
        options = ["--work", kind[1], "--sizes", *size]
    return json.loads(python("networks.py", *options, "--threads", threads, "--seconds", seconds, *more, threads=threads))


def earlier(path):
    """The rows of an earlier run, by work and threads."""
    if not path.exists():
        return {}
    cells = [[cell.strip() for cell in line.strip("| \n").split("|")] for line in path.read_text(encoding="utf-8").splitlines()]
    return {(row[0], row[1][:1]): "| " + " | ".join(row) + " |" for row in cells if len(row) > 2 and row[1][:1] in ("1", "2")}


def median(results, key):
    return statistics.median(result[key] for result in results)


def row(name, threads, mine, other, size, promised, peaks, key):
    a, b = median(mine, key), median(other, key)
    goal = f"{promised:g}" if promised is not None else \
        f"88 % of the peak: {2e-6 * size[0] ** 3 / a / statistics.median(peaks):.0%}"
    threads = f"{threads}, processor time" if key == "processor_ms" else threads
    return (f"| {name} | {threads} | {a:.3f} | {min(r['ms_min' if key == 'ms_median' else key] for r in mine):.3f} | {b:.3f} | "
            f"{min(other, key=lambda r: r[key])['variant']} | {b / a:.2f} | {goal} |")


def file_name(text):
    return "-".join(text.lower().replace("(r)", "").replace("(tm)", "").split())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--only", default="", help="parts of the names of works, between commas")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--processor-time", action="store_true")
    options = parser.parse_args()
    key, more = ("processor_ms", ["--processor-time"]) if options.processor_time else ("ms_median", [])
    subprocess.run(["dotnet", "build", "-c", "Release", "-v", "quiet", "--nologo", "bench/Ballast.Bench"], check=True, cwd=ROOT)
    path = ROOT / "bench/results" / f"networks-{file_name(processor())}.md"
    rows = earlier(path) if options.write else {}
    for name, kind, size, promised in WORK:
        if not any(part in name for part in options.only.split(",")):
            continue
        for threads in (1,) if options.processor_time else (1, 2):
            mine, other, peaks = [], [], []
            for _ in range(options.rounds):
                mine.append(ours(kind, size, threads, options.seconds))
                other.append(theirs(kind, size, threads, options.seconds, more))
                if promised is None:
                    peaks.append(limits(threads)["gflops"])
            rows[name, str(threads)] = row(name, threads, mine, other, size, promised, peaks, key)
            print(rows[name, str(threads)], flush=True)
    text = "\n".join([
        f"# {processor()}, {os.cpu_count()} cores", "",
        "| work | threads | Ballast, ms | its best | PyTorch, ms | its variant | ratio | promised |",
        "|---|---|---|---|---|---|---|---|",
        *(rows[name, threads] for name, *_ in WORK for threads in ("1", "2") if (name, threads) in rows), "",
        "Medians over several rounds, Ballast and PyTorch in turn; PyTorch is the best of its variants. A row is of one run; rows of "
        "several runs may stand together. The peak of the multiply-add units is measured between the products."]) + "\n"
    if options.write:
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")


main()
