"""What a stage may ask of an engine. Small on purpose: a Spark engine has to offer the same six."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import polars as pl

BatchFunction = Callable[[pl.DataFrame], pl.DataFrame]


class Engine(Protocol):
    """Tables named ``<schema>.<table>``, SQL in DuckDB's dialect, polars frames at the edges."""

    def read(self, table: str, columns: list[str] | None = None) -> pl.DataFrame:
        """Return a table as a frame. For small tables: it is held in memory whole."""

    def write(self, table: str, frame: pl.DataFrame, *, append: bool = False) -> int:
        """Write a frame as a table and return its rows. Columns are cast to the contract where the table has one."""

    def sql(self, statement: str, parameters: Mapping[str, Any] | None = None) -> None:
        """Run a statement that returns nothing."""

    def map_batches(
        self, query: str, function: BatchFunction, into: str, *, append: bool = False, batch_rows: int = ...
    ) -> int:
        """Stream a query through a pure function, batch by batch, into a table; return the rows written."""

    def materialize(self, table: str, query: str) -> int:
        """Write the result of a query as a table with the columns and types of its contract; return its rows."""

    def collect(self, query: str, parameters: Mapping[str, Any] | None = None) -> pl.DataFrame:
        """Return the result of a query as a frame. For small results."""
