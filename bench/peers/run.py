#!/usr/bin/env python3
"""Runs Ballast and PyTorch in turn on this machine and prints the ratios.

  bench/peers/run.py [--rounds 3] [--seconds 3] [--program] [--write]

--program also runs the tutorial's program from start to end on both sides (PyTorch takes over two minutes); --write keeps
the table in bench/results/. PyTorch is Debian's python3-torch with libopenblas0-pthread, its allocator kept from giving
memory back. Ratios compare medians over the rounds of one run; on a shared machine a time alone means little.
"""
import argparse
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BENCH = ROOT / "bench/Ballast.Bench/bin/Release/net10.0/Ballast.Bench"
COMMAND = ROOT / "src/Ballast.Cli/bin/Release/net10.0/Ballast.Cli"
# The bounds that Ballast promises for a step, in ms: (batch, threads) -> ms.
PROMISED = {(10, 1): 0.12, (10, 2): 0.08, (128, 1): 0.70, (128, 2): 0.40, (1024, 1): 4.8, (1024, 2): 2.7}


def data_folder():
    home = os.environ.get("BALLAST_DATA") or os.path.join(
        os.environ.get("XDG_DATA_HOME") or os.path.expanduser("~/.local/share"), "ballast")
    return os.path.join(home, "cifar-10-batches-bin")


def torch_environment(threads):
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("OPENBLAS_", "ATEN_"))}
    environment.update(
        OMP_NUM_THREADS=str(threads), OPENBLAS_NUM_THREADS=str(threads), PYTHONDONTWRITEBYTECODE="1",
        MALLOC_MMAP_THRESHOLD_=str(1 << 33), MALLOC_TRIM_THRESHOLD_=str(1 << 33), MALLOC_TOP_PAD_=str(1 << 26))
    return environment


def python(script, *arguments, threads):
    command = ["/usr/bin/python3", str(ROOT / "bench/peers" / script), data_folder(), *map(str, arguments)]
    return subprocess.run(
        command, env=torch_environment(threads), check=True, stdout=subprocess.PIPE, text=True).stdout


def steps(batch, threads, rounds, seconds):
    ours, theirs = [], []
    for _ in range(rounds):
        line = subprocess.run(
            [BENCH, "step", str(threads), str(batch), str(seconds)], check=True, stdout=subprocess.PIPE, text=True).stdout
        ours.append(json.loads(line))
        theirs.append(json.loads(python(
            "in_memory.py", "--batch", batch, "--threads", threads, "--seconds", seconds, threads=threads)))
    return ours, theirs


def limits(threads):
    line = subprocess.run([BENCH, "limit", str(threads)], check=True, stdout=subprocess.PIPE, text=True).stdout
    return json.loads(line)


def median(results, key):
    return statistics.median(result[key] for result in results)


def processor():
    """The model's name; hypervisors hide which one it is, so the family and model numbers go with it."""
    values = {}
    for line in open("/proc/cpuinfo", encoding="utf-8"):
        key, _, value = line.partition(":")
        values.setdefault(key.strip(), value.strip())
    name = values.get("model name", "unknown processor")
    return f"{name} family {values['cpu family']} model {values['model']}" if "cpu family" in values else name


def step_table(options):
    lines = [
        "| batch | threads | Ballast, ms a step | its best chunk | promised | limit | PyTorch in memory, ms | ratio | bytes a step |",
        "|---|---|---|---|---|---|---|---|---|"]
    measured = {}
    for batch in (10, 128, 1024):
        for threads in (1, 2):
            limit = measured.setdefault(threads, limits(threads))
            # The products of the first layer at the peak of the multiply-add units, and Adam's pass over its weights.
            bound = 2 * batch * 3072 * 64 * 2 / limit["gflops"] / 1e6 + limit["adam_ms"]
            ours, theirs = steps(batch, threads, options.rounds, options.seconds)
            mine, other = median(ours, "ms_median"), median(theirs, "ms_median")
            lines.append(
                f"| {batch} | {threads} | {mine:.4f} | {min(r['ms_min'] for r in ours):.4f} | "
                f"{PROMISED[batch, threads]} | {bound:.4f} ({bound / mine:.0%}) | {other:.4f} | {other / mine:.1f} | "
                f"{ours[0]['bytes_per_step']} |")
            print(lines[-1], file=sys.stderr)
    return [
        *lines, "",
        "Measured in the same run: " + "; ".join(
            f"{threads} thread{'s' if threads > 1 else ''}: {limit['gflops']:.0f} GFLOP/s peak, Adam alone {limit['adam_ms']:.4f} ms"
            for threads, limit in measured.items()) + ".",
        "Limit: the two products of the first layer at that peak plus Adam alone. Medians over "
        f"{options.rounds} rounds, Ballast and PyTorch in turn; PyTorch is the best of three variants."]


def program_lines():
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        printed = subprocess.run(
            [COMMAND, "compare", "--out", f"{folder}/run"], check=True, stdout=subprocess.PIPE, text=True).stdout
        whole = time.perf_counter() - start
    training = float(re.search(r"Training time +\| *([\d.]+) s", printed)[1])
    before = float(re.search(r"first step +\| *([\d.]+) s", printed)[1])
    theirs = float(python("tutorial.py", threads=2).rsplit("Seconds:", 1)[1])
    return [
        f"The tutorial's program with batch normalization, 5 epochs: PyTorch {theirs:.1f} s; Ballast {before + training:.2f} s, "
        f"of which {before:.2f} s pass before the first step: {theirs / (before + training):.0f} times. Both of `compare`'s "
        f"runs, evaluation and report: {whole:.2f} s."]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--program", action="store_true")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    for project in ("bench/Ballast.Bench", "src/Ballast.Cli"):
        subprocess.run(["dotnet", "build", "-c", "Release", "-v", "quiet", "--nologo", project], check=True, cwd=ROOT)
    text = [f"# {processor()}, {os.cpu_count()} cores", "", *step_table(options)]
    if options.program:
        text += ["", *program_lines()]
    text = "\n".join(text) + "\n"
    print(text)
    if options.write:
        name = "-".join(processor().lower().replace("(r)", "").replace("(tm)", "").split())
        (ROOT / "bench/results").mkdir(exist_ok=True)
        (ROOT / "bench/results" / f"training-step-{name}.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
