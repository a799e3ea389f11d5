#!/usr/bin/env python3
"""Counts the instructions of each benchmark in the baseline, on x86-64 and on ARM64.

Seconds on an emulator say nothing, instructions do. Needs gcc and Debian's qemu-user (not the static one, which loads no
plugins), and the siskin program built for both machines:

    benches/instructions/run.py target/release/siskin target/aarch64-unknown-linux-gnu/release/siskin

The programs run with their counts cut by a hundred, so that emulation stays short.
"""

import math
import re
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROGRAMS = HERE.parent / "programs"


def shortened(name, source):
    """The program with smaller numbers: counts of a hundred thousand and more lose two zeros."""
    if name == "fib":
        return source.replace("35", "25")
    if name == "mandelbrot":
        return source.replace("600", "100")
    return re.sub(r"\b(\d+000)00\b", r"\1", source)


def count(emulator, plugin, program, script):
    command = [emulator, "-plugin", plugin, program, "--tier", "baseline", script]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=600, check=True)
    return int(re.search(r"instructions (\d+)", ran.stderr).group(1))


def main():
    x64, arm64 = sys.argv[1:3]
    ratios = []
    with tempfile.TemporaryDirectory() as folder:
        plugin = f"{folder}/insns.so"
        subprocess.run(["gcc", "-shared", "-fPIC", "-O2", "-o", plugin, HERE / "insns.c"], check=True)
        print(f"{'program':14} {'x86-64':>14} {'arm64':>14} {'ratio':>6}")
        for path in sorted(PROGRAMS.glob("*/*.lox")):
            script = Path(folder) / path.name
            script.write_text(shortened(path.stem, path.read_text()))
            here = count("qemu-x86_64", plugin, x64, script)
            there = count("qemu-aarch64", plugin, arm64, script)
            ratios.append(there / here)
            print(f"{path.stem:14} {here:14,} {there:14,} {there / here:6.2f}", flush=True)
    print(f"{'geomean':14} {'':14} {'':14} {math.exp(sum(map(math.log, ratios)) / len(ratios)):6.2f}")


main()
