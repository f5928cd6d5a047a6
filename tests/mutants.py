#!/usr/bin/env python3
"""Plants small faults in Kernels, Tensors and Nn, one at a time, and says which of them the tests catch.

  tests/mutants.py                         100 mutants of this working tree's last commit, drawn with seed 1
  tests/mutants.py --count 20 --seed 7 --jobs 2 --only 3,17
  tests/mutants.py --planted FILE          faults of one's own: a JSON list of [file, text, text with Mutant.Is(NUMBER)]

A mutant is a condition negated, a loop's bound moved by one, or two operands swapped. All of them are compiled into one copy of the
library, in a temporary folder, and the environment chooses one; so there is one build. A mutant that does not compile is replaced by
the next one drawn. First the tests run once without a fault and write down which mutants each of them comes by; then those run that
come by a mutant, the quick ones first, until one fails. A mutant is caught when a test fails, the process dies, or the tests take much
longer than without it. Each survivor is printed with its place, its text and how many tests came by: it is equivalent, or a test is missing.
"""
import argparse
import json
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

ROOT = pathlib.Path(__file__).resolve().parent.parent
ROOMS = ["Kernels", "Tensors", "Nn"]
NAME = r"[A-Za-z_][\w.]*"
SWITCH = """using System.Runtime.CompilerServices;

namespace Ballast;

static class Mutant
{
    public static readonly bool[] Passed = new bool[100_000];

    static readonly bool Records = Environment.GetEnvironmentVariable("BALLAST_MUTANT") is null;

    static readonly int Active = int.Parse(Environment.GetEnvironmentVariable("BALLAST_MUTANT") ?? "-1");

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Is(int number)
    {
        if (Records)
            Passed[number] = true;
        return Active == number;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int One(int number) => Is(number) ? 1 : 0;
}
"""
# Tests that look at the sources' text would fail for every mutant; of the others those of what computes run, unless --all are wanted.
LOOKS = ["FileSizeTests", "ArchitectureTests", "Documents."]
ELSEWHERE = ["Cli.", "Data.", "Formats.", "Lab."]


def closing(text, start):
    """Where the parenthesis that opens at start closes on the same line, or -1."""
    depth = 0
    for at in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[at], 0)
        if depth == 0:
            return at
    return -1


def candidates(line):
    """The mutants of a line: (kind, start, end, replacement with NUMBER in the place of the mutant's number)."""
    code = line.split("//")[0]
    if '"' in code or code.lstrip().startswith(("[", "const ", "///", "#")) or "Throw." in code:
        return
    for match in re.finditer(r"\b(?:if|while) \(", code):
        end = closing(code, match.end() - 1)
        if end > 0:
            condition = code[match.end():end]
            yield "condition negated", match.end(), end, f"Mutant.Is(NUMBER) ^ ({condition})"
    for match in re.finditer(rf"; ({NAME}) (<=?|>=?) ([^;]+);", code):
        sign = "-" if len(code) % 2 else "+"
        yield "bound moved", match.start(3), match.end(3), f"{match.group(3)} {sign} Mutant.One(NUMBER)"
    for match in re.finditer(rf"(?<=\()({NAME}), ({NAME})(?=[,)])", code):
        before = re.search(r"(\w+)(?:<[^()]*>)?\($", code[:match.start()])
        if before and before.group(1) in ("Subtract", "Divide", "Greater", "GreaterOrNaN", "Less", "Select", "Copy", "Pow"):
            a, b = match.groups()
            yield "operands swapped", match.start(), match.end(), f"Mutant.Is(NUMBER) ? {b} : {a}, Mutant.Is(NUMBER) ? {a} : {b}"
    for match in re.finditer(rf"(?<=[=(\[] )({NAME}) ([-/%]) ({NAME})(?=[;),\]])|(?<=[(\[])({NAME}) ([-/%]) ({NAME})(?=[;),\]])", code):
        a, sign, b = [part for part in match.groups() if part is not None]
        yield "operands swapped", match.start(), match.end(), f"(Mutant.Is(NUMBER) ? {b} {sign} {a} : {a} {sign} {b})"


def all_candidates(source):
    found = []
    for room in ROOMS:
        for file in sorted((source / "src/Ballast" / room).rglob("*.cs")):
            comment = False
            for number, line in enumerate(file.read_text(encoding="utf-8-sig").split("\n")):
                comment = comment or "/*" in line
                if not comment:
                    found += [(str(file.relative_to(source)), number, *mutant) for mutant in candidates(line)]
                comment = comment and "*/" not in line
    return found


def plant(source, originals, chosen):
    """Writes all chosen mutants into the sources, several of a line from its end to its start."""
    for file, text in originals.items():
        lines = text.split("\n")
        mine = [(line, start, end, new, number) for number, (name, line, _, start, end, new) in chosen.items() if name == file]
        for line, start, end, new, number in sorted(mine, reverse=True):
            lines[line] = lines[line][:start] + new.replace("NUMBER", str(number)) + lines[line][end:]
        (source / file).write_text("\n".join(lines), encoding="utf-8")


def build(source):
    """The places of the errors as (file, line), or none; stops where the errors are not in a mutant's file."""
    run = subprocess.run(
        ["dotnet", "build", "tests/Ballast.Tests", "-c", "Release", "-p:RunAnalyzers=false", "-p:TreatWarningsAsErrors=false", "-nologo", "-v", "quiet"],
        cwd=source, capture_output=True, text=True)
    if run.returncode == 0:
        return set()
    places = {(str(pathlib.Path(path).relative_to(source)), int(line) - 1)
              for path, line in re.findall(r"^(/[^(\n]+)\((\d+),\d+\): error", run.stdout, re.M)}
    return places or sys.exit(run.stdout[-4000:])


def run(source, number, seconds, *arguments):
    """What the runner prints for a mutant, and its exit code; none where it takes too long."""
    environment = dict(os.environ, DOTNET_NOLOGO="1", DOTNET_DbgEnableMiniDump="0", DOTNET_TieredPGO="0")
    environment.pop("BALLAST_MUTANT", None)
    if number is not None:
        environment["BALLAST_MUTANT"] = str(number)
    folder = source / "tests/Ballast.Tests/bin/Release/net10.0"
    process = subprocess.Popen(["dotnet", "Ballast.Tests.dll", *map(str, arguments)], cwd=folder, env=environment, text=True,
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
    try:
        output, _ = process.communicate(timeout=seconds)
        return output, process.returncode
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        return process.communicate()[0], None


def draw(source, options):
    """The mutants by number: (file, line, kind, start, end, replacement); builds the copy with all of them."""
    drawn = all_candidates(source)
    random.Random(options.seed).shuffle(drawn)
    originals = {name: (source / name).read_text(encoding="utf-8-sig") for name in {mutant[0] for mutant in drawn}}
    rest = iter(drawn)
    taken, chosen = set(), {}
    number = 0
    while True:
        while len(chosen) < options.count:
            mutant = next(rest, None)
            if mutant is None:
                break
            if mutant[:2] not in taken: # one of a line
                taken.add(mutant[:2])
                chosen[number] = mutant
                number += 1
        plant(source, originals, chosen)
        wrong = build(source)
        if not wrong:
            break
        for file, line in wrong: # an error may show below its cause: a variable that has no value any more
            above = [key for key, mutant in chosen.items() if mutant[0] == file and mutant[1] <= line]
            if above:
                del chosen[max(above, key=lambda key: chosen[key][1])]
            elif not any(mutant[0] == file for mutant in drawn):
                sys.exit(f"an error outside of mutants: {file}:{line + 1}")
    print(f"{len(drawn)} places, {len(chosen)} mutants", flush=True)
    return {key: f"{kind}, {file}:{line + 1}: {originals[file].split(chr(10))[line].strip()}   ->   {new}"
            for key, (file, line, kind, _, _, new) in chosen.items()}


def plant_given(source, faults):
    """The faults of a list by number; builds the copy with all of them."""
    for number, (file, old, new) in enumerate(faults):
        text = (source / file).read_text(encoding="utf-8-sig")
        if text.count(old) != 1:
            sys.exit(f"fault {number}: {text.count(old)} places in {file} read {old!r}, expected one")
        (source / file).write_text(text.replace(old, new.replace("NUMBER", str(number))), encoding="utf-8")
    wrong = build(source)
    if wrong:
        sys.exit(f"errors: {sorted(wrong)}")
    return {number: f"{file}: {old}   ->   {new}" for number, (file, old, new) in enumerate(faults)}


def watch(source):
    """Puts the switch into the library and the runner into the tests."""
    (source / "src/Ballast/Mutant.cs").write_text(SWITCH)
    shutil.copy(ROOT / "tests/mutants.cs", source / "tests/Ballast.Tests/MutantRunner.cs")
    project = source / "tests/Ballast.Tests/Ballast.Tests.csproj"
    project.write_text(project.read_text().replace("<IsTestProject>", "<GenerateProgramFile>false</GenerateProgramFile><IsTestProject>"))


def record(source, log, options):
    """Runs the tests without a fault; the log has a line for each."""
    start = time.monotonic()
    unfinished = log.with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    run(source, None, None, "record", unfinished, *(f"Ballast.Tests.{name}" for name in LOOKS + ([] if options.all else ELSEWHERE)))
    lines = unfinished.read_text().splitlines()
    failing = [line.split()[1] for line in lines if line.startswith("FAILS ")]
    if failing:
        print(f"left out, they fail without a mutant: {', '.join(failing)}", flush=True)
    lines = [line for line in lines if not line.startswith("FAILS ")]
    log.write_text("\n".join(lines))
    print(f"{len(lines)} tests in {time.monotonic() - start:.0f} s", flush=True)


def coverage(log):
    """Which tests come by each mutant, as {number: [(milliseconds, test)]}, the quick ones first."""
    reached = {}
    for line in log.read_text().splitlines():
        name, milliseconds, *numbers = line.split()
        for number in numbers:
            reached.setdefault(int(number), []).append((int(milliseconds), name))
    return {number: sorted(names) for number, names in reached.items()}


def judge(source, key, tests):
    """What catches a mutant, or None: runs the tests that come by, the quick ones first."""
    if not tests:
        return None
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as names:
        names.write("\n".join(name for _, name in tests))
        names.flush()
        seconds = 60 + sum(milliseconds for milliseconds, _ in tests) / 1000 * 10
        output, code = run(source, key, seconds, "run", names.name)
    if code == 0:
        return None
    caught = re.search(r"^CAUGHT (\S+)", output, re.M)
    return caught.group(1) if caught else f"more than {seconds:.0f} s" if code is None else f"the end of the process: {output.strip()[-200:]!r}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--all", action="store_true", help="all tests, not only those of what computes")
    parser.add_argument("--only", default="")
    parser.add_argument("--planted")
    parser.add_argument("--folder", help="where the copy lies; it stays, and is used again with --again")
    parser.add_argument("--again", action="store_true", help="the copy and its log are there already")
    options = parser.parse_args()
    folder = pathlib.Path(options.folder or tempfile.mkdtemp(prefix="mutants-")).resolve()
    source, log, texts = folder / "source", folder / "reached.log", folder / "mutants.json"
    try:
        if not options.again:
            folder.mkdir(exist_ok=True)
            subprocess.run(["git", "worktree", "add", "-q", "--detach", str(source)], cwd=ROOT, check=True)
            watch(source)
            described = plant_given(source, json.loads(pathlib.Path(options.planted).read_text())) if options.planted else draw(source, options)
            texts.write_text(json.dumps(described))
            log.unlink(missing_ok=True)
        described = {int(key): text for key, text in json.loads(texts.read_text()).items()}
        if not log.exists():
            record(source, log, options)
        reached = coverage(log)

        def one(key):
            tests = reached.get(key, [])
            by = judge(source, key, tests)
            print(f"{key}: {f'caught by {by}' if by else f'SURVIVES {len(tests)} tests'}: {described[key]}", flush=True)
            return by is not None

        keys = [int(key) for key in options.only.split(",")] if options.only else list(described)
        with ThreadPoolExecutor(options.jobs) as pool:
            caught = sum(pool.map(one, keys))
        print(f"{caught} of {len(keys)} caught")
    finally:
        if not options.folder:
            subprocess.run(["git", "worktree", "remove", "--force", str(source)], cwd=ROOT, capture_output=True)
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
