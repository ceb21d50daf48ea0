"""Which addresses are plainly built, by column: the bytes of all values at once, no value by itself.

An address is *plain* when it is ASCII, no longer than the library reads, a dot-atom before its first @, and holds nothing after
it that a dot-atom could not hold but more such signs: of the domain its own proof has to tell.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from leadgrade.contacts import email_library as library
from leadgrade.contacts.text_bytes import Begins, Bytes, in_batches, sums_of, weights

# what a byte adds to the sums of its value
_AT, _OTHER, _CAPITAL, _PLUS = 1, 1 << 8, 1 << 16, 1 << 24
_FIELD = 0xFF
_BATCH = 1 << 14  # values at a time: what is worked on stays in the processor's cache
_ATEXT = b"0123456789_!#$%&'*-/=?^`{|}~abcdefghijklmnopqrstuvwxyz"
_HEAD = 4
# each must hold of a plain address; by name, so that a test can take each of them away
CLAUSES = frozenset({"characters", "bytes", "first", "side_by_side"})


_WEIGHTS = weights(
    {_ATEXT + b".": 0, bytes(range(ord("A"), ord("Z") + 1)): _CAPITAL, b"+": _PLUS, b"@": _AT}, other=_OTHER
)


class Shapes(NamedTuple):
    """What was seen, one entry a value.

    plain: the address is plain; the rest holds only where this does.
    at: bytes before the @.
    capitals: there are capital letters.
    plus: there is a plus sign.
    head: the first four bytes, the first one lowest; where the address is shorter, what follows it.
    """

    plain: npt.NDArray[np.bool_]
    at: npt.NDArray[np.int64]
    capitals: npt.NDArray[np.bool_]
    plus: npt.NDArray[np.bool_]
    head: npt.NDArray[np.uint32]


def _side_by_side(marks: npt.NDArray[np.bool_], begins: Begins) -> npt.NDArray[np.intp]:
    """Values in which a dot or an @ stands beside another."""
    found = np.flatnonzero(marks[:-1] & marks[1:])
    # of two values side by side it is the first that ends in a mark, which no address does
    return np.searchsorted(begins, found, side="right") - 1


def _first_at(
    ats: npt.NDArray[np.intp],
    counts: npt.NDArray[np.int64],
    begins: Begins,
    sums_hold: npt.NDArray[np.bool_],
) -> npt.NDArray[np.int64]:
    """Bytes before the first @ of each value; where there is none, no fewer than the value has."""
    odd = np.flatnonzero(~sums_hold)
    counts[odd] = np.searchsorted(ats, begins[odd + 1]) - np.searchsorted(ats, begins[odd])
    firsts = np.cumsum(counts) - counts
    return np.asarray(np.append(ats, begins[-1])[firsts] - begins[:-1], np.int64)


def _read(text: Bytes, begins: Begins) -> Shapes:
    """One batch."""
    sums = sums_of(_WEIGHTS.take(text), begins)
    sizes = np.diff(begins)
    sums_hold = (sizes > 0) & (sizes <= _FIELD)
    is_at = text == ord("@")
    marks = is_at | (text == ord("."))
    counts = (sums & _FIELD).astype(np.int64)
    tests = {
        "characters": (sums >> 8) & _FIELD == 0,
        "bytes": sizes <= library.MAX_BYTES,
        "first": ~marks[begins[:-1]],
    }
    plain = np.logical_and.reduce([sums_hold, *(tests[name] for name in tests if name in CLAUSES)])
    if "side_by_side" in CLAUSES:
        plain[_side_by_side(marks, begins)] = False
    at = _first_at(np.flatnonzero(is_at), counts, begins, sums_hold)
    heads = np.ndarray((len(text) - _HEAD + 1,), np.uint32, text, strides=(1,))
    return Shapes(plain, at, (sums >> 16) & _FIELD > 0, sums >> 24 > 0, heads[begins[:-1]])


def shapes(values: pl.Series) -> Shapes:
    """Look at the bytes of addresses.

    Args:
        values: Addresses as typed; null and empty ones are not plain.
    """
    columns: Any = in_batches(values, _read, _BATCH)
    return Shapes(*columns)
