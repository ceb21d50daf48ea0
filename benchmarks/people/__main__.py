"""Matching side by side with Splink, both in child processes, with no settings of ours and its authors' own for Splink.

make bench-people                                      FEBRL 1 to 4 and demo sets of 20,000 rows, three seeds and difficulties
LEADGRADE_REAL_DATA=folder make bench-people           and every labelled set in folder/people (columns uid and truth)
python -m benchmarks.people --sets febrl3,fake_1000 --demo-rows 20000,100000 --seeds 1,2 --only-default
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from benchmarks.people import measures, sets
from benchmarks.people.outcome import CUTS

HEADER = (
    f"{'set':<26}{'rows':>8} {'tool':<10}{'P':>7}{'R':>7}{'F1':>7}{'B3':>7}{'best F1':>9}{'B3':>7}{'at':>8}"
    f"{'ECE':>7}{'merges':>8}{'CPU s':>8}{'MiB':>6}{'CPU of Splink':>15}"
)


@dataclass(frozen=True)
class Result:
    """One tool on one set: the line of the table without the ratio, its CPU seconds and its bins of calibration."""

    line: str
    cpu: float
    bins: pl.DataFrame | None


def _command(tool: str, python: Path, path: Path, folder: Path, spec: str | None) -> list[str]:
    if tool == "Splink":
        return [str(python), "-m", "benchmarks.people.splink_run", str(path), str(folder), str(spec)]
    return [sys.executable, "-m", "benchmarks.people.leadgrade_run", str(path), str(folder)]


def _best(truth: pl.DataFrame, folder: Path, default: tuple[float, pl.DataFrame]) -> tuple[float, float, float]:
    """F1, B-cubed F1 and cut-off where F1 is best by the labels: no user could pick it."""
    known = {cut: measures.with_people(truth, pl.read_parquet(folder / f"cut_{cut}.parquet")) for cut in CUTS}
    known |= dict([default])
    cut = max(known, key=lambda c: measures.pairwise(known[c])[2])
    return measures.pairwise(known[cut])[2], measures.b_cubed(known[cut]), cut


def run(tool: str, path: Path, spec: str | None, options: argparse.Namespace) -> Result:
    """Run a tool on a set in a process of its own.

    Raises :class:`subprocess.CalledProcessError` where it fails, :class:`subprocess.TimeoutExpired` where it takes too long.
    """
    truth = pl.read_parquet(path).select("lead_id", "truth")
    with tempfile.TemporaryDirectory(prefix="leadgrade-people-") as place:
        folder = Path(place)
        given = folder / "given.parquet"
        pl.read_parquet(path).drop("truth").write_parquet(given)
        less = ["--only-default"] if options.only_default else []
        command = [*_command(tool, options.python, given, folder, spec), *less]
        subprocess.run(command, check=True, timeout=options.timeout)
        used = json.loads((folder / "usage.json").read_text())
        known = measures.with_people(truth, pl.read_parquet(folder / "default.parquet"))
        precision, recall, f1 = measures.pairwise(known)
        best, bins = f"{'':>24}{'':>7}", None
        if not options.only_default:
            best_f1, best_b3, cut = _best(truth, folder, (used["default"], known))
            bins = measures.calibration(truth, pl.read_parquet(folder / "pairs.parquet"))
            best = f"{best_f1:>9.4f}{best_b3:>7.4f}{cut:>8}{measures.calibration_error(bins):>7.4f}"
    line = (
        f"{tool:<10}{precision:>7.4f}{recall:>7.4f}{f1:>7.4f}{measures.b_cubed(known):>7.4f}{best}"
        f"{measures.false_merges(known):>8.1f}{used['cpu']:>8.1f}{used['mib']:>6.0f}"
    )
    return Result(line, used["cpu"], bins)


def _tried(tool: str, path: Path, spec: str | None, options: argparse.Namespace) -> Result | str:
    """What came of a tool, or in words why nothing did: a set that is too big for one of them stops no other."""
    try:
        return run(tool, path, spec, options)
    except subprocess.TimeoutExpired:
        return f"no answer within {options.timeout:,} s"
    except subprocess.CalledProcessError as error:
        return f"failed: exit {error.returncode}"


def compare(name: str, frame: pl.DataFrame, options: argparse.Namespace) -> dict[str, pl.DataFrame]:
    """Print a line a tool for a set; return the bins of calibration by tool."""
    spec = options.spec or sets.spec_of(name)
    with tempfile.TemporaryDirectory(prefix="leadgrade-people-") as folder:
        path = Path(folder) / "set.parquet"
        frame.write_parquet(path)
        tools = ["leadgrade"] if options.alone or not spec else ["leadgrade", "Splink"]
        tried = {tool: _tried(tool, path, spec, options) for tool in tools}
    found = {tool: result for tool, result in tried.items() if isinstance(result, Result)}
    ratio = f"{found['leadgrade'].cpu / found['Splink'].cpu:>15.2f}" if len(found) == 2 else ""
    for tool, result in tried.items():
        line = result.line if isinstance(result, Result) else f"{tool:<10} {result}"
        print(f"{name:<26}{frame.height:>8} {line}{ratio if tool == 'leadgrade' else ''}", flush=True)
    return {tool: result.bins for tool, result in found.items() if result.bins is not None}


def print_calibration(name: str, bins: dict[str, pl.DataFrame]) -> None:
    """Ten bins: pairs, mean of the probabilities said, share that is true."""
    for tool, table in bins.items():
        cells = [f"{pairs}: {said:.3f}/{true:.3f}" for _, pairs, said, true in table.rows()]
        print(f"{name:<26}{tool:<10}{'  '.join(cells)}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", type=Path, default=Path(".venv-bench/bin/python"), help="Python that has Splink")
    parser.add_argument("--sets", default="", help="names of sets to leave it at, with commas; demo for all demo sets")
    parser.add_argument("--demo-rows", default="20000", help="sizes of the demo sets, with commas")
    parser.add_argument("--seeds", default="1,2,3", help="seeds of the demo sets, with commas")
    parser.add_argument(
        "--only-default", action="store_true", help="neither best cut-off nor calibration, for big sets"
    )
    parser.add_argument(
        "--alone", action="store_true", help="leadgrade without Splink, for sets that are too big for it"
    )
    parser.add_argument("--spec", help="Splink's settings for all sets, by name, in place of those of each set")
    parser.add_argument("--timeout", type=int, default=3600, help="seconds that a tool may take for a set")
    return parser.parse_args()


def _chosen(options: argparse.Namespace) -> sets.Sets:
    wanted = options.sets.split(",") if options.sets else []
    yield from (s for s in sets.febrl(options.python) if not wanted or s[0] in wanted)
    if "LEADGRADE_REAL_DATA" in os.environ:
        folder = Path(os.environ["LEADGRADE_REAL_DATA"]) / "people"
        yield from (s for s in sets.labelled(folder) if not wanted or s[0] in wanted)
    if wanted and "demo" not in wanted:
        return
    sizes, seeds = ([int(n) for n in text.split(",")] for text in (options.demo_rows, options.seeds))
    yield from sets.demos(sizes, seeds)
    for seed in seeds:
        yield f"demo {sizes[0]} no doubles {seed}", sets.demo(sizes[0], seed, "medium", duplicates=False)


def main() -> None:
    """Measure every set."""
    options = _options()
    if not options.python.exists():
        sys.exit(
            f"{options.python}: no such Python; make bench-people makes it, --python names another one with Splink"
        )
    print("best: by the labels; at: its cut-off; ECE: expected calibration error; merges: false ones for 10,000 people")
    print(HEADER)
    calibrated = {}
    for name, frame in _chosen(options):
        calibrated[name] = compare(name, frame, options)
    print("\ncalibration, ten bins of probability: pairs: said/true")
    for name, bins in calibrated.items():
        print_calibration(name, bins)


if __name__ == "__main__":
    main()
