"""All pairs of a table with the features of both leads, as rows of :func:`leadgrade.people.compare.compare_query`.

A join fetches the second lead's features from all over the table and costs more than comparing the pair. Here slices of the
leads are held as columns, and a pair picks its rows: less than half the CPU. Memory is that of two slices, however many leads
there are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

import numpy as np
import polars as pl

from leadgrade.contacts.numbering import numbered
from leadgrade.engine import DuckDBEngine
from leadgrade.people.compare import compare_query, features_of, filled_texts, side_query
from leadgrade.people.similar import Texts

# leads of a slice: an eighth of the table within these bounds, for each is read once beside every one before it
LEAST, MOST = 125_000, 500_000
_SLICES = 8
# fields of which many leads have the same text, so that holding each once as a text of Python takes little memory
_SHARED = ("first", "last", "company", "postal")
Rows = np.ndarray[Any, np.dtype[np.uint32]]
# adds to record_a and record_b the features of both leads, and some of their texts as Python's, for compare.compare
Adding = Callable[[pl.DataFrame], tuple[pl.DataFrame, Texts]]


class _Slice:
    """Features of the leads from `start` on, and the row of each record among them."""

    def __init__(self, engine: DuckDBEngine, query: str, start: int, size: int) -> None:
        frame = engine.collect(f"select * from {query} where {_within('a.record', start, size)}")
        # neighbours among the pairs are neighbours here, too, so that the processor's cache serves most of them
        frame = frame.rechunk() if frame["record"].is_sorted() else frame.sort("record")
        self.start = start
        self.rows: np.ndarray[Any, np.dtype[np.uint32]] = np.zeros(size, dtype=np.uint32)
        self.rows[frame["record"].to_numpy() - start] = np.arange(frame.height, dtype=np.uint32)
        self.features = frame.drop("record")
        self.texts = {field: _shared_texts(self.features[field]) for field in _SHARED}

    def rows_of(self, records: pl.Series) -> Rows:
        """The rows of these records."""
        found: Rows = self.rows[records.to_numpy() - self.start]
        return found

    def of(self, side: str, rows: Rows) -> pl.DataFrame:
        """Features of these rows, as columns of a side of the pairs."""
        wanted = [f"{feature}_{side}" for feature in features_of(side)]
        found = self.features.select(features_of(side))[pl.Series(rows)]
        return found.rename(dict(zip(features_of(side), wanted, strict=True)))


def _shared_texts(column: pl.Series) -> Any:
    """The texts of a column as Python's, one object for all rows that have the same."""
    distinct, numbers = numbered(column)
    return np.array([*distinct.to_list(), None], dtype=object)[:-1][numbers.to_numpy()]


def _within(record: str, start: int, size: int) -> str:
    return f"{record} >= {start} and {record} < {start + size}"


def _there_and_back(starts: range) -> Iterator[tuple[int, int]]:
    """Each two slices, in an order in which the next two have one in common with the last wherever they can."""
    for number, a in enumerate(starts):
        others = starts[number:]
        yield from ((a, b) for b in (reversed(others) if number % 2 else others))


class Paired:
    """Adds the features of both leads to pairs of ``people.features``; holds two slices of it at most.

    Args:
        engine: Holds ``people.features``, which does not change meanwhile.
    """

    def __init__(self, engine: DuckDBEngine) -> None:
        self._bounds = engine.collect("select min(f.record), max(f.record) from people.features as f").row(0)
        first, last = self._bounds
        size = self._size = min(MOST, max(LEAST, (last - first) // _SLICES + 1)) if last else 0
        query = side_query("a", filled_texts(engine))

        @lru_cache(maxsize=2)
        def slice_from(start: int) -> _Slice:
            return _Slice(engine, query, start, size)

        self._slice_from = slice_from

    def _adding(self, start_a: int, start_b: int) -> Adding:
        def add(batch: pl.DataFrame) -> tuple[pl.DataFrame, Texts]:
            frames: list[pl.DataFrame] = [batch]
            texts: dict[str, Any] = {}
            for side, start in (("a", start_a), ("b", start_b)):
                leads = self._slice_from(start)
                rows = leads.rows_of(batch[f"record_{side}"])
                frames.append(leads.of(side, rows))
                texts |= {f"{field}_{side}": held[rows] for field, held in leads.texts.items()}
            return pl.concat(frames, how="horizontal"), texts

        return add

    def few(self, pairs: str, further: str) -> Iterator[tuple[str, Adding]]:
        """As :meth:`blocks`, for pairs that are few beside the leads: a join is cheaper than reading several slices."""
        first, last = self._bounds
        if first is not None and last - first >= self._size:
            yield compare_query(pairs, further), lambda batch: (batch, {})
        else:
            yield from self.blocks(pairs, further)

    def blocks(self, pairs: str, further: str = "") -> Iterator[tuple[str, Adding]]:
        """The pairs by slice of either lead: a query of record_a and record_b, and what adds the features to its batches.

        Args:
            pairs: Table of record_a and record_b, each in people.features, record_a the smaller.
            further: Columns of it (alias p) that are wanted beside them, each after a comma.
        """
        first, last = self._bounds
        if first is None:
            return
        for a, b in _there_and_back(range(first, last + 1, self._size)):
            of_block = f"""
select p.record_a, p.record_b{further} from {pairs} as p
where {_within("p.record_a", a, self._size)} and {_within("p.record_b", b, self._size)}
order by p.record_a, p.record_b"""
            yield of_block, self._adding(a, b)
