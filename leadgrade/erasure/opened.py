"""Database files opened side by side for reading, in a connection that knows the fingerprints of erased people."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from leadgrade.erasure.fingerprints import Fingerprints
from leadgrade.erasure.forms import quoted

Columns = dict[str, str]  # name -> type


@dataclass(slots=True)
class Opened:
    """Databases that belong together: a work file, or the two of a generation.

    Attributes:
        connection: Where they are attached under their names.
        tables: ``<database>.<schema>.<table>`` -> its columns.
    """

    connection: duckdb.DuckDBPyConnection
    tables: Mapping[str, Columns] = field(default_factory=dict)

    def find(self, table: str, *columns: str) -> str | None:
        """The full name of a table of the contract, in the first database that has it with these columns."""
        for full, there in self.tables.items():
            if full.split(".", 1)[1] == table and set(columns) <= set(there):
                return full
        return None

    def rows(self, query: str, parameters: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """The result of a query."""
        return self.connection.execute(query, dict(parameters) if parameters else None).fetchall()

    def run(self, statement: str, parameters: Mapping[str, Any] | None = None) -> None:
        """Run a statement that returns nothing."""
        self.connection.execute(statement, dict(parameters) if parameters else None)

    def count(self, table: str) -> int:
        """Rows of a table."""
        return int(self.rows(f"select count(*) from {table}")[0][0])


@contextmanager
def opened(
    paths: Mapping[str, Path],
    fingerprints: Fingerprints,
    secret: str,
    *,
    spill: Path | None = None,
    memory: str = "2GB",
) -> Iterator[Opened]:
    """Open databases read-only.

    Args:
        paths: Name under which each is attached -> file.
        fingerprints: Whom to look for: the temporary table ``erased_keys``.
        secret: Key of the fingerprints.
        spill: Folder for what does not fit into memory; it is removed afterwards.
        memory: Most that is held in memory.
    """
    with tempfile.TemporaryDirectory(prefix="erasure-", dir=spill) as folder:
        config: dict[str, Any] = {"autoload_known_extensions": "false", "autoinstall_known_extensions": "false"}
        config |= {"memory_limit": memory, "temp_directory": folder}
        with duckdb.connect(":memory:", config=config) as connection:
            connection.execute("set timezone = 'UTC'")
            for name, path in paths.items():
                connection.execute(f"attach {quoted(str(path))} as {name} (read_only)")
            fingerprints.load(connection, secret)
            yield Opened(connection, _tables(connection, list(paths)))


def _tables(connection: duckdb.DuckDBPyConnection, databases: Sequence[str]) -> dict[str, Columns]:
    """Every table of the databases, in their order; views stand for no rows of their own."""
    found = connection.execute("""
        select columns.database_name, columns.schema_name, columns.table_name, columns.column_name, columns.data_type
        from duckdb_columns() as columns
        inner join duckdb_tables() as tables on columns.table_oid = tables.table_oid
            and columns.database_name = tables.database_name
        where not columns.internal and not tables.temporary
        order by columns.schema_name, columns.table_name, columns.column_index
    """).fetchall()
    tables: dict[str, Columns] = {}
    for wanted in databases:
        for database, schema, table, column, kind in found:
            if database == wanted:
                tables.setdefault(f"{database}.{schema}.{table}", {})[column] = kind
    return tables
