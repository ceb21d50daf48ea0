"""The stage scores at a million people and five million events: CPU seconds of each table, and peak memory.

    python -m benchmarks.scores                      1,000,000 people
    python -m benchmarks.scores --keep DIR           leave the work file there, and use it again the next time

The work file is a demo night, copied under other ids (see benchmarks.copies). The stage is made twice in a process of
its own: the second time a day later, so that scores.changes has a night before; the second night's costs are told.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
import time
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl

from assets import scores
from assets.past import STEPS
from assets.steps import ordered
from benchmarks.copies import MEMORY, ROOT, in_child, prepare
from benchmarks.nightly import AS_OF
from leadgrade.config import load_settings
from leadgrade.engine import DuckDBEngine
from leadgrade.run import Run
from leadgrade.scores.config_tables import load


def inputs() -> list[str]:
    """The tables of other stages that this one reads."""
    return sorted({t for step in scores.STEPS for t in step.reads if t.split(".")[0] != "scores"})


def _night(run: Run) -> dict[str, dict[str, float]]:
    row = run.engine.read("meta.run").with_columns(as_of=pl.lit(run.as_of).cast(pl.Datetime("us")))
    run.engine.write("meta.run", row)
    load(run)
    costs = {}
    for step in [step for step in ordered(STEPS) if step in scores.STEPS]:
        cpu, wall = time.process_time(), time.monotonic()
        step.run(run)
        costs[step.name] = {
            "rows": run.engine.count(step.name),
            "cpu": time.process_time() - cpu,
            "wall": time.monotonic() - wall,
        }
        sys.stderr.write(f"\r{step.name:<28}{costs[step.name]['cpu']:.2f} s   ")
    return costs


def _make(path: Path) -> None:
    """Child: make the tables of the stage on two nights and print what the second cost."""
    with DuckDBEngine(path, memory_limit=MEMORY, spill=path.parent / "spill") as engine:
        run = Run(engine, load_settings(ROOT / "config"), path.parent, "bench", datetime.fromisoformat(AS_OF), "")
        engine.sql("drop table if exists scores.history")
        engine.sql("drop table if exists scores.night_before")
        _night(run)
        costs = _night(replace(run, as_of=run.as_of + timedelta(days=1)))
        events = engine.count("raw.events")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(json.dumps({"tables": costs, "peak": peak, "events": events}))


def main() -> None:
    """Make the work file, then the stage in a child, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--keep", type=Path, help="folder of the work file")
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        _make(options.child)
        return
    with tempfile.TemporaryDirectory(prefix="leadgrade-bench-") as folder:
        path = (options.keep or Path(folder)) / f"scores_{options.people}.duckdb"
        if not path.exists():
            prepare(path, options.people, inputs())
        found = in_child("benchmarks.scores", path)
    print(f"{'table':<28}{'rows':>12}{'CPU s':>9}{'wall s':>9}")
    for table, cost in found["tables"].items():
        print(f"{table:<28}{cost['rows']:>12,}{cost['cpu']:>9.2f}{cost['wall']:>9.2f}")
    stage = sum(cost["cpu"] for cost in found["tables"].values())
    print(f"{'the stage':<28}{found['events']:>12,}{stage:>9.2f}   events of all; peak {found['peak']:,.0f} MiB")


if __name__ == "__main__":
    main()
