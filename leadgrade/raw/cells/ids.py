"""Ids of source systems, as text."""

from __future__ import annotations

import polars as pl

_SUFFIX = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


def first_id(expr: pl.Expr) -> pl.Expr:
    """The first of several ids in one cell (``12;34``), without the mark that Meta puts before the ids of leads."""
    return expr.str.split(";").list.first().str.strip_chars().str.replace(r"^l:(\d+)$", "${1}")


def salesforce_id(expr: pl.Expr) -> pl.Expr:
    """Ids of 15 signs, whose case tells them apart, with the three signs that make them safe without it.

    Each sign of the suffix stands for five of the id: bit i is set where the i-th is an upper-case letter. All other
    texts stay as they are. Source: Salesforce's description of 15- and 18-character ids.
    """
    is_short = expr.str.contains(r"^[A-Za-z0-9]{15}$")
    short = pl.when(is_short).then(expr)
    suffix = [_sign(short, start) for start in (0, 5, 10)]
    return pl.when(is_short).then(pl.concat_str([expr, *suffix])).otherwise(expr)


def _sign(expr: pl.Expr, start: int) -> pl.Expr:
    bits = [expr.str.slice(start + i, 1).str.contains(r"[A-Z]").cast(pl.Int32()) * 2**i for i in range(5)]
    return pl.sum_horizontal(bits).replace_strict(dict(enumerate(_SUFFIX)), return_dtype=pl.String())
