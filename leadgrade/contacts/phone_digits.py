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


def _kept(half: int) -> npt.NDArray[np.uint64]:
    """By number of digits: the bits of the digits that stand in the first or second eight of a value's sixteen bytes."""
    masks = [(1 << 128) - (1 << 8 * (_WIDTH - count)) for count in range(_WIDTH + 1)]
    return np.array([mask >> 64 * half & (1 << 64) - 1 for mask in masks], np.uint64)


_KEPT = (_kept(0), _kept(1))


def _folded(values: npt.NDArray[np.uint64], factor: int, bits: int) -> npt.NDArray[np.uint64]:
    """Neighbouring numbers of so many bits put together to one of twice the bits; the first (lowest) times the factor."""
    joined = values * np.uint64(factor)
    joined += values >> np.uint64(bits)
    joined &= np.uint64(sum((1 << bits) - 1 << at for at in range(0, 64, 2 * bits)))
    return joined


def _integers(flat: Bytes, counts: npt.NDArray[np.int64]) -> npt.NDArray[np.uint64]:
    """The integer of each run of at most 15 digits; ``flat`` holds the digits of all runs, one behind the other.

    The sixteen bytes up to the end of a run are taken at once, and what is of the runs before is masked out.
    """
    padded = np.concatenate([np.zeros(_WIDTH, np.uint8), flat])
    windows = np.ndarray((len(flat) + 1,), f"V{_WIDTH}", padded, strides=(1,))
    taken = windows[np.cumsum(counts)].view("<u8").reshape(-1, 2)
    halves = np.stack([taken[:, half] & kept.take(counts) for half, kept in enumerate(_KEPT)])
    # eight digits at a time: pairs, then fours, then eights (little-endian, so the first digit is the lowest byte)
    eights = _folded(_folded(_folded(halves, 10, 8), 100, 16), 10_000, 32)
    return np.asarray(eights[0] * np.uint64(100_000_000) + eights[1])


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
