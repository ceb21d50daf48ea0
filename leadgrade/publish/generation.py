"""Writes the two files of a generation: the warehouse without personal data, and the private database."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import polars as pl

from leadgrade import contract
from leadgrade.contract import Column, Table
from leadgrade.engine import DuckDBEngine
from leadgrade.engine.duckdb import polars_schema
from leadgrade.masking import masked, withheld
from leadgrade.run import Run

# BI drivers lag behind: every DuckDB since 1.0 reads this format
STORAGE_VERSION = "v1.0.0"
# stages whose tables hold text that came from outside: ids, headers and names of files may be anything
_FROM_OUTSIDE = {"raw", "contacts", "people"}


def _quote(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _projection(table: Table, columns: Iterable[Column], *, is_masked: bool) -> str:
    parts = []
    for column in columns:
        name = f'"{column.name}"'
        shown = name
        if is_masked and column.is_free_text:
            shown = f"{masked(name)} as {name}"
        elif is_masked and column.type == "VARCHAR" and table.stage in _FROM_OUTSIDE:
            shown = f"{withheld(name)} as {name}"
        parts.append(shown)
    return ", ".join(parts)


def _comment(engine: DuckDBEngine, target: str, table: Table, columns: Iterable[Column]) -> None:
    """Table and column comments, so that a BI tool shows what a column means."""
    about = f"{table.about} One row per {table.grain}."
    engine.sql(f"comment on table {target}.{table.name} is {_quote(about)}")
    for column in columns:
        engine.sql(f'comment on column {target}.{table.name}."{column.name}" is {_quote(column.about)}')


def _write_tables(engine: DuckDBEngine, target: str, *, private: bool) -> dict[str, int]:
    """Write every table that belongs into this database; return rows by table."""
    counts: dict[str, int] = {}
    shown = {t: t.private_columns if private else t.warehouse_columns for t in contract.tables().values()}
    written = {t: columns for t, columns in shown.items() if columns and t.name != "meta.publication"}
    for table, columns in written.items():
        engine.ensure(table.name)
        engine.sql(f"create schema if not exists {target}.{table.stage}")
        select = f"select {_projection(table, columns, is_masked=not private)} from {table.name}"
        engine.sql(f"create table {target}.{table.name} as {select}")
        counts[table.name] = engine.count(f"{target}.{table.name}")
    with engine.transaction():  # a thousand small statements: one commit instead of one each
        for table, columns in written.items():
            _comment(engine, target, table, columns)
    return counts


def _write_publication(engine: DuckDBEngine, target: str, run: Run, counts: dict[str, int], now: datetime) -> None:
    table = contract.table("meta.publication")
    files = engine.collect("select file_id from raw.files where status = 'taken' order by file_id")
    meta = engine.read("meta.run")
    row = {
        "run_id": run.run_id,
        "published_at": now,
        "as_of": run.as_of,
        "code_version": meta["code_version"][0],
        "contract_version": contract.CONTRACT_VERSION,
        "config_hash": run.settings.sha256,
        "input_hashes": json.dumps(files["file_id"].to_list()),
        "row_counts": json.dumps(counts, sort_keys=True),
    }
    engine.write(table.name, pl.DataFrame([row], schema=polars_schema(table.name)))
    engine.sql(f"create schema if not exists {target}.meta")
    engine.sql(f"create table {target}.{table.name} as select * from {table.name}")
    _comment(engine, target, table, table.columns)


def write_generation(run: Run, folder: Path, now: datetime) -> dict[str, dict[str, int]]:
    """Write ``warehouse.duckdb`` and ``private.duckdb`` into ``folder``.

    Args:
        run: The run whose work file is published.
        folder: An empty folder.
        now: The time of publication, UTC without zone.

    Returns:
        Rows by table for each of the two databases.
    """
    counts: dict[str, dict[str, int]] = {}
    for target, private in (("warehouse", False), ("private", True)):
        path = folder / f"{target}.duckdb"
        run.engine.sql(f"attach {_quote(str(path))} as {target} (storage_version '{STORAGE_VERSION}')")
        try:
            counts[target] = _write_tables(run.engine, target, private=private)
            _write_publication(run.engine, target, run, counts[target], now)
        finally:
            run.engine.sql(f"detach {target}")  # checkpoints: no WAL is left behind
        path.chmod(0o600 if private else 0o644)
    return counts
