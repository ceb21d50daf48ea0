"""The compared sample as numbers: pairs that say the same are one row, which stands for as many pairs as they did together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from leadgrade.contacts.numbering import numbered
from leadgrade.people.likelihood import exponents
from leadgrade.people.model import Encoded, Floats, by_value, encode, fields

Masks = np.ndarray[Any, np.dtype[np.bool_]]


@dataclass(frozen=True, slots=True)
class WeighedSample:
    """What a table's model is learned from.

    Attributes:
        encoded: Levels of the pairs.
        weights: Pairs of the table that each row stands for.
        squares: Sum of the squares of the weights that were put together in each row.
        is_candidate: Whether the pairs share a key.
    """

    encoded: Encoded
    weights: Floats
    squares: Floats
    is_candidate: Masks


def _telling(encoded: Encoded) -> Floats:
    """How many leads share the value, and zero where that counts under no class."""
    records = np.zeros_like(encoded.records)
    for i in encoded.present:
        counts = (by_value(fields()[i]) | (exponents(fields()[i]) != 0))[encoded.codes[i]]
        records[i] = np.where(counts, encoded.records[i], 0.0)
    return records


def _spoken_for(encoded: Encoded, is_candidate: Masks) -> tuple[Any, Any]:
    """A row for all that say the same, and for each row its place among these."""
    present = sorted(encoded.present)
    said = {f"level_{i}": encoded.codes[i] for i in present} | {f"records_{i}": encoded.records[i] for i in present}
    frame = pl.DataFrame(said | {"full_names": encoded.full_names, "is_candidate": is_candidate})
    _, places = numbered(frame.hash_rows())
    rows = pl.DataFrame({"place": places}).with_row_index().unique("place", keep="first").sort("place")["index"]
    if not frame[rows][places].equals(frame):  # two that say different things share a hash
        every = np.arange(frame.height)
        return every, every
    return rows.to_numpy(), places.to_numpy()


def weighed_sample(compared: pl.DataFrame) -> WeighedSample:
    """Put pairs together that say the same: half the rows and less, and strangers nearly all.

    Args:
        compared: The result of :func:`leadgrade.people.compare.compare` with weight and is_candidate, in an order that does not
            depend on that of the leads.
    """
    found = encode(compared)
    encoded = Encoded(found.codes, _telling(found), found.full_names, found.present)
    weights, is_candidate = compared["weight"].to_numpy(), compared["is_candidate"].to_numpy()
    rows, places = _spoken_for(encoded, is_candidate)
    each = Encoded(encoded.codes[:, rows], encoded.records[:, rows], encoded.full_names[rows], encoded.present)
    total, square = (np.bincount(places, weights=values).astype(np.float64) for values in (weights, weights * weights))
    return WeighedSample(each, total, square, is_candidate[rows])
