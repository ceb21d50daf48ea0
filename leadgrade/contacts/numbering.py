"""Distinct values of a column and their numbers, and values of some rows put into a column."""

from __future__ import annotations

import polars as pl


def numbered(values: pl.Series) -> tuple[pl.Series, pl.Series]:
    """The distinct values, and for each value its place among them.

    Joins on 64-bit hashes, three times cheaper than on texts, and looks that no two texts share one.
    """
    return _numbered(values, values.hash())


def _numbered(values: pl.Series, keys: pl.Series) -> tuple[pl.Series, pl.Series]:
    frame = pl.DataFrame({"key": keys}).with_row_index("first")
    distinct = frame.unique("key", keep="first").with_row_index("place")
    numbers = distinct.select("key", "place")
    places = frame.select("key").join(numbers, on="key", how="left", nulls_equal=True, maintain_order="left")["place"]
    found = values.gather(distinct["first"])
    if keys is not values and found.gather(places).ne_missing(values).any():
        return _numbered(values, values)
    return found, places


def placed(column: pl.Series, rows: pl.Series, values: pl.Series) -> pl.Series:
    """A copy of the column with these values in these rows."""
    return column.clone().scatter(rows, values) if len(rows) else column
