"""The embedded engine: one DuckDB file, one writer, memory limited, spilling to disk."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pyarrow as pa

from leadgrade import contract
from leadgrade.engine.base import BatchFunction
from leadgrade.errors import ContractError

BATCH_ROWS = 50_000
_POLARS_TYPES: dict[str, pl.DataType] = {
    "VARCHAR": pl.String(),
    "BIGINT": pl.Int64(),
    "DOUBLE": pl.Float64(),
    "BOOLEAN": pl.Boolean(),
    "TIMESTAMP": pl.Datetime("us"),
}


def polars_schema(table: str) -> dict[str, pl.DataType]:
    """The contract of a table as a polars schema, for batch functions to declare their result."""
    return {c.name: _POLARS_TYPES[c.type] for c in contract.table(table).columns}


# a frame by the name that sql_with gives it
_FRAME = "select * from leadgrade_batch"


def _typed(table: str, query: str, found: Iterable[str]) -> str:
    """The query, which has these columns, with exactly the columns and types of the contract."""
    columns = contract.table(table).columns
    wanted = {c.name for c in columns}
    missing, extra = sorted(wanted - set(found)), sorted(set(found) - wanted)
    if missing or extra:
        raise ContractError(f"{table}: columns missing {missing}, not in the contract {extra}")
    casts = ", ".join(f'cast("{c.name}" as {c.type}) as "{c.name}"' for c in columns)
    return f"select {casts} from ({query})"


class DuckDBEngine:
    """The six operations of :class:`leadgrade.engine.Engine` on a DuckDB database.

    Args:
        path: Database file, or None for one in memory (tests, library use).
        memory_limit: Most memory DuckDB may hold before it spills, e.g. ``"4GB"``; None leaves DuckDB's own default.
        spill: Folder for what does not fit in memory.
    """

    def __init__(self, path: Path | None = None, *, memory_limit: str | None = None, spill: Path | None = None) -> None:
        config: dict[str, Any] = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
        if memory_limit:
            config["memory_limit"] = memory_limit
        if spill:
            config["temp_directory"] = str(spill)
        self.path = path
        self._in_transaction = False
        self.connection = duckdb.connect(str(path) if path else ":memory:", config=config)
        self.connection.execute("set timezone = 'UTC'")
        for schema in (*contract.STAGES, "meta", "config", "publish"):
            self.connection.execute(f"create schema if not exists {schema}")
        # tables of a moment, such as scratch.pairs: in memory, spilled where there is none, never written to the file
        self.connection.execute("attach ':memory:' as scratch")

    def close(self) -> None:
        """Close the database; the lock on the file ends here."""
        self.connection.close()

    def __enter__(self) -> DuckDBEngine:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def exists(self, table: str) -> bool:
        """True where the table is there."""
        query = "select 1 from information_schema.tables where table_schema || '.' || table_name = ?"
        return bool(self.connection.execute(query, [table]).fetchall())

    def count(self, table: str) -> int:
        """Rows of a table."""
        return int(self.connection.execute(f"select count(*) from {table}").fetchall()[0][0])

    def ensure(self, table: str) -> None:
        """Make an empty table by its contract unless it is there; add columns that the contract gained."""
        columns = contract.table(table).columns
        spec = ", ".join(f'"{c.name}" {c.type}' for c in columns)
        self.connection.execute(f"create table if not exists {table} ({spec})")
        there = set(self.connection.table(table).columns)
        for c in columns:
            if c.name not in there:
                self.connection.execute(f'alter table {table} add column "{c.name}" {c.type}')

    def read(self, table: str, columns: list[str] | None = None) -> pl.DataFrame:
        names = ", ".join(f'"{c}"' for c in columns) if columns else "*"
        return self.collect(f"select {names} from {table}")

    def write(self, table: str, frame: pl.DataFrame, *, append: bool = False) -> int:
        query = _FRAME if contract.find(table) is None else _typed(table, _FRAME, frame.columns)
        if append:
            if contract.find(table):
                self.ensure(table)
            self.sql_with(frame, f"insert into {table} by name {query}")
            return frame.height
        self._replace("table", table, lambda statement: self.sql_with(frame, statement), query)
        self.checkpoint()
        return frame.height

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All statements inside take effect together, or none does; one inside another is part of it.

        Appends cost half as much in one: rows that do not fill a row group are copied once more by each commit.
        """
        if self._in_transaction:
            yield
            return
        self.connection.execute("begin")
        self._in_transaction = True
        try:
            yield
        except BaseException:
            self.connection.execute("rollback")
            raise
        else:
            self.connection.execute("commit")
        finally:
            self._in_transaction = False

    @contextmanager
    def memory_at_most(self, mebibytes: int) -> Iterator[None]:
        """DuckDB holds no more than this meanwhile, where it may hold more; for streams that need little.

        A database in memory keeps its limit: it has nowhere to spill to.
        """
        limit = self.connection.execute("select current_setting('memory_limit')").fetchall()[0][0]
        held = self.connection.execute("select parse_formatted_bytes(?)", [limit]).fetchall()[0][0]
        if self.path is None or held <= mebibytes << 20:
            yield
            return
        self.connection.execute(f"set memory_limit = '{mebibytes}MiB'")
        try:
            yield
        finally:
            self.connection.execute(f"set memory_limit = '{limit}'")

    @contextmanager
    def joins_as_written(self) -> Iterator[None]:
        """The right side of a join is the one that is held in memory, as the query says it, not the one that seems smaller.

        After several conditions DuckDB takes a large side for a small one (8,000 rows for 450,000) and holds that, with all
        its columns. Drop when its estimates of filters in a row are better.
        """
        self.connection.execute("set disabled_optimizers = 'build_side_probe_side'")
        try:
            yield
        finally:
            self.connection.execute("reset disabled_optimizers")

    def sql(self, statement: str, parameters: Mapping[str, Any] | None = None) -> None:
        self.connection.execute(statement, dict(parameters) if parameters else None)

    def sql_with(self, frame: pl.DataFrame, statement: str, parameters: Mapping[str, Any] | None = None) -> None:
        """Run a statement that reads ``leadgrade_batch``, a frame.

        The frame is found by its name here and never becomes a view: views that are replaced in a transaction keep
        their data until it ends, and a large file is one transaction.
        """
        leadgrade_batch = frame.to_arrow()  # noqa: F841  the statement names it
        self.connection.execute(statement, dict(parameters) if parameters else None)

    def collect(self, query: str, parameters: Mapping[str, Any] | None = None) -> pl.DataFrame:
        arrow = self.connection.sql(query, params=dict(parameters) if parameters else None).to_arrow_table()
        frame = pl.from_arrow(arrow)
        assert isinstance(frame, pl.DataFrame)
        return frame

    def materialize(self, table: str, query: str) -> int:
        if contract.find(table):
            query = _typed(table, query, self.connection.sql(f"select * from ({query}) limit 0").columns)
        self._replace("table", table, self.sql, query)
        self.checkpoint()
        return self.count(table)

    def checkpoint(self) -> None:
        """Write what was changed into the file: else blocks of replaced tables are not used again and it grows run by run."""
        if self.path and not self._in_transaction:
            self.connection.execute("checkpoint")

    def define(self, view: str, query: str) -> None:
        """Give a query a name that others read."""
        self._replace("view", view, self.sql, query)

    def _replace(self, kind: str, name: str, execute: Callable[[str], None], query: str) -> None:
        """Make a table or a view, in place of one of the other kind, too, that an older release left in the file."""
        statement = f"create or replace {kind} {name} as {query}"
        try:
            execute(statement)
        except duckdb.CatalogException:
            other = {"table": "view", "view": "table"}[kind]
            if not self._is(other, name):
                raise
            self.connection.execute(f"drop {other} {name}")
            execute(statement)

    def _is(self, kind: str, name: str) -> bool:
        query = f"select 1 from duckdb_{kind}s() where schema_name || '.' || {kind}_name = ?"
        return bool(self.connection.execute(query, [name]).fetchall())

    def map_batches(
        self, query: str, function: BatchFunction, into: str, *, append: bool = False, batch_rows: int = BATCH_ROWS
    ) -> int:
        if append:
            # what was asked for batch by batch, of a provider for instance, stays where a later batch fails
            rows = self._append_batches(query, function, into, batch_rows)
        else:
            with self.transaction():
                self.sql(f"drop table if exists {into}")
                rows = self._append_batches(query, function, into, batch_rows)
        self.checkpoint()
        return rows

    def _append_batches(self, query: str, function: BatchFunction, into: str, batch_rows: int) -> int:
        self.ensure(into)
        return sum(self.write(into, function(batch), append=True) for batch in self.batches(query, batch_rows))

    def batches(self, query: str, rows: int = BATCH_ROWS) -> Iterator[pl.DataFrame]:
        """Stream a query as frames of at most ``rows`` rows, from a connection of its own."""
        cursor = self.connection.cursor()
        try:
            cursor.execute("set timezone = 'UTC'")
            for batch in cursor.sql(query).to_arrow_reader(rows):
                if batch.num_rows:
                    frame = pl.from_arrow(pa.Table.from_batches([batch]))
                    assert isinstance(frame, pl.DataFrame)
                    yield frame
        finally:
            cursor.close()
