"""The stage metrics at a million people and some four million events: CPU seconds of each table, and peak memory.

    python -m benchmarks.metrics                   1,000,000 people
    python -m benchmarks.metrics --keep DIR        leave the work file there, and use it again the next time
    python -m benchmarks.metrics --night FILE      copy this work file of a run, in place of a demo night made anew

The people of a demo night are copied under other ids until there are enough (see benchmarks.copies); the stage is made
in a process of its own, whose peak is the one that counts.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
import time
from datetime import datetime
from functools import partial
from pathlib import Path

from benchmarks.copies import MEMORY, ROOT, in_child, prepare
from benchmarks.nightly import AS_OF
from leadgrade import contract
from leadgrade.config import load_settings
from leadgrade.engine import DuckDBEngine, make_from_file, sql_files
from leadgrade.metrics import config_tables
from leadgrade.metrics.build import BUILDS, build_quality_history, order
from leadgrade.metrics.calibration_stage import build_calibration, build_first_scores
from leadgrade.run import Run
from leadgrade.stages import load_config_tables


def inputs() -> list[str]:
    """The tables of other stages that this one reads."""
    reads = {table for file in sql_files("metrics").values() for table in file.reads}
    reads |= {table for _, tables in BUILDS.values() for table in tables}
    return sorted(t for t in reads if t.split(".")[0] not in ("metrics", "meta", "config") and t in contract.tables())


def _make(path: Path) -> None:
    """Child: make the tables of the stage and print what each cost."""
    costs: dict[str, float] = {}
    with DuckDBEngine(path, memory_limit=MEMORY, spill=path.parent / "spill") as engine:
        run = Run(engine, load_settings(ROOT / "config"), path.parent, "bench", datetime.fromisoformat(AS_OF), "bench")
        load_config_tables(run)
        config_tables.load(run)
        steps = [("metrics.first_scores", partial(build_first_scores, run))]
        steps += [(name, partial(make_from_file, engine, name)) for name in order()]
        steps += [("calibration", partial(build_calibration, run))]
        steps += [("metrics.quality_history", partial(build_quality_history, run))]
        for name, step in steps:
            began = time.process_time()
            step()
            costs[name] = time.process_time() - began
            sys.stderr.write(f"\r{name:<34}{costs[name]:.2f} s   ")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(json.dumps({"tables": costs, "peak": peak}))


def main() -> None:
    """Make the work file, then the stage in a child, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--keep", type=Path, help="folder of the work file")
    parser.add_argument("--night", type=Path, help="work file of a run to copy")
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        _make(options.child)
        return
    with tempfile.TemporaryDirectory(prefix="leadgrade-bench-") as folder:
        path = (options.keep or Path(folder)) / f"metrics_{options.people}.duckdb"
        if not path.exists():
            prepare(path, options.people, inputs(), options.night)
        found = in_child("benchmarks.metrics", path)
    print(f"{'table':<34}{'CPU s':>9}")
    for table, cost in sorted(found["tables"].items(), key=lambda pair: -pair[1]):
        print(f"{table:<34}{cost:>9.2f}")
    print(f"{'the stage':<34}{sum(found['tables'].values()):>9.2f}   peak {found['peak']:,.0f} MiB")


if __name__ == "__main__":
    main()
