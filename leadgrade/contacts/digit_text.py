"""Integers written as digits, by column: four digits at a time out of a table, laid down as polars keeps its strings."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from leadgrade.contacts.numbering import placed
from leadgrade.contacts.text_views import Words, of_views

UInt64s = npt.NDArray[np.uint64]
_WORD = 4  # characters of a word
_WIDTH = 16  # characters that are written of each value; those behind its end are ignored
_INLINE = 12  # a string up to this length stands in its view, a longer one in a buffer (Arrow's layout of string views)
_BATCH = 1 << 14  # values at a time: what is worked on stays in the processor's cache
_TEN = np.array([10**n for n in range(_WIDTH + 1)], np.uint64)
_FOUR, _EIGHT = np.uint64(10**_WORD), np.uint64(10**8)


@cache
def _words(sign: str) -> Words:
    """Every number that fits into a word behind the sign, with its zeros."""
    digits = _WORD - len(sign)
    return np.array([int.from_bytes(f"{sign}{n:0{digits}d}".encode(), "little") for n in range(10**digits)], np.uint32)


@cache
def _masks() -> Words:
    """Length -> what of each inline word belongs to a string of that length."""
    whole = np.arange(_INLINE) < np.arange(_WIDTH + 1)[:, None]
    return np.ascontiguousarray(np.where(whole, 0xFF, 0).astype(np.uint8).view(np.uint32).T)


def _write(text: Words, numbers: UInt64s, shifts: UInt64s, sign: str) -> None:
    """The digits of some numbers from the left, each made as wide as the widest."""
    left = numbers * shifts
    high = left // _EIGHT
    low = (left - high * _EIGHT).astype(np.uint32)
    high = high.astype(np.uint32)
    for at, (part, table) in enumerate(((high, _words(sign)), (low, _words("")))):
        first = part // np.uint32(_FOUR)
        text[:, 2 * at] = table.take(first)
        text[:, 2 * at + 1] = _words("").take(part - first * np.uint32(_FOUR))


def _point(views: Words, text: Words, lengths: npt.NDArray[np.uint8], begin: int) -> None:
    """Arrow's views of some values: length, then the string, or its beginning and where it stands."""
    views[:, 0] = lengths
    for word, masks in enumerate(_masks()):
        views[:, word + 1] = text[:, word] & masks.take(lengths)
    long = np.flatnonzero(lengths > _INLINE)
    views[long, 2] = 0
    views[long, 3] = (long + begin) * _WIDTH


def digit_text(
    numbers: UInt64s, lengths: npt.NDArray[np.uint8], present: npt.NDArray[np.bool_], *, sign: str = ""
) -> pl.Series:
    """Integers as text, with zeros before them up to a length.

    Half the price of a cast, a concatenation and a slice of strings.

    Args:
        numbers: Integers of at most so many digits.
        lengths: Digits of each, not counting the sign.
        present: False where the text is null.
        sign: Nothing, or a character that stands before each.
    """
    room = _WIDTH - len(sign)
    fits = present & (lengths <= room)
    text, views = np.empty((len(numbers), 4), np.uint32), np.empty((len(numbers), 4), np.uint32)
    shifts = _TEN[room - np.minimum(np.arange(256), room)]
    for at in range(0, len(numbers), _BATCH):
        some = slice(at, at + _BATCH)
        size = lengths[some] * fits[some]
        _write(text[some], numbers[some] * fits[some], shifts.take(size), sign)
        _point(views[some], text[some], size + np.uint8(len(sign)) * fits[some], at)
    found = of_views(fits, views, [pa.py_buffer(text)])
    longer = np.flatnonzero(present & ~fits)
    padded = pl.Series(numbers[longer]).cast(pl.String).str.zfill(pl.Series(lengths[longer]))
    return placed(found, pl.Series(longer, dtype=pl.UInt32), sign + padded)
