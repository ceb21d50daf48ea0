"""Large sets of names that whole columns are looked up in: made once a process, where ``is_in`` makes them anew a call."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import polars as pl

_ROOM = 5  # thirty-two places or more a name: few others share a place with one


class NameSet:
    """A table of bits, at places that hashes give, tells what cannot be among the names; the others are looked up.

    Args:
        names: The names.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._names = frozenset(names)
        self._shift = np.uint64(64 - len(self._names).bit_length() - _ROOM)
        self._table = np.zeros(1 << (64 - int(self._shift)), np.bool_)
        self._table[self._places(pl.Series(sorted(self._names), dtype=pl.String))] = True

    def _places(self, texts: pl.Series) -> npt.NDArray[np.uint64]:
        return texts.hash().to_numpy() >> self._shift

    def holds(self, texts: pl.Series) -> pl.Series:
        """Whether each text is one of the names; false for null."""
        found = self._table[self._places(texts)]
        rows = np.flatnonzero(found)
        found[rows] = [text in self._names for text in texts.gather(rows)]
        return pl.Series(texts.name, found)
