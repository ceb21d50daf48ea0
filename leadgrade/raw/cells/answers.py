"""Cells that no canonical field holds, as the text of one JSON object a row."""

from __future__ import annotations

import json
from collections.abc import Sequence

import polars as pl

_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def json_objects(frame: pl.DataFrame, pairs: Sequence[tuple[str, pl.Expr]]) -> pl.Series:
    """A JSON object a row, of the filled ones of some texts; null where none is.

    Args:
        frame: What the expressions read.
        pairs: Key and text. Signs that JSON escapes are escaped; the other control characters become blanks.
    """
    if not pairs:
        return pl.Series([None], dtype=pl.String()).new_from_index(0, len(frame))
    # step by step: one expression of all would be computed once for each time that it is named
    entries = frame.select(_entry(name, text).alias(str(n)) for n, (name, text) in enumerate(pairs))
    joined = entries.select(pl.concat_str(pl.all(), separator=", ", ignore_nulls=True).alias("all"))
    told = pl.concat_str([pl.lit("{"), "all", pl.lit("}")])
    return joined.select(pl.when(pl.col("all").str.len_bytes() > 0).then(told)).to_series()


def _entry(name: str, text: pl.Expr) -> pl.Expr:
    return pl.concat_str([pl.lit(json.dumps(name, ensure_ascii=False) + ': "'), escaped(text), pl.lit('"')])


def escaped(text: pl.Expr) -> pl.Expr:
    """A text as it stands inside a JSON string."""
    return text.map_batches(_escape, return_dtype=pl.String())


def _escape(column: pl.Series) -> pl.Series:
    """Most columns hold nothing to escape: one look saves the replacements."""
    if not column.str.contains(r'[\x00-\x1f"\\]').any():
        return column
    return column.str.replace_many(list(_ESCAPES), list(_ESCAPES.values())).str.replace_all(r"[\x00-\x1f]", " ")
