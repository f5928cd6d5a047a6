#!/usr/bin/env python3
"""Runs two builds of Ballast in turn over the timed rows of bench/results (step, networks, layers, norms): is anything slower?

  bench/ab.py main                        this working tree against a revision
  bench/ab.py 33591e5 main                a revision against another: OLD NEW
  bench/ab.py main --rows 'layer|step' --threads 1 --pairs 15 [--json]

Both builds are loaded into one process (bench/Pairs) and called in turn, 2 ms each or one call, so that both meet the same minutes of
a shared machine, which by itself is 1.5 times slower for a second or two and then is not. Where memory happens to lie is worth some percent
for as long as a process lives, and more for the build that is loaded first: so the pairs of a row come from four processes, two of which load
the old build first. The rows are compiled against each build and do the same work. Prints for each row the medians in ms and the median of the
pairs' ratios, new by old (above 1: slower), the geometric mean of both orders', and at the end the geometric mean and the worst row. Builds lie in a temporary folder, which is deleted. CIFAR-10 has
to be in the cache: ballast data fetch.
"""
import argparse
import json
import math
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile

PROCESSES = 4  # as many that load the old build first as such that load the new one first
ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT / "bench/peers"))
from networks_run import WORK  # noqa: E402

NORMS = [("layer", "32 64 32 32"), ("layer", "128 128 8 8"), ("layer", "128 64"), ("between", "32 32 32 32"), ("between", "128 64")]
KINDS = ["batchnorm", "ghost-2", "ghost-4", "renorm", "frozen", "split-2"]


def rows():
    """The words of each row."""
    for batch in (10, 128, 1024):
        yield ["step", str(batch)]
    for _, kind, size, _ in WORK:
        yield [*kind, *map(str, size if isinstance(size, list) else [size])]
    for place, sizes in NORMS:
        for kind in KINDS:
            yield ["norms", place, kind, *sizes.split()]


def build(project, out, *options):
    made = subprocess.run(["dotnet", "build", project, "-c", "Release", "-v", "quiet", "-nologo", "-p:RunAnalyzers=false", "-o", out, *options],
                          stdout=subprocess.PIPE, text=True)
    if made.returncode:
        raise SystemExit(f"{project} was not built:\n{made.stdout}")


def compare(pairs_program, old, new, row, threads, pairs):
    """A row's medians and ratio."""
    before, after, ratios = [], [], ([], [])
    for process in range(PROCESSES):
        builds = [old, new] if process % 2 == 0 else [new, old]
        output = subprocess.run(["dotnet", pairs_program, *builds, str(threads), str(math.ceil(pairs / PROCESSES)), *row], check=True,
                                stdout=subprocess.PIPE, text=True).stdout
        times = json.loads(output.splitlines()[-1])
        old_times, new_times = times["old" if process % 2 == 0 else "new"], times["new" if process % 2 == 0 else "old"]
        before += old_times
        after += new_times
        ratios[process % 2].extend(b / a for a, b in zip(old_times, new_times))
    return statistics.median(before), statistics.median(after), math.sqrt(statistics.median(ratios[0]) * statistics.median(ratios[1]))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("old")
    parser.add_argument("new", nargs="?", help="this working tree, without files that git does not know, when it is left out")
    parser.add_argument("--rows", default="", help="a regular expression that names match")
    parser.add_argument("--threads", default="1,2")
    parser.add_argument("--pairs", type=int, default=15)
    parser.add_argument("--json", action="store_true", help="an object a row")
    options = parser.parse_args()

    with tempfile.TemporaryDirectory() as folder:
        work, trees = pathlib.Path(folder), []

        def make(revision, name):
            tree, out = work / name, work / f"{name}-build"
            subprocess.run(["git", "-C", ROOT, "worktree", "add", "--quiet", "--detach", tree, revision], check=True)
            trees.append(tree)
            build(tree / "src/Ballast", out)
            # A copy of the rows for each: what a compiler leaves beside them belongs to one build.
            shutil.copytree(ROOT / "bench/Pairs/Rows", tree / "bench/Pairs/Rows", dirs_exist_ok=True, ignore=shutil.ignore_patterns("bin", "obj"))
            build(tree / "bench/Pairs/Rows", out, f"-p:Build={out}")
            return out

        try:
            # What is not committed is a revision too, without a name.
            here = subprocess.run(["git", "-C", ROOT, "stash", "create"], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
            old, new = make(options.old, "old"), make(options.new or here or "HEAD", "new")
            build(ROOT / "bench/Pairs", work / "pairs")
            ratios = {}
            for row in rows():
                name = " ".join(row)
                if not re.search(options.rows, name):
                    continue
                for threads in map(int, options.threads.split(",")):
                    before, after, ratio = compare(work / "pairs/Ballast.Pairs.dll", old, new, row, threads, options.pairs)
                    ratios[f"{name}, {threads} threads"] = ratio
                    print(json.dumps({"row": name, "threads": threads, "old": before, "new": after, "ratio": ratio}) if options.json
                          else f"{name:60} {threads:2} {before:10.4f} {after:10.4f} {ratio:7.3f}", flush=True)
        finally:
            for tree in trees:
                subprocess.run(["git", "-C", ROOT, "worktree", "remove", "--force", tree], check=True)

        if ratios:
            mean = math.exp(statistics.mean(map(math.log, ratios.values())))
            worst = max(ratios, key=ratios.get)
            print(json.dumps({"geometricMean": mean, "worst": worst, "ratio": ratios[worst]}) if options.json
                  else f"geometric mean {mean:.3f}, worst {ratios[worst]:.3f}: {worst}")


if __name__ == "__main__":
    main()
