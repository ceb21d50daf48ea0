"""Columns of text made from Arrow's string views, without a copy of any text."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

Words = npt.NDArray[np.uint32]


def of_views(present: npt.NDArray[np.bool_], views: Words, texts: Sequence[pa.Buffer]) -> pl.Series:
    """A column of text.

    Args:
        present: False where the text is null.
        views: Four words a value, as Arrow lays them out.
        texts: The buffers that long values point into.
    """
    buffers = [pa.py_buffer(np.packbits(present, bitorder="little")), pa.py_buffer(views), *texts]
    return pl.Series(pa.StringViewArray.from_buffers(pa.string_view(), len(present), buffers), dtype=pl.String)


def alone(count: int, rows: npt.NDArray[np.intp], values: pl.Series) -> pl.Series:
    """A column of so many texts that is null but for some rows."""
    arrow = values.rechunk().to_arrow(compat_level=pl.CompatLevel.newest())
    _, own, *texts = arrow.buffers()
    present, views = np.zeros(count, np.bool_), np.zeros((count, 4), np.uint32)
    present[rows] = values.is_not_null().to_numpy()
    views[rows] = np.frombuffer(own, np.uint32).reshape(-1, 4)[arrow.offset : arrow.offset + len(arrow)]
    return of_views(present, views, texts)
