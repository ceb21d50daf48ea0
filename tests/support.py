"""Makes small tables for tests: rows as plain dicts, columns that a row leaves out are null."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from leadgrade import contract
from leadgrade.config import Settings, load_settings
from leadgrade.engine import DuckDBEngine
from leadgrade.engine.duckdb import polars_schema
from leadgrade.run import Run

REPOSITORY = Path(__file__).resolve().parents[1]
AS_OF = datetime(2026, 10, 1)
SECRET = "test-secret"


def _make_empty(engine: DuckDBEngine, table: str) -> None:
    """Most tables of most tests have no row: the contract alone makes them in a fifth of the time."""
    columns = ", ".join(f'"{c.name}" {c.type}' for c in contract.table(table).columns)
    engine.sql(f"create or replace table {table} ({columns})")


def make_table(engine: DuckDBEngine, table: str, rows: Sequence[Mapping[str, Any]] = ()) -> None:
    """Make a table of the contract with these rows."""
    schema = polars_schema(table)
    if not rows:
        _make_empty(engine, table)
        return
    full = [{name: row.get(name) for name in schema} for row in rows]
    unknown = {key for row in rows for key in row} - set(schema)
    assert not unknown, f"{table} has no columns {sorted(unknown)}"
    engine.write(table, pl.DataFrame(full, schema=schema))


@cache
def _read() -> Settings:
    return load_settings(REPOSITORY / "config")


def shipped_settings() -> Settings:
    """The project's own configuration, read once; whoever asks may change what they get."""
    return deepcopy(_read())


def make_run(home: Path, engine: DuckDBEngine | None = None, **changes: Any) -> Run:
    """A run on an engine in memory with the project's own configuration and meta.run filled."""
    engine = engine or DuckDBEngine()
    settings = changes.pop("settings", None) or shipped_settings()
    run = Run(engine, settings, home, "test-run", changes.pop("as_of", AS_OF), SECRET, **changes)
    row = {"run_id": run.run_id, "as_of": run.as_of, "code_version": "test", "secret": SECRET}
    make_table(engine, "meta.run", [row])
    return run
