"""The stage hygiene at a million people: CPU seconds and peak memory of each table and of the whole.

    python -m benchmarks.hygiene                      1,000,000 people, every part of the stage
    python -m benchmarks.hygiene --part consent       touches and consent only
    python -m benchmarks.hygiene --keep DIR           leave the work file there, and use it again the next time

The people of a demo night are copied until there are enough (see benchmarks.copies); the stage is made in a process of its own,
whose peak is the one that counts.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path

import polars as pl

from benchmarks.copies import MEMORY, ROOT, forget_peak, in_child, peak_since, prepare
from benchmarks.nightly import AS_OF
from leadgrade.config import load_settings
from leadgrade.engine import DuckDBEngine, sql_files
from leadgrade.engine.duckdb import polars_schema
from leadgrade.hygiene import config_tables, steps
from leadgrade.hygiene.ledger import hashes
from leadgrade.hygiene.ledger.verify import verify_connection
from leadgrade.run import Run

# part of the stage -> its tables, in order; and the parts that it stands on
PARTS: dict[str, tuple[str, ...]] = {
    "touches": (*steps.TOUCHES, "evidence_faults"),
    "decay": steps.DECAY,
    "ledger": steps.LEDGER,
    "consent": steps.CONSENT,
    "risk": steps.RISK,
    "reach": ("reach", "people", "last_scores", "reverify_queue"),
}
_NEEDS = {
    "touches": ("touches",),
    "decay": ("touches", "decay"),
    "ledger": ("touches", "ledger"),
    "consent": ("touches", "ledger", "consent"),
    "risk": ("touches", "ledger", "consent", "risk"),
    "reach": tuple(PARTS),
    "all": tuple(PARTS),
}


def inputs() -> list[str]:
    """The tables of other stages that this one reads."""
    reads = {table for file in sql_files("hygiene").values() for table in file.reads}
    reads |= {table for _, tables in steps.BUILDS.values() for table in tables}
    return sorted(t for t in reads if t.split(".")[0] not in ("hygiene", "meta", "config"))


def _make(path: Path, part: str) -> None:
    """Child: make the tables of the stage and print what each cost."""
    with DuckDBEngine(path, memory_limit=MEMORY, spill=path.parent / "spill") as engine:
        secret = str(engine.read("meta.run", ["secret"])["secret"][0])
        run = Run(engine, load_settings(ROOT / "config"), path.parent, "bench", datetime.fromisoformat(AS_OF), secret)
        config_tables.load(run)
        for table in hashes.TABLES:  # the first night of the ledger is the dear one
            engine.sql(f"drop table if exists {table}")
        costs = {table: {"part": name, **_measured(run, (table,))} for name in _NEEDS[part] for table in PARTS[name]}
        if "ledger" in _NEEDS[part]:
            _one_more_file(engine)
            costs["ledger, 1 % more"] = {"part": "next night", **_measured(run, steps.LEDGER)}
            forget_peak()
            began = time.process_time()
            events = verify_connection(engine.connection, secret).events
            cpu = time.process_time() - began
            costs["consent verify"] = {"part": "command", "rows": events, "cpu": cpu, "wall": 0, "peak": peak_since()}
    sys.stdout.write(json.dumps({"tables": costs, "peak": max(float(cost["peak"]) for cost in costs.values())}))


def _measured(run: Run, tables: tuple[str, ...]) -> dict[str, float]:
    forget_peak()
    cpu, wall = time.process_time(), time.monotonic()
    rows = list(steps.make(run.engine, tables).values())
    sys.stderr.write(f"\r{tables[-1]:<20}{time.process_time() - cpu:.2f} s   ")
    cost = {"cpu": time.process_time() - cpu, "wall": time.monotonic() - wall}
    return {"rows": rows[-1], "peak": peak_since(), **cost}


def _one_more_file(engine: DuckDBEngine) -> None:
    """One consent in a hundred comes again under another id, in a file of its own."""
    new = "* replace ('more' as file_id, record_id || 'm' as record_id)"
    for table, few in (("raw.consents", "true"), ("raw.versions", "object = 'consents'")):
        engine.sql(
            f"insert into {table} select {new} from {table} where {few} and row_number % 100 = 7 and file_id <> 'more'"
        )
    links = "select * replace (links.record_id || 'm' as record_id) from people.links"
    engine.sql(f"insert into people.links {links} where links.record_id || 'm' in (select record_id from raw.consents)")
    last = engine.collect("select max(arrival_rank) as last from raw.deliveries")["last"][0]
    row = {"file_id": "more", "arrival_rank": last + 1, "object": "consents"}
    engine.write(
        "raw.deliveries", pl.DataFrame([row], schema_overrides={"arrival_rank": pl.Int64}).pipe(_fitted), append=True
    )


def _fitted(frame: pl.DataFrame) -> pl.DataFrame:
    schema = polars_schema("raw.deliveries")
    return frame.with_columns(pl.lit(None).cast(kind).alias(n) for n, kind in schema.items() if n not in frame.columns)


def _print(found: dict[str, dict[str, dict[str, float]]], peak: float) -> None:
    tables = found["tables"]
    print(f"{'part':<12}{'table':<20}{'rows':>12}{'CPU s':>9}{'wall s':>9}{'peak MiB':>10}")
    for table, cost in tables.items():
        print(
            f"{cost['part']:<12}{table:<20}{cost['rows']:>12,}{cost['cpu']:>9.2f}{cost['wall']:>9.2f}{cost['peak']:>10,.0f}"
        )
    for part in dict.fromkeys(cost["part"] for cost in tables.values()):
        print(f"{part:<32}{'':>12}{sum(c['cpu'] for c in tables.values() if c['part'] == part):>9.2f}")
    stage = sum(cost["cpu"] for cost in tables.values() if cost["part"] in PARTS)
    print(f"{'the stage':<32}{'':>12}{stage:>9.2f}   peak {peak:,.0f} MiB")


def main() -> None:
    """Make the work file, then the stage in a child, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--part", choices=["all", *PARTS], default="all")
    parser.add_argument("--keep", type=Path, help="folder of the work file")
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        _make(options.child, options.part)
        return
    with tempfile.TemporaryDirectory(prefix="leadgrade-bench-") as folder:
        path = (options.keep or Path(folder)) / f"hygiene_{options.people}.duckdb"
        if not path.exists():
            prepare(path, options.people, inputs())
        found = in_child("benchmarks.hygiene", path, "--part", options.part)
        _print(found, found["peak"])


if __name__ == "__main__":
    main()
