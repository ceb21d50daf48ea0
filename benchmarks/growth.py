"""How matching grows with the table: CPU seconds and peak memory over sizes, and the exponent between them.

    python -m benchmarks.growth                                      100,000 to 3,000,000 leads
    python -m benchmarks.growth --leads 100000 300000 --keep FOLDER  other sizes; sets are kept there and found again

Each demo set (medium, two systems) is made and resolved in a process of its own, with no settings; CPU seconds are user and
system, imports and the reading of the set included. An exponent of 1 is proportional: twice the leads, twice the seconds.
"""

from __future__ import annotations

import argparse
import math
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import polars as pl

from benchmarks.people import sets
from benchmarks.people.measures import false_merges, pairwise, with_people
from leadgrade.people import resolve

# leads of two systems in a demo set of so many rows
_SHARE = 0.604


def _make(leads: int, path: Path) -> None:
    """Child: make a demo set of about so many leads."""
    sets.demo(round(leads / _SHARE), 1, "medium").write_parquet(path)


def _resolve(path: Path) -> None:
    """Child: resolve a set and print its rows, F1 and false merges; what that costs is on the parent's clock, too."""
    leads = pl.read_parquet(path)
    known = with_people(leads, resolve(leads.drop("truth")))
    print(leads.height, pairwise(known)[2], false_merges(known))


def _child(*arguments: str) -> tuple[str, float, float]:
    """What a run of this module in a process of its own prints, its CPU seconds and its peak MiB."""
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.growth", *arguments], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    text = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{' '.join(arguments)} ended with status {os.waitstatus_to_exitcode(status)}")
    return text, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def measure(sizes: list[int], folder: Path) -> None:
    """Print one line a size."""
    print(f"{'leads':>12}{'F1':>9}{'merges':>8}{'CPU s':>9}{'us a lead':>11}{'MiB':>8}{'exponent':>10}", flush=True)
    before: tuple[int, float] | None = None
    for size in sizes:
        path = folder / f"leads_{size}.parquet"
        if not path.exists():
            _child("--make", str(size), "--set", str(path))
        text, cpu, peak = _child("--set", str(path))
        rows, f1, merges = int(text.split()[0]), *map(float, text.split()[1:])
        exponent = f"{math.log(cpu / before[1]) / math.log(rows / before[0]):10.2f}" if before else ""
        print(
            f"{rows:>12,}{f1:>9.4f}{merges:>8.1f}{cpu:>9.1f}{cpu / rows * 1e6:>11.1f}{peak:>8.0f}{exponent}", flush=True
        )
        before = rows, cpu


def main() -> None:
    """Measure every size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--leads", type=int, nargs="+", default=[100_000, 300_000, 1_000_000, 3_000_000])
    parser.add_argument("--keep", type=Path, help="folder for the sets; left out, they are made anew and thrown away")
    parser.add_argument("--make", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--set", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.make:
        _make(options.make, options.set)
    elif options.set:
        _resolve(options.set)
    else:
        with tempfile.TemporaryDirectory(prefix="leadgrade-growth-") as made:
            folder = options.keep or Path(made)
            folder.mkdir(parents=True, exist_ok=True)
            measure(options.leads, folder)


if __name__ == "__main__":
    main()
