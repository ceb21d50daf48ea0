"""Opens a warehouse for the report: read only, every table of the contract there, whatever the file's age."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from leadgrade import contract

Row = dict[str, Any]


class Warehouse:
    """A published warehouse. Tables and columns that the file lacks read as empty."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def rows(self, query: str, parameters: Row | None = None) -> list[Row]:
        """The result of a query, a dict a row."""
        cursor = self._connection.execute(query, parameters)
        names = [column[0] for column in cursor.description or []]
        return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]

    def row(self, query: str) -> Row:
        """The first row of a query; an empty dict where there is none."""
        return next(iter(self.rows(query)), {})


@contextmanager
def open_warehouse(path: Path) -> Iterator[Warehouse]:
    """Open the file read only; readers and the next publication are not held up.

    Raises:
        FileNotFoundError: there is no such file.
    """
    if not path.is_file():
        raise FileNotFoundError(f"no warehouse at {path}: run the nightly job first (make run)")
    with duckdb.connect(":memory:", config={"autoinstall_known_extensions": "false"}) as connection:
        quoted = str(path).replace("'", "''")
        connection.execute("set timezone = 'UTC'")
        connection.execute(f"attach '{quoted}' as warehouse (read_only)")
        _make_views(connection)
        yield Warehouse(connection)


def _make_views(connection: duckdb.DuckDBPyConnection) -> None:
    found = connection.execute(
        "select table_schema || '.' || table_name, column_name from information_schema.columns "
        "where table_catalog = 'warehouse'"
    ).fetchall()
    columns: dict[str, set[str]] = {}
    for table, column in found:
        columns.setdefault(table, set()).add(column)
    for schema in (*contract.STAGES, "meta"):
        connection.execute(f"create schema if not exists {schema}")
    for table in contract.tables().values():
        if table.warehouse_columns:
            connection.execute(f"create view {table.name} as {_view(table, columns.get(table.name))}")


def _view(table: contract.Table, there: set[str] | None) -> str:
    parts = [
        f'"{c.name}"' if there and c.name in there else f'cast(null as {c.type}) as "{c.name}"'
        for c in table.warehouse_columns
    ]
    source = f"from warehouse.{table.name}" if there else "where false"
    return f"select {', '.join(parts)} {source}"
