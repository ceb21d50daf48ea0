"""The date of birth of a foreign table: one column or parts of one, in whatever order its days and months stand."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from leadgrade.people.column_texts import first_of, numbers
from leadgrade.people.kinds_by_name import words, words_of

_PARTS = ("year", "month", "day")
_BOUNDS = {"year": (1800, 2100), "month": (1, 12), "day": (1, 31)}
# whose year, month and day are those of people and not of records: by this year most were born
_BORN_BY = 2005
_MOST = 0.9
_MONTHS = ("jan", "feb", "m[aä]r", "apr", "ma[iy]", "jun", "jul", "aug", "sep", "o[ck]t", "nov", "de[cz]")
# an age stands for a year of birth: two ages lie as far apart as the years do
_AGE_BEFORE = 2100
_AGE_WORDS = {"age", "alter", "edad", "eta", "leeftijd"}


def _part_of(column: str) -> tuple[str, str] | None:
    """Which part of a date the name of a column ends with, and what stands before it: dob_mon, by."""
    name = "".join(words(column))
    for length in range(len(name), 0, -1):
        for part in _PARTS:
            if name[-length:] in words_of()[part]:
                return part, name[:-length]
    return None


def _digits(column: str) -> pl.Expr:
    return pl.col(column).cast(pl.String, strict=False).str.extract(r"^\s*(\d{1,4})(?:\.0+)?\s*$").cast(pl.Int32)


def _lies(filled: pl.Series, low: int, high: int) -> bool:
    return bool(filled.is_between(low, high).sum() >= _MOST * len(filled))


def _holds(frame: pl.DataFrame, column: str, part: str) -> bool:
    filled = frame.select(_digits(column)).to_series().drop_nulls()
    is_long_ago = part != "year" or bool((filled <= _BORN_BY).sum() * 2 >= len(filled))
    return len(filled) > 0 and _lies(filled, *_BOUNDS[part]) and is_long_ago


def is_plausible(frame: pl.DataFrame, column: str) -> bool:
    """Whether a column of a date of birth holds dates, or figures that may be a year, a month, a day or an age."""
    figures = frame.select(_digits(column)).to_series()
    filled = figures.drop_nulls()
    if len(filled) * 2 < len(figures):
        return True
    return any(_lies(filled, *bounds) for bounds in (_BOUNDS["year"], (0, 120 if _is_age(column) else 31)))


def dates_in_parts(frame: pl.DataFrame, columns: Sequence[str]) -> dict[str, str]:
    """Columns that are year, month and day of one date long ago, by names that differ in nothing else and by what they hold."""
    by_stem: dict[str, dict[str, str]] = {}
    for column in columns:
        if found := _part_of(column):
            by_stem.setdefault(found[1], {}).setdefault(found[0], column)
    for parts in by_stem.values():
        if len(parts) == len(_PARTS) and all(_holds(frame, column, part) for part, column in parts.items()):
            return dict.fromkeys(parts.values(), "date_of_birth")
    return {}


def date_of_birth(frame: pl.DataFrame, columns: Sequence[str]) -> pl.Expr:
    """The date of birth as text; year, month and day may stand in columns of their own, or only an age be known."""
    single = numbers(columns)
    if not columns:
        return first_of(single)
    most = frame.select(_digits(c).max().alias(c) for c in columns).row(0)
    parts = [i for i, value in enumerate(most) if value is not None and not _is_age(columns[i])]
    whole = [_year_first(frame, text) for i, text in enumerate(single) if i not in parts and not _is_age(columns[i])]
    if len(parts) > 1:
        whole.append(_of_parts([columns[i] for i in parts], [most[i] for i in parts]))
    elif parts:
        whole.append(single[parts[0]])
    ages = [(_AGE_BEFORE - _digits(c)).cast(pl.String) for c in columns if _is_age(c)]
    return first_of([*whole, *ages])


def _is_age(column: str) -> bool:
    return bool(_AGE_WORDS & set(words(column)))


def _of_parts(columns: list[str], most: list[int]) -> pl.Expr:
    """Year, month and day put together; the year alone where one of the others is missing."""
    # the year has the largest number, then the day, then the month
    order = sorted(range(len(columns)), key=lambda i: (most[i] <= 31, most[i]))
    width = [4, 2, 2]
    parts = [_digits(columns[i]).cast(pl.String).str.zfill(w) for i, w in zip(order[:3], width, strict=False)]
    return pl.coalesce(pl.concat_str(parts, separator=""), parts[0])


def _year_first(frame: pl.DataFrame, text: pl.Expr) -> pl.Expr:
    """Dates with the year in front: months by name, and day or month first as most of the column tells."""
    plain = text.str.replace(r"[T ]+\d{1,2}:\d{2}.*$", "")
    plain = pl.when(~plain.str.contains(r"^[0/.-]+$")).then(plain)
    first = plain.str.extract(r"^(\d{1,2})[/.-]\d{1,2}[/.-]\d{2,4}$").cast(pl.Int32)
    second = plain.str.extract(r"^\d{1,2}[/.-](\d{1,2})[/.-]\d{2,4}$").cast(pl.Int32)
    named = r"(?i)^(?:\d{1,2}[ .-]*\p{L}{3,}|\p{L}{3,}[ .-]*\d{1,2})[ .,-]+\d{4}$"
    beyond = frame.select(
        first=(first > 12).sum(), second=(second > 12).sum(), named=plain.str.contains(named).sum()
    ).row(0)
    if beyond[2]:
        plain = _with_month_numbers(plain)
    if beyond[0] > beyond[1]:
        return plain.str.replace(r"^(\d{1,2})([/.-])(\d{1,2})([/.-]\d{2,4})$", "$3$2$1$4")
    return plain


def _with_month_numbers(text: pl.Expr) -> pl.Expr:
    """12-Mar-1975 and March 12, 1975 as 1975-03-12."""
    for number, name in enumerate(_MONTHS, 1):
        text = text.str.replace(rf"(?i)^(\d{{1,2}})[ .-]*{name}\p{{L}}*[ .,-]+(\d{{4}})$", f"$2-{number:02}-$1")
        text = text.str.replace(rf"(?i)^{name}\p{{L}}*[ .-]*(\d{{1,2}})[ .,-]+(\d{{4}})$", f"$2-{number:02}-$1")
    return text
