#!/usr/bin/python3
"""Times the whole programs of the tests (tests/Ballast.Tests/Programs) beside the same ones in PyTorch, in turn.

  bench/programs.py                            all of them, on one thread and on two
  bench/programs.py nanogpt vit --pairs 9 --threads 1 [--json]

Each pair is 200 steps of Ballast and 200 of PyTorch, from the first step on, each after 200 steps that are not counted. Prints the medians of
ms a step and the median of the pairs' ratios, PyTorch by Ballast: above 1 Ballast is faster. Run by the Python that has PyTorch.
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests/Ballast.Tests/Goldens"))
import torch  # noqa: E402
from programs import programs  # noqa: E402

STEPS = 200


def peer(name, threads):
    torch.set_num_threads(threads)
    torch.manual_seed(42)
    run = programs[name](torch.float32)
    start = time.perf_counter()
    for _ in range(STEPS):
        next(run)
    return (time.perf_counter() - start) * 1000 / STEPS


def own(name, threads):
    bench = ROOT / "bench/Ballast.Bench/bin/Release/net10.0/Ballast.Bench.dll"
    lines = subprocess.run(["dotnet", bench, "program", name, str(threads), str(STEPS)], check=True, stdout=subprocess.PIPE, text=True).stdout
    return json.loads(lines)["ms"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--threads", default="1,2")
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--json", action="store_true", help="an object a row")
    options = parser.parse_args()
    unknown = [name for name in options.names if name not in programs]
    if unknown:
        parser.error(f"no program {', '.join(unknown)}. There are {', '.join(programs)}.")
    subprocess.run(["dotnet", "build", ROOT / "bench/Ballast.Bench", "-c", "Release", "-v", "quiet", "-nologo", "-p:RunAnalyzers=false"],
                   check=True, stdout=subprocess.DEVNULL)
    if not options.json:
        print(f"{'program':28} {'threads':>7} {'ballast':>9} {'PyTorch':>9} {'ratio':>6}")
    for threads in map(int, options.threads.split(",")):
        for name in options.names or programs:
            peer(name, threads)
            pairs = []
            for pair in range(options.pairs):
                first = own(name, threads) if pair % 2 == 0 else None
                theirs = peer(name, threads)
                pairs.append((own(name, threads) if first is None else first, theirs))
            ours, theirs = (statistics.median(side) for side in zip(*pairs))
            ratio = statistics.median(b / a for a, b in pairs)
            if options.json:
                print(json.dumps({"row": name, "threads": threads, "ballast": ours, "peer": theirs, "peerName": f"PyTorch {torch.__version__}",
                                  "ratio": ratio}), flush=True)
            else:
                print(f"{name:28} {threads:7} {ours:9.3f} {theirs:9.3f} {ratio:6.2f}", flush=True)


if __name__ == "__main__":
    main()
