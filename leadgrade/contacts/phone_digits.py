"""Text to digits, by column: the bytes of all values at once, no value by itself.

A value is *plain* when the library would do no more with it than leave its punctuation out: ASCII digits, blanks, brackets,
dots, dashes and slashes, perhaps one plus sign before the first digit, a digit at its end.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from leadgrade.contacts.text_bytes import Begins, Bytes, in_batches, sums_of, weights

# what a byte adds to the sums of its value: a digit, a plus sign, a byte that is not plain, a dot or slash (perhaps damage)
_DIGIT, _PLUS, _OTHER, _MARK = 1, 1 << 8, 1 << 16, 1 << 24
_FIELD = 0xFF
_LONGEST = 250  # bytes; the library reads no longer text, and the sums have to stay below 256
_LEAST, _MOST = 3, 15
_BATCH = 1 << 15  # values at a time: what is worked on stays in the processor's cache
_WIDTH = 16  # digits of a value, right-aligned, zeros before them


_WEIGHTS = weights({b"0123456789": _DIGIT, b" ()[]-": 0, b"+": _PLUS, b"./": _MARK}, other=_OTHER)


class Digits(NamedTuple):
    """What was read, one entry a value.

    plain: the value is nothing but a number of 3 to 15 digits; the rest holds only where this does.
    mark: there is a dot or a slash in it.
    plus: a plus sign before the digits.
    length: number of digits.
    digits: the digits as an integer.
    """

    plain: npt.NDArray[np.bool_]
    mark: npt.NDArray[np.bool_]
    plus: npt.NDArray[np.bool_]
    length: npt.NDArray[np.uint8]
    digits: npt.NDArray[np.uint64]


def _integers(flat: Bytes, counts: npt.NDArray[np.int64]) -> npt.NDArray[np.uint64]:
    """The integer of each run of at most 15 digits; ``flat`` holds the digits of all runs, one behind the other."""
    ends = np.cumsum(counts)
    # the last digit of run n stands at the end of its row of 16
    shift = np.arange(1, len(counts) + 1) * _WIDTH - ends
    rows = np.zeros(len(counts) * _WIDTH, np.uint8)
    rows[np.arange(len(flat)) + np.repeat(shift, counts)] = flat
    halves = rows.view(np.uint64).reshape(-1, 2)
    # eight digits at a time: pairs, then fours, then eights (little-endian, so the first digit is the lowest byte)
    pairs = (halves & np.uint64(0x000F000F000F000F)) * np.uint64(10) + (
        (halves >> np.uint64(8)) & np.uint64(0x000F000F000F000F)
    )
    fours = (pairs & np.uint64(0x000000FF000000FF)) * np.uint64(100) + (
        (pairs >> np.uint64(16)) & np.uint64(0x000000FF000000FF)
    )
    eights = (fours & np.uint64(0xFFFFFFFF)) * np.uint64(10_000) + (fours >> np.uint64(32))
    return np.asarray(eights[:, 0] * np.uint64(100_000_000) + eights[:, 1])


def _positions(begins: Begins, rows: npt.NDArray[np.intp]) -> npt.NDArray[np.int64]:
    """Positions of all bytes of some values."""
    sizes = begins[rows + 1] - begins[rows]
    found: npt.NDArray[np.int64] = np.arange(sizes.sum()) + np.repeat(begins[rows] - np.cumsum(sizes) + sizes, sizes)
    return found


def _read(text: Bytes, begins: Begins) -> Digits:
    """One batch."""
    sums = sums_of(_WEIGHTS.take(text), begins)
    sizes = np.diff(begins)
    counts = (sums & _FIELD).astype(np.int64)
    pluses = (sums >> 8) & _FIELD
    plus = (pluses == 1) & _plus_comes_first(text, begins)
    plain = ((sums >> 16) & _FIELD == 0) & (pluses == plus) & (counts >= _LEAST) & (counts <= _MOST)
    is_digit = text - np.uint8(ord("0")) < np.uint8(10)
    plain &= (sizes > 0) & (sizes <= _LONGEST) & is_digit[begins[1:] - 1]
    unread = np.flatnonzero((counts > _MOST) | (sizes == 0) | (sizes > _LONGEST))
    is_digit[_positions(begins, unread)] = False
    counts[unread] = 0
    digits = _integers(text.take(np.flatnonzero(is_digit)) & np.uint8(0x0F), counts)
    return Digits(plain, sums >> 24 > 0, plus, counts.astype(np.uint8), digits)


def _plus_comes_first(text: Bytes, begins: Begins) -> npt.NDArray[np.bool_]:
    """The value begins with a plus sign, or with a bracket and then a plus sign."""
    first = text.take(begins[:-1])
    second = text.take(np.minimum(begins[:-1] + 1, len(text) - 1))
    return np.asarray((first == ord("+")) | ((first == ord("(")) & (second == ord("+"))))


def read(values: pl.Series) -> Digits:
    """Read the digits of plain values.

    Args:
        values: Text; null and empty values are not plain.
    """
    columns: Any = in_batches(values, _read, _BATCH)
    read_values = Digits(*columns)
    if values.null_count():
        read_values.plain[values.is_null().to_numpy()] = False
    return read_values


def only(read: Digits, chosen: npt.NDArray[np.bool_]) -> Digits:
    """Some of the values."""
    if chosen.all():
        return read
    columns: Any = [column[chosen] for column in read]
    return Digits(*columns)
