"""Columns of a foreign table as text: whatever their type, with null where nothing is known."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import polars as pl

from leadgrade.people.kinds_by_name import words_of

# an extension says nothing of a person
_EXTENSION = r"(?i)\s*(?:ext|extension|x|#)\.?\s*[0-9]{1,6}$"
# a number that somebody typed where the form asked for one: of one figure only, or one after the other
_MADE_UP = r"^\D*(?:" + "|".join(rf"(?:{n}\D*){{5,}}" for n in range(10)) + r"|123-?45-?6789|1234567890)$"

_SHORT = 3


@cache
def _nothing() -> list[str]:
    """The words for nothing in the ways they are written: quicker than making every value small first."""
    return sorted(
        {form for word in words_of()["nothing"] for form in (word, word.upper(), word.capitalize(), word.title())}
    )


def texts(columns: Sequence[str]) -> list[pl.Expr]:
    """The columns as text without blanks around, null where it says that there is nothing (data/kinds.yaml)."""
    stripped = [pl.col(c).cast(pl.String, strict=False).str.strip_chars() for c in columns]
    return [pl.when(~text.is_in(_nothing())).then(text) for text in stripped]


def numbers(columns: Sequence[str]) -> list[pl.Expr]:
    """The same of columns that may hold numbers: one that went through a float loses its ``.0``."""
    return [text.str.strip_suffix(".0") for text in texts(columns)]


def phones(columns: Sequence[str]) -> list[pl.Expr]:
    """Numbers without an extension."""
    return [text.str.replace(_EXTENSION, "") for text in numbers(columns)]


def identifiers(columns: Sequence[str]) -> list[pl.Expr]:
    """Numbers of people, null where one was made up (999-99-9999)."""
    return [pl.when(~text.str.contains(_MADE_UP)).then(text) for text in numbers(columns)]


def first_of(found: Sequence[pl.Expr]) -> pl.Expr:
    """The first that is filled."""
    return pl.coalesce(found) if found else pl.lit(None, pl.String)


def together(found: Sequence[pl.Expr]) -> pl.Expr:
    """All that are filled, one after the other."""
    joined = pl.concat_str(found, separator=" ", ignore_nulls=True) if found else pl.lit(None, pl.String)
    return pl.when(joined != "").then(joined)


def each_word_once(found: Sequence[pl.Expr]) -> pl.Expr:
    """All that are filled; a word that stands in several only once: of a street some tables have the parts and the whole."""
    whole = together(found)
    return whole.str.split(" ").list.unique(maintain_order=True).list.join(" ") if len(found) > 1 else whole
