#!/usr/bin/env python3
"""Writes the folder files/ beside this program: what a Ballast of an earlier commit left behind. Needs git and the .NET SDK.
  files.py COMMIT          (the recorded folder: 33591e5; the tests say what is done with it)
The processor's registers should hold 16 floats: another width ends with slightly other numbers."""
import os, pathlib, random, shutil, signal, struct, subprocess, sys, tempfile, zlib

here = pathlib.Path(__file__).resolve().parent
files = here / "files"
work = pathlib.Path(tempfile.mkdtemp())
source = work / "source"
subprocess.run(["git", "-C", here, "worktree", "add", "--detach", source, sys.argv[1]], check=True)
project = source / "src/Ballast.Cli"
subprocess.run(["dotnet", "build", project, "-c", "Release", "-v", "quiet", "-nologo", "-p:RunAnalyzers=false"], check=True)
ballast = ["dotnet", project / "bin/Release/net10.0/Ballast.Cli.dll"]
shutil.rmtree(files, ignore_errors=True)
files.mkdir()


def run(*arguments):
    return subprocess.run([*ballast, *arguments], cwd=files, check=True, stdout=subprocess.PIPE, text=True).stdout


def stop(line, *arguments):
    """Interrupts a run once a line of its output begins so."""
    process = subprocess.Popen([*ballast, *arguments], cwd=files, stdout=subprocess.PIPE, text=True)
    for read in process.stdout:
        if read.startswith(line):
            process.send_signal(signal.SIGINT)
            break
    process.stdout.read()
    assert process.wait() == 130, "it was over before it was interrupted"


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def picture(path, pixels, width):
    rows = b"".join(b"\0" + bytes(pixels[i:i + width]) for i in range(0, len(pixels), width))
    path.parent.mkdir(parents=True, exist_ok=True)
    header = struct.pack(">IIBBBBB", width, len(pixels) // width, 8, 0, 0, 0, 0)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


# Two classes that overlap: 8 x 6 grey pixels, 14 pictures each.
random.seed(1)
for name, mean in (("bright", 140), ("dark", 110)):
    for i in range(14):
        picture(files / "pictures" / name / f"{i:02}.png", [min(255, max(0, round(random.gauss(mean, 60)))) for _ in range(48)], 8)

data = ["--data", "pictures", "--test-data", "pictures"]
convolutional = "conv:4,3,padding=1 batchnorm relu maxpool:2 conv:6,3,padding=1,bias=false batchnorm silu dropout:0.1 flatten linear:2"

# A run that is complete, with every kind of state that a layer has.
run("train", "conv:8,3,padding=1 batchnorm relu wsconv:8,3,padding=1 ghostbatchnorm:7 leakyrelu conv:8,1 batchrenorm gelu conv:8,1 frozenbatchnorm "
    "silu conv:8,1 splitbatchnorm:2 tanh conv:8,1 groupnorm:2 conv:8,1 instancenorm:affine=true,track=true conv:8,1 filterresponsenorm:learneps=true "
    "conv:8,1 evonormb0 conv:8,1 evonorms0:groups=2 noisybatchnorm localresponsenorm:3 avgpool:2 layernorm flatten rmsnorm linear:2", *data,
    "--batch-size", "14", "--epochs", "8", "--learning-rate", "0.01", "--log-every", "2", "--out", "complete")

# One that was stopped, and where it came to when the same Ballast went on with it.
stop("Starting epoch 9", "train", convolutional, *data, "--batch-size", "5", "--epochs", "120", "--optimizer", "sgd", "--learning-rate", "0.02",
     "--momentum", "0.9", "--nesterov", "--weight-decay", "0.001", "--no-decay-norms", "--schedule", "cosine", "--warm-up", "9",
     "--label-smoothing", "0.1", "--clip-norm", "1", "--crop", "1", "--flip", "random", "--standardize", "--validation", "0.25", "--keep-best",
     "--ema", "0.95", "--log-every", "100", "--checkpoint-every", "3", "--out", "stopped")
shutil.copytree(files / "stopped", work / "resumed")
run("train", "--resume", str(work / "resumed"))
shutil.copy(work / "resumed/weights.safetensors", files / "stopped-end.safetensors")

# An Adam run, stopped likewise.
stop("Starting epoch 9", "train", "flatten linear:8 relu linear:2", *data, "--batch-size", "4", "--epochs", "60", "--optimizer", "adamw",
     "--learning-rate", "0.002", "--log-every", "100", "--out", "adam")
shutil.copytree(files / "adam", work / "adam")
run("train", "--resume", str(work / "adam"))
shutil.copy(work / "adam/weights.safetensors", files / "adam-end.safetensors")

# A study of which a part is done: its last trials are taken away.
# (A definition knows the whole path of its data, and its trials the definition: the path is cut before.)
run("study", "placement", "flatten linear:6 batchnorm relu linear:2", *data, "--epochs", "2", "--batch-size", "7", "--learning-rate", "0.01",
    "--seeds", "2", "--save", "definition.json")
definition = files / "definition.json"
definition.write_text(definition.read_text().replace(f"{files}/pictures", "pictures"))
run("study", "run", "definition.json", "--jobs", "1", "--out", "study")
definition.unlink()
shutil.copy(files / "study/results.json", files / "study-end.json")
for name in ("results.json", "report.html"):
    (files / "study" / name).unlink()
for trial in sorted((files / "study/trials").iterdir())[4:]:
    trial.unlink()

# What the network of the complete run says of the pictures.
(files / "complete-evaluation.json").write_text(run("evaluate", "complete", "--json"))
(files / "complete-prediction.jsonl").write_text(run("predict", "complete", "pictures/bright/00.png", "pictures/dark/00.png", "pictures/dark/13.png", "--json"))

# Runs name their data by its whole path; here it is beside them.
for record in files.glob("*/run.json"):
    record.write_text(record.read_text().replace(f"{files}/pictures", "pictures"))
(files / "study/.lock").unlink()

subprocess.run(["git", "-C", here, "worktree", "remove", "--force", source], check=True)
shutil.rmtree(work)
