"""The bytes of a column of texts, to be worked on with numpy all at once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl


def bytes_of(values: pl.Series) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    """All bytes of a column, and where each value begins; one entry more for the end. A null has no bytes."""
    arrow = values.to_arrow(compat_level=pl.CompatLevel.oldest())
    _, offsets, data = arrow.buffers()
    starts = np.frombuffer(offsets, np.int64)[arrow.offset : arrow.offset + len(arrow) + 1]
    return np.frombuffer(data, np.uint8) if data is not None else np.zeros(0, np.uint8), starts
