#!/usr/bin/env python3
"""Times programs that take a millisecond, interpreted and with machine code: what compiling costs those who gain little.

    benches/short/run.py target/release/siskin [RUNS]

Each run starts the program both ways, in turn, on one processor; CPU time counts, the system's included. Medians of
100 runs, less what an empty script takes; and of the differences within each run, in which the start is the same, with
the bounds between which it lies in 95 of 100 cases. Both ways have to print the same.
"""

import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
TIERS = ["interp", "baseline"]


def output(command):
    return subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout


def cpu_ms(command):
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))} ended with {child.returncode}")
    return 1000 * (used.ru_utime + used.ru_stime)


def median_and_bounds(values):
    values = sorted(values)
    # The number of values below the median is binomial: half of them, give or take two standard deviations.
    half, off = len(values) / 2, 0.98 * len(values) ** 0.5
    low, high = max(int(half - off), 0), min(int(half + off), len(values) - 1)
    return statistics.median(values), values[low], values[high]


def main():
    program = sys.argv[1]
    runs = int(sys.argv[2]) if len(sys.argv) > 2 else 100
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    with tempfile.TemporaryDirectory() as folder:
        empty = Path(folder) / "empty.lox"
        empty.touch()
        scripts = [empty, *sorted(HERE.glob("*.lox"))]
        for script in scripts:
            if len({output([program, "--tier", tier, script]) for tier in TIERS}) != 1:
                sys.exit(f"{script}: the tiers disagree")
        times = {script: {tier: [] for tier in TIERS} for script in scripts}
        for run in range(runs):
            for script in scripts:
                for tier in TIERS if run % 2 else reversed(TIERS):
                    times[script][tier].append(cpu_ms([program, "--tier", tier, script]))
    start = {tier: statistics.median(times[empty][tier]) for tier in TIERS}
    print(f"{'program':10} {'interp':>10} {'baseline':>10} {'difference':>11}   between")
    for script in scripts[1:]:
        interp, baseline = (times[script][tier] for tier in TIERS)
        more, low, high = median_and_bounds(b - i for i, b in zip(interp, baseline))
        ms = [statistics.median(times[script][tier]) - start[tier] for tier in TIERS]
        print(f"{script.stem:10} {ms[0]:7.2f} ms {ms[1]:7.2f} ms {more:+8.2f} ms   {low:+.2f} and {high:+.2f}")


main()
