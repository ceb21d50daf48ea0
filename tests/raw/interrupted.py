"""Kills an intake in the middle and lets the next one go on: the tables must be those of an intake that nobody disturbed.

python -m tests.raw.interrupted --points 50 --seed 1
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import polars as pl
import pyarrow as pa

from leadgrade.engine import DuckDBEngine
from leadgrade.raw.intake import take_in
from tests.raw.files import csv_text, put, rows, run_with
from tests.raw.generated import LONG_AGO
from tests.raw.workbooks import write_workbook
from tests.support import AS_OF, REPOSITORY

HEADER = ["Record ID", "First Name", "Email", "Create Date", "Favourite colour"]
SOURCES = {
    "crm": {"path": "inbox/crm/*", "system": "hubspot", "object": "leads"},
    "any": {"path": "inbox/any/*"},
}
# they tell which run did the work, and after a kill two runs did
OF_THE_RUN = {"run_id", "ingested_at", "offered_at", "seen_at", "modified_at", "written_at",
              "offer_number", "delivery_number", "location"}  # fmt: skip


def _table(first: int, count: int) -> list[list[str]]:
    return [
        [f"r{n}", f"Ada {n}", f"p{n}@example.com", f"2026-01-{n % 28 + 1:02}", f"blue {n % 7}"]
        for n in range(first, first + count)
    ]


def fill(home: Path, scale: int = 2500) -> None:
    """Put twelve files of mixed formats into the inbox, ``scale`` rows each; some rows of some are broken."""
    tables = [_table(part * scale, scale) for part in range(12)]
    text = [csv_text(HEADER, *table) for table in tables]
    put(home, "crm/a.csv", text[0])
    put(home, "crm/b.csv", text[1].replace("Ada 26", '"Ada 26').replace("\n", "\r\n"))
    put(home, "crm/c.csv", csv_text(HEADER, *tables[2], delimiter=";").encode("utf-16"))
    put(home, "crm/d.csv.gz", gzip.compress(text[3].encode(), 1, mtime=0))
    put(home, "crm/e.csv.zst", pa.Codec("zstd").compress(text[4].encode(), asbytes=True))
    put(home, "crm/f.csv", text[5].encode().replace(b"Ada 125", b"Ad\xc3 125").replace(b"Ada 1260", "Zoë".encode() * 9))
    write_workbook(put(home, "any/g.xlsx", b""), [HEADER, *tables[6]])
    named = [dict(zip(HEADER, row, strict=True)) for table in tables[7:9] for row in table]
    put(home, "any/h.json", json.dumps(named[:scale]))
    put(home, "any/i.jsonl", "\n".join(map(json.dumps, named[scale:])))
    pl.DataFrame(tables[9], schema=HEADER, orient="row").write_parquet(put(home, "any/j.parquet", b""))
    with zipfile.ZipFile(put(home, "any/k.zip", b""), "w") as archive:
        for part in (10, 11):
            archive.writestr(zipfile.ZipInfo(f"part{part}.csv"), text[part])
    put(home, "any/l.csv", "nothing,that,anybody,knows\n1,2,3,4\n")
    for path in (home / "inbox").glob("*/*"):
        os.utime(path, (LONG_AGO, LONG_AGO))


def intake(home: Path, night: int, begun: Callable[[], object] = lambda: None) -> None:
    """Take in what lies in the inbox into the work file; ``begun`` is called right before."""
    with DuckDBEngine(home / "work.duckdb") as engine:
        run = run_with(home, SOURCES, engine, as_of=AS_OF + timedelta(days=night))
        begun()
        take_in(run)


def work(home: Path, night: int) -> None:
    """The child: an intake that says when it begins and ends."""
    intake(home, night, lambda: (sys.stdout.write("begun\n"), sys.stdout.flush()))
    sys.stdout.write("ended\n")
    sys.stdout.flush()


def _child(home: Path, night: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.raw.interrupted", "--work", str(home), "--night", str(night)]
    return subprocess.Popen(command, cwd=REPOSITORY, text=True, stdout=subprocess.PIPE)


def whole_run(home: Path, night: int) -> float:
    """Take in undisturbed; the seconds that it took, without the start of the interpreter."""
    child = _child(home, night)
    assert child.stdout is not None
    assert child.stdout.readline() == "begun\n", "the intake did not begin"
    start = time.monotonic()
    told, seconds = child.stdout.readline(), time.monotonic() - start
    child.communicate(timeout=120)
    assert (told, child.returncode) == ("ended\n", 0), "the intake did not end"
    return seconds


def killed_run(home: Path, after: float) -> bool:
    """Kill an intake so many seconds after it began; False where it had ended before."""
    child = _child(home, night=0)
    assert child.stdout is not None
    assert child.stdout.readline() == "begun\n", "the intake did not begin"
    time.sleep(after)
    child.kill()
    child.communicate()
    return child.returncode != 0


def tables(home: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every table of the stage, its rows in one order, without the columns that tell of the run."""
    with DuckDBEngine(home / "work.duckdb") as engine:
        run = run_with(home, SOURCES, engine)
        names = [
            row["table_name"]
            for row in rows(run, "from information_schema.tables where table_schema = 'raw' order by table_name")
        ]
        found = {}
        for name in names:
            kept = [
                f'"{column}"' for column in engine.connection.table(f"raw.{name}").columns if column not in OF_THE_RUN
            ]
            found[name] = engine.collect(f"select {', '.join(kept)} from raw.{name} order by all").rows()
        return found


@dataclass(frozen=True, slots=True)
class Undisturbed:
    """A home with a full inbox, the tables of an intake of it, and the seconds that it took."""

    home: Path
    tables: dict[str, list[tuple[object, ...]]]
    seconds: float


def undisturbed(folder: Path, scale: int = 2500) -> Undisturbed:
    """Fill an inbox and take it in."""
    home = folder / "undisturbed"
    fill(home, scale)
    seconds = whole_run(home, night=1)
    return Undisturbed(home, tables(home), seconds)


def differences(reference: Undisturbed, after: float) -> tuple[bool, int, list[str]]:
    """Kill an intake and take in again.

    Returns:
        Whether it was killed in the middle; the files that it had finished; the tables that differ.
    """
    with TemporaryDirectory() as folder:
        home = Path(folder)
        shutil.copytree(reference.home / "inbox", home / "inbox")
        is_killed = killed_run(home, after)
        finished = len(tables(home).get("files", []))
        intake(home, night=1)
        found = tables(home)
    names = sorted({*found, *reference.tables})
    told = [f"{n}: {len(found.get(n, []))} rows, undisturbed {len(reference.tables.get(n, []))}" for n in names
            if found.get(n) != reference.tables.get(n)]  # fmt: skip
    return is_killed, finished, told


def main() -> int:
    """Run as a program."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--work", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--night", type=int, default=1, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.work:
        work(given.work, given.night)
        return 0
    rng, failures = Random(given.seed), 0
    with TemporaryDirectory() as folder:
        reference = undisturbed(Path(folder))
        counts = ", ".join(f"{name} {len(found)}" for name, found in reference.tables.items() if found)
        sys.stdout.write(f"undisturbed: {reference.seconds:.1f} s; {counts}\n")
        points = draws = 0
        while points < given.points and draws < 3 * given.points:
            after, draws = rng.uniform(0, reference.seconds), draws + 1
            is_killed, finished, told = differences(reference, after)
            failures, points = failures + bool(told), points + is_killed
            state = f"killed, {finished} files finished" if is_killed else "had ended"
            sys.stdout.write(f"{points:>3} after {after:.3f} s: {state}; {'; '.join(told) or 'equal'}\n")
            sys.stdout.flush()
    sys.stdout.write(f"killed at {points} points, {failures} failures\n")
    return bool(failures)


if __name__ == "__main__":
    sys.exit(main())
