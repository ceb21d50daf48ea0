"""Closed lists of the contract, in the spellings of the systems (``vocabulary.yaml``)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from leadgrade.yaml_files import read_yaml

_SEPARATORS = r"[\s_\-/]+"


@cache
def _data() -> dict[str, Any]:
    data = read_yaml(Path(__file__).parent / "vocabulary.yaml")
    assert isinstance(data, dict)
    return data


@cache
def vocabulary(name: str) -> Mapping[str, str] | None:
    """Spelling -> canonical value of ``<object>.<field>``; None where the field is free."""
    data = _data()
    if name not in data:
        return None
    words = {value: [value, *spellings] for value, spellings in data[name].items()}
    return {re.sub(_SEPARATORS, " ", str(s)).lower(): str(value) for value, found in words.items() for s in found}


def is_known(expr: pl.Expr, name: str, own: Mapping[str, str]) -> pl.Expr:
    """True for a text that the list, or the system's own one, has."""
    return _key(expr).is_in([*(vocabulary(name) or {}), *own])


def _key(expr: pl.Expr) -> pl.Expr:
    return expr.str.to_lowercase().str.replace_all(_SEPARATORS, " ").str.strip_chars()


def canonical_value(expr: pl.Expr, name: str, own: Mapping[str, str]) -> pl.Expr:
    """The canonical value of a text; ``other`` for what is unknown where the list has it, else null.

    Args:
        expr: The text.
        name: ``<object>.<field>``, a key of vocabulary.yaml.
        own: The system's own codes, tried first.
    """
    words = {**(vocabulary(name) or {}), **own}
    unknown = pl.when(expr.is_not_null()).then(pl.lit("other")) if "other" in words.values() else pl.lit(None)
    return pl.coalesce(_key(expr).replace_strict(words, default=None, return_dtype=pl.String), unknown.cast(pl.String))
