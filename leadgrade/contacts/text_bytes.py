"""The bytes of a column of texts, to be worked on with numpy all at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

Bytes = npt.NDArray[np.uint8]
Begins = npt.NDArray[np.int64]
# bytes behind the last value, so that one of few bytes or none may stand at the end
_SPARE = np.full(4, ord(" "), np.uint8)


def weights(of: Mapping[bytes, int], other: int) -> npt.NDArray[np.uint32]:
    """What each byte adds to the sums of its value: the weight of the signs it is among, else ``other``."""
    table = np.full(256, other, np.uint32)
    for signs, weight in of.items():
        table[list(signs)] = weight
    return table


def sums_of(of: npt.NDArray[np.uint32], begins: Begins) -> npt.NDArray[np.uint32]:
    """Sum of the bytes' weights of each value; half the price of ``np.add.reduceat``. What overflows 32 bits wraps around."""
    sums = np.zeros(len(of) + 1, np.uint32)
    np.cumsum(of, out=sums[1:])
    upto = sums.take(begins)
    return np.asarray(upto[1:] - upto[:-1])


def in_batches(values: pl.Series, read: Callable[[Bytes, Begins], Any], batch: int) -> list[npt.NDArray[Any]]:
    """Look at the bytes of so many values at a time, so that what is worked on stays in the processor's cache.

    Args:
        values: Texts; a null has no bytes.
        read: Gets the bytes of some values, with four blanks behind them, and where each value begins, one entry more for the
            end; gives columns, one entry a value.
        batch: How many values at a time.

    Returns:
        The columns of all values.
    """
    data, starts = _bytes_of(values)
    parts = []
    for at in range(0, max(len(values), 1), batch):
        some = starts[at : at + batch + 1]
        parts.append(read(np.append(data[some[0] : some[-1]], _SPARE), some - some[0]))
    return [np.concatenate(column) for column in zip(*parts, strict=True)]


def _bytes_of(values: pl.Series) -> tuple[Bytes, Begins]:
    arrow = values.to_arrow(compat_level=pl.CompatLevel.oldest())
    _, offsets, data = arrow.buffers()
    starts = np.frombuffer(offsets, np.int64) if offsets is not None else np.zeros(1, np.int64)
    starts = starts[arrow.offset : arrow.offset + len(arrow) + 1]
    return np.frombuffer(data, np.uint8) if data is not None else np.zeros(0, np.uint8), starts
