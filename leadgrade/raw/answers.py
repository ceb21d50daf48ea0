"""Cells that no canonical field holds, as the text of one JSON object a row."""

from __future__ import annotations

import json
from collections.abc import Sequence

import polars as pl

_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def json_object(pairs: Sequence[tuple[str, pl.Expr]]) -> pl.Expr:
    """A JSON object of the filled ones of these texts; null where none is.

    Args:
        pairs: Key and text. Signs that JSON escapes are escaped; the other control characters become blanks.
    """
    if not pairs:
        return pl.lit(None, dtype=pl.String())
    entries = [
        pl.lit(json.dumps(name, ensure_ascii=False) + ': "') + escaped(text) + pl.lit('"') for name, text in pairs
    ]
    joined = pl.concat_str(entries, separator=", ", ignore_nulls=True)
    return pl.when(joined.str.len_bytes() > 0).then(pl.lit("{") + joined + pl.lit("}"))


def escaped(text: pl.Expr) -> pl.Expr:
    """A text as it stands inside a JSON string."""
    return text.map_batches(_escape, return_dtype=pl.String())


def _escape(column: pl.Series) -> pl.Series:
    """Most columns hold nothing to escape: one look saves the replacements."""
    if not column.str.contains(r'[\x00-\x1f"\\]').any():
        return column
    return column.str.replace_many(list(_ESCAPES), list(_ESCAPES.values())).str.replace_all(r"[\x00-\x1f]", " ")
