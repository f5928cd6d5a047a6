#!/usr/bin/env python3
"""Runs two builds of Ballast in turn over the timed rows of bench/results (step, networks, layers, norms): is anything slower?

  bench/ab.py main                        this working tree against a revision
  bench/ab.py 33591e5 main                a revision against another: OLD NEW
  bench/ab.py main --rows 'layer|step' --threads 1 --pairs 15 --seconds 1 [--json]

A pair is a run of the old build and one of the new at the same time: each works for a third of a second while the other one is stopped, so
that both meet the same minutes of a shared machine, which by itself is 1.5 times slower for a second or two and then is not. A step
that a stop falls into is one of many, and each figure is a median over steps. Both builds have the old one's timers, so that they do the
same work. Prints for each row the medians in ms and the median of the
pairs' ratios, new by old (above 1: slower), and at the end the geometric mean and the worst row. Builds lie in a temporary folder, which
is deleted. CIFAR-10 has to be in the cache: ballast data fetch.
"""
import argparse
import json
import math
import pathlib
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time

SLICE = 0.33  # seconds
TIMERS = [f"bench/Ballast.Bench/{name}Timer.cs" for name in ("Step", "Network", "Layer", "Norms")]
ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT / "bench/peers"))
from networks_run import WORK  # noqa: E402

NORMS = [("layer", "32 64 32 32"), ("layer", "128 128 8 8"), ("layer", "128 64"), ("between", "32 32 32 32"), ("between", "128 64")]


def commands():
    """The names of the rows, and the benchmark's arguments with THREADS and SECONDS to be filled in."""
    for batch in (10, 128, 1024):
        yield f"step {batch}", ["step", "THREADS", str(batch), "SECONDS"]
    for _, kind, size, _ in WORK:
        sizes = list(map(str, size)) if isinstance(size, list) else [str(size)]
        if kind[0] == "network":
            yield " ".join([*kind, *sizes]), [*kind, "THREADS", *sizes, "SECONDS"]
        else:
            yield " ".join([*kind, *sizes]), [*kind, "THREADS", "SECONDS", *sizes]
    for kind, sizes in NORMS:
        yield f"norms {kind} {sizes}", ["norms", kind, "THREADS", "SECONDS", *sizes.split()]


def build(source, out):
    subprocess.run(["dotnet", "build", source / "bench/Ballast.Bench", "-c", "Release", "-v", "quiet", "-nologo", "-p:RunAnalyzers=false",
                    "-o", out], check=True, stdout=subprocess.DEVNULL)
    return ["dotnet", str(out / "Ballast.Bench.dll")]


def start(bench, command, threads, seconds):
    filled = [{"THREADS": str(threads), "SECONDS": str(seconds)}.get(word, word) for word in command]
    return subprocess.Popen([*bench, *filled], stdout=subprocess.PIPE, text=True)


def times(process):
    """What a run measured, in ms, by the name of the part: norms has a line for each kind."""
    output = process.communicate()[0]
    if process.returncode:
        raise SystemExit(f"{' '.join(process.args)} ended with {process.returncode}")
    results = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
    return {result.get("kind", ""): result.get("ms_median", result["ms_min"]) for result in results}


def take_turns(processes):
    """Lets one process work at a time, until one has ended."""
    for other in processes[1:]:
        other.send_signal(signal.SIGSTOP)
    turn = 0
    while all(process.poll() is None for process in processes):
        time.sleep(SLICE)
        processes[turn].send_signal(signal.SIGSTOP)
        turn = (turn + 1) % len(processes)
        processes[turn].send_signal(signal.SIGCONT)
    for process in processes:
        process.send_signal(signal.SIGCONT)


def compare(old, new, command, threads, options):
    """Each part's medians and ratio."""
    pairs = []
    for pair in range(options.pairs):
        # Twice the seconds, half of which the other one works.
        both = [start(bench, command, threads, 2 * options.seconds) for bench in (old, new)]
        take_turns(both if pair % 2 == 0 else both[::-1])
        pairs.append([times(process) for process in both])
    for part in pairs[0][0]:
        yield part, statistics.median(a[part] for a, _ in pairs), statistics.median(b[part] for _, b in pairs), \
            statistics.median(b[part] / a[part] for a, b in pairs)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("old")
    parser.add_argument("new", nargs="?", help="this working tree, without files that git does not know, when it is left out")
    parser.add_argument("--rows", default="", help="a regular expression that names match")
    parser.add_argument("--threads", default="1,2")
    parser.add_argument("--pairs", type=int, default=15)
    parser.add_argument("--seconds", type=float, default=1)
    parser.add_argument("--json", action="store_true", help="an object a row")
    options = parser.parse_args()

    with tempfile.TemporaryDirectory() as folder:
        work, trees = pathlib.Path(folder), []

        def make(revision, name):
            tree = work / name
            subprocess.run(["git", "-C", ROOT, "worktree", "add", "--quiet", "--detach", tree, revision], check=True)
            trees.append(tree)
            subprocess.run(["git", "-C", tree, "checkout", "--quiet", options.old, "--", *TIMERS], check=True)
            return build(tree, work / f"{name}-build")

        try:
            # What is not committed is a revision too, without a name.
            here = subprocess.run(["git", "-C", ROOT, "stash", "create"], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
            old, new = make(options.old, "old"), make(options.new or here or "HEAD", "new")
            ratios = {}
            for row, command in commands():
                if not re.search(options.rows, row):
                    continue
                for threads in map(int, options.threads.split(",")):
                    for part, before, after, ratio in compare(old, new, command, threads, options):
                        name = f"{row} {part}".strip()
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
