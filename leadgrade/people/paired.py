"""All pairs of a table with the features of both leads, as rows of :func:`leadgrade.people.compare.compare_query`.

A join fetches the second lead's features from all over the table and costs more than comparing the pair. Here slices of the leads
are held as columns, and a pair picks its rows: some four tenths of the CPU. Memory is that of two slices, however many leads.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np
import polars as pl

from leadgrade.engine import DuckDBEngine
from leadgrade.engine.base import BatchFunction
from leadgrade.people.compare import filled_texts, side_query

# leads of a slice: some 170 MB
SLICE = 1_000_000


class _Slice:
    """Features of the leads from `start` on, and the row of each record among them."""

    def __init__(self, engine: DuckDBEngine, query: str, side: str, start: int) -> None:
        frame = engine.collect(f"select * from {query} where {_within(f'{side}.record', start)}")
        # neighbours among the pairs are neighbours here, too, so that the processor's cache serves most of them
        frame = frame.sort("record")
        self.start = start
        self.rows: np.ndarray[Any, np.dtype[np.uint32]] = np.zeros(SLICE, dtype=np.uint32)
        self.rows[frame["record"].to_numpy() - start] = np.arange(frame.height, dtype=np.uint32)
        self.features = frame.drop("record").rename(lambda name: f"{name}_{side}")

    def of(self, records: pl.Series) -> pl.DataFrame:
        return self.features[pl.Series(self.rows[records.to_numpy() - self.start])]


def _within(record: str, start: int) -> str:
    return f"{record} >= {start} and {record} < {start + SLICE}"


def blocks(engine: DuckDBEngine, pairs: str = "people.candidates") -> Iterator[tuple[str, BatchFunction]]:
    """The pairs by slice of either lead: a query of record_a and record_b, and what adds the features of both to a batch of it.

    Args:
        engine: Holds ``people.features``.
        pairs: Table of record_a and record_b, each in people.features.
    """
    queries = {side: side_query(side, filled_texts(engine)) for side in "ab"}

    @lru_cache(maxsize=1)
    def slice_a(start: int) -> _Slice:
        return _Slice(engine, queries["a"], "a", start)

    @lru_cache(maxsize=1)
    def slice_b(start: int) -> _Slice:
        return _Slice(engine, queries["b"], "b", start)

    def adding(start_a: int, start_b: int) -> BatchFunction:
        def add(batch: pl.DataFrame) -> pl.DataFrame:
            sides = slice_a(start_a).of(batch["record_a"]), slice_b(start_b).of(batch["record_b"])
            return pl.concat([batch, *sides], how="horizontal")

        return add

    first, last = engine.collect("select min(f.record), max(f.record) from people.features as f").row(0)
    starts = range(first, last + 1, SLICE) if first is not None else range(0)
    for a, b in ((a, b) for a in starts for b in starts):
        query = f"""
select p.record_a, p.record_b from {pairs} as p
where {_within("p.record_a", a)} and {_within("p.record_b", b)}
order by p.record_a, p.record_b"""
        yield query, adding(a, b)
