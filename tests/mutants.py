#!/usr/bin/env python3
"""Plants small faults in Kernels, Tensors and Nn, one at a time, and says which of them the tests catch.

  tests/mutants.py                         100 mutants of this working tree's last commit, drawn with seed 1
  tests/mutants.py --count 20 --seed 7 --jobs 2 --only 3,17

A mutant is a condition negated, a loop's bound moved by one, or two operands swapped. All of them are compiled into one copy of the
library, in a temporary folder, and the environment chooses one; so there is one build. A mutant that does not compile is replaced by
the next one drawn. A mutant is caught when a test fails, the process dies, or the tests take longer than --timeout seconds. Each
survivor is printed with its place and its text: it is equivalent, or a test is missing.
"""
import argparse
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

ROOT = pathlib.Path(__file__).resolve().parent.parent
ROOMS = ["Kernels", "Tensors", "Nn"]
NAME = r"[A-Za-z_][\w.]*"
SWITCH = """using System.Runtime.CompilerServices;

namespace Ballast;

static class Mutant
{
    static readonly int Active = int.Parse(Environment.GetEnvironmentVariable("BALLAST_MUTANT") ?? "-1");

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Is(int number) => Active == number;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int One(int number) => Active == number ? 1 : 0;
}
"""


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
        if before and before.group(1) in ("Subtract", "Divide", "Greater", "GreaterOrNaN", "Less", "Fma", "Select", "Copy", "Pow"):
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


def test(source, number, names, seconds):
    """The first test that fails for a mutant, or None."""
    environment = dict(os.environ, BALLAST_MUTANT=str(number), DOTNET_NOLOGO="1", COMPlus_DbgEnableMiniDump="0")
    command = ["dotnet", "vstest", "tests/Ballast.Tests/bin/Release/net10.0/Ballast.Tests.dll", f"--TestCaseFilter:{names}",
               "--", "xUnit.StopOnFail=true"]
    try:
        run = subprocess.run(command, cwd=source, env=environment, capture_output=True, text=True, timeout=seconds)
    except subprocess.TimeoutExpired:
        return f"longer than {seconds} s"
    if run.returncode == 0:
        return None
    failed = re.search(r"^\s*(?:Failed|X) (\S+)|\[FAIL\]", run.stdout, re.M)
    return failed.group(1) or "a test" if failed else "the process ended"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--timeout", type=int, default=900)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="mutants-"))
    source = (folder / "source").resolve()
    try:
        subprocess.run(["git", "worktree", "add", "-q", "--detach", str(source)], cwd=ROOT, check=True)
        (source / "src/Ballast/Mutant.cs").write_text(SWITCH)
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
            for key in [key for key, mutant in chosen.items() if mutant[:2] in wrong]:
                del chosen[key]
        # What looks at the sources' text would fail for every mutant.
        looks = "FullyQualifiedName!~FileSizeTests&FullyQualifiedName!~ArchitectureTests&FullyQualifiedName!~ReadmeTests"
        near = sorted({file.stem for room in ("Kernels", "Tensors", "Nn") for file in (source / "tests/Ballast.Tests" / room).rglob("*Tests.cs")})
        first = "(" + "|".join(f"FullyQualifiedName~.{name}." for name in near) + f")&{looks}"
        print(f"{len(drawn)} places, {len(chosen)} mutants", flush=True)
        unplanted = test(source, -1, looks, options.timeout * 3)
        if unplanted:
            sys.exit(f"without a mutant {unplanted} fails already")

        def judge(key):
            by = test(source, key, first, options.timeout) or test(source, key, looks, options.timeout)
            file, line, kind, start, end, new = chosen[key]
            text = originals[file].split("\n")[line].strip()
            print(f"{key}: {'caught by ' + by if by else 'SURVIVES'}: {kind}, {file}:{line + 1}: {text}   ->   {new}", flush=True)
            return by is not None

        keys = [int(key) for key in options.only.split(",")] if options.only else list(chosen)
        with ThreadPoolExecutor(options.jobs) as pool:
            caught = sum(pool.map(judge, keys))
        print(f"{caught} of {len(keys)} caught")
    finally:
        subprocess.run(["git", "worktree", "remove", "--force", str(source)], cwd=ROOT, capture_output=True)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
