#!/usr/bin/env python3
"""Trains CIFAR-10 by a recipe once for each seed, and keeps what it reached.

  bench/recipe.py airbench|resnet20 [--seeds 0 1 2] [--epochs N]

Runs lie in runs/; one that was stopped goes on where it was when the same command is given again. bench/results/ gets a table, and the
curve and the settings of each run, by the recipe's and the processor's name. Accuracies depend on the seed and the registers'
width, not on threads or on what else the machine does; times do.
"""
import argparse
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys

sys.path.append(str(pathlib.Path(__file__).resolve().parent / "peers"))
from run import processor  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[1]
COMMAND = ROOT / "src/Ballast.Cli/bin/Release/net10.0/Ballast.Cli"
PUBLISHED = {
    "airbench": "The paper's 9.9 epochs: 94.01 % by six views (mean of 1,000 runs).",
    "resnet20": "He et al. 2016, 164 epochs: 91.25 %.",
}


def evaluations(folder):
    metrics = [json.loads(line) for line in open(folder / "metrics.jsonl", encoding="utf-8")]
    return [metric for metric in metrics if metric["type"] == "evaluation"], max(metric.get("seconds", 0) for metric in metrics)


def train(recipe, folder, seed, epochs):
    started = (ROOT / folder / "run.json").exists()
    if not (started and evaluations(ROOT / folder)[0]):
        course = ["--epochs", str(epochs)] if epochs else []
        fresh = ["--recipe", recipe, "--seed", str(seed), *course, "--checkpoint-every", "16", "--out", str(folder)]
        subprocess.run([COMMAND, "train", *(["--resume", str(folder)] if started else fresh)], check=True, cwd=ROOT)
    tests, seconds = evaluations(ROOT / folder)
    once = next(test["accuracy"] for test in reversed(tests) if "testTimeAugmentation" not in test)
    views = next((test["accuracy"] for test in reversed(tests) if "testTimeAugmentation" in test), None)
    return {"seed": seed, "steps": tests[-1]["step"], "seconds": seconds, "once": once, "views": views}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("recipe", choices=PUBLISHED)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--epochs", type=int)
    options = parser.parse_args()
    subprocess.run(["dotnet", "build", "-c", "Release", "-v", "quiet", "--nologo", "src/Ballast.Cli"], check=True, cwd=ROOT)
    name = f"{options.recipe}-{'-'.join(processor().lower().replace('(r)', '').replace('(tm)', '').split())}"
    kept = ROOT / "bench/results" / name
    kept.mkdir(parents=True, exist_ok=True)
    results = []
    for seed in options.seeds:
        folder = pathlib.Path("runs", options.recipe, f"seed-{seed}")
        results.append(train(options.recipe, folder, seed, options.epochs))
        shutil.copy(ROOT / folder / "metrics.jsonl", kept / f"seed-{seed}.jsonl")
        shutil.copy(ROOT / folder / "run.json", kept / f"seed-{seed}.json")
    keys = [key for key in ("views", "once") if results[0][key] is not None]
    titles = {"views": "test accuracy, by six views", "once": "seen once" if len(keys) > 1 else "test accuracy"}
    lines = [
        f"# {processor()}, {os.cpu_count()} cores: the recipe {options.recipe}", "",
        "| seed | mini-batches | training | " + " | ".join(titles[key] for key in keys) + " |", "|---" * (3 + len(keys)) + "|"]
    for result in results:
        minutes, seconds = divmod(round(result["seconds"]), 60)
        shares = " | ".join(f"{result[key]:.2%}" for key in keys)
        lines.append(f"| {result['seed']} | {result['steps']} | {minutes} min {seconds} s | {shares} |")
    if len(results) > 1:
        lines.append("| mean | | | " + " | ".join(f"{statistics.mean(result[key] for result in results):.2%}" for key in keys) + " |")
    lines += ["", PUBLISHED[options.recipe]]
    text = "\n".join(lines) + "\n"
    print(text)
    (kept.parent / f"{name}.md").write_text(text, encoding="utf-8")


main()
