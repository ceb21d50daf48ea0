"""Distinct values of a column and their numbers, and values of some rows put into a column."""

from __future__ import annotations

import numpy as np
import polars as pl


def numbered(values: pl.Series) -> tuple[pl.Series, pl.Series]:
    """The distinct values, and for each value its place among them.

    Each row writes its number into a table, at a place that its 64-bit hash gives: the row that is found there speaks for
    all of the same hash. A third of the cost of joining texts; rows that met another hash, and texts that share one, are
    sorted out by such a join.
    """
    if values.is_empty():
        return values, pl.Series(dtype=pl.UInt32)
    keys = values.hash().to_numpy()
    slots = (keys >> np.uint64(64 - _bits(len(values)))).astype(np.int64)
    table = np.zeros(1 << _bits(len(values)), dtype=np.uint32)
    rows = np.arange(len(values), dtype=np.uint32)
    table[slots] = rows
    speaker = table[slots]
    places = np.cumsum(speaker == rows, dtype=np.uint32)[speaker] - np.uint32(1)
    found = values.filter(pl.Series(speaker == rows))
    numbers = pl.Series(places)
    met = found.gather(numbers).ne_missing(values)
    return _sorted_out(values, found, numbers, met.arg_true()) if met.any() else (found, numbers)


def _bits(rows: int) -> int:
    """Places in the table as a power of two: four times the rows, so that few hashes meet."""
    return max(8, (4 * rows).bit_length())


def _sorted_out(
    values: pl.Series, found: pl.Series, numbers: pl.Series, rows: pl.Series
) -> tuple[pl.Series, pl.Series]:
    left = pl.DataFrame({"value": values.gather(rows)})
    distinct = left.unique("value", keep="first").with_row_index("place", offset=len(found))
    places = left.join(distinct, on="value", how="left", nulls_equal=True, maintain_order="left")["place"]
    return pl.concat([found, distinct["value"].alias(found.name)]).rechunk(), placed(numbers, rows, places)


def placed(column: pl.Series, rows: pl.Series, values: pl.Series) -> pl.Series:
    """A copy of the column with these values in these rows."""
    return column.clone().scatter(rows, values) if len(rows) else column
