"""What the benchmarks of single stages share: a demo night copied to a million people, and a stage made in a process of its own.

A demo set of 20,000 rows of leads goes through the nightly job; then its people, with all that is known of them, are
copied under other ids, addresses and numbers until there are enough. The copies are as dirty as the demo set and as far
apart from each other as its people are.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.nightly import AS_OF, program
from leadgrade import contract
from leadgrade.engine import DuckDBEngine

ROOT = Path(__file__).resolve().parents[1]
DEMO_ROWS = 20_000
MEMORY = "1500MB"  # DuckDB's own limit; polars and Python come on top
_IDS = {
    "person_id", "lead_id", "record_id", "file_id", "email_id", "phone_id", "source_record_id", "subject_id",
    "account_id", "account_source_id",
}  # fmt: skip
_ADDRESSES = {"email", "email_raw", "email_match", "subject_email"}
_DOMAINS = {"email_domain", "domain"}
_NUMBERS = {"phone_e164", "mobile_e164", "phone_raw", "mobile_raw", "subject_phone"}


def _copied(column: str) -> str:
    """A column of copy ``k``: ids, addresses and numbers become those of other people."""
    if column in _IDS:
        return f'"{column}" || \'-\' || k as "{column}"'
    if column in _ADDRESSES:
        return f"replace(\"{column}\", '@', '@x' || k || '.') as \"{column}\""
    if column in _DOMAINS:
        return f"'x' || k || '.' || \"{column}\" as \"{column}\""
    if column == "ip":  # else everybody would share a network with all copies at the same moment, one burst
        return "regexp_replace(ip, '^[0-9]+[.][0-9]+', (k // 200 + 11) || '.' || (k % 200)) as ip"
    if column in _NUMBERS:
        return f"regexp_replace(\"{column}\", '[0-9][0-9]$', right('0' || k, 2)) as \"{column}\""
    return f'"{column}"'


def prepare(path: Path, people: int, tables: list[str], night: Path | None = None) -> None:
    """Make a work file with these tables of a night, by default a demo night, copied until there are ``people`` people."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if night:
        _copy(night, path, people, tables)
        return
    with tempfile.TemporaryDirectory(prefix="leadgrade-bench-") as folder:
        home = Path(folder) / "home"
        out = ["--out", str(home / "inbox"), "--rows", str(DEMO_ROWS), "--seed", "1", "--as-of", AS_OF]
        for arguments in (["demo", *out], ["run", "--home", str(home), "--as-of", AS_OF]):
            subprocess.run([program("leadgrade"), *arguments], check=True, stdout=subprocess.DEVNULL)
        _copy(next((home / "runs").glob("*/work.duckdb")), path, people, tables)


def _copy(night: Path, path: Path, people: int, tables: list[str]) -> None:
    """Copy the tables of a work file under other ids until there are ``people`` people."""
    with DuckDBEngine(path) as engine:
        engine.sql(f"attach '{night}' as night (read_only)")
        engine.sql("create table meta.run as select * from night.meta.run")
        there = int(engine.collect("select count(*) as n from night.people.golden")["n"][0])
        for table in tables:
            columns = ", ".join(_copied(c.name) for c in contract.table(table).columns)
            copies = f"range({-(-people // there)}) as copies(k)"
            engine.sql(f"create table {table} as select {columns} from night.{table} cross join {copies}")


def in_child(module: str, path: Path, *more: str) -> Any:
    """What a run of the module with ``--child`` prints, as JSON: its peak of memory is its own."""
    command = [sys.executable, "-m", module, "--child", str(path), *more]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=os.environ)
    return json.loads(done.stdout)


def forget_peak() -> None:
    """Let :func:`peak_since` count from now on, where the system can (Linux)."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def peak_since() -> float:
    """Peak of this process' memory in MiB since :func:`forget_peak`, else since its start."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024
