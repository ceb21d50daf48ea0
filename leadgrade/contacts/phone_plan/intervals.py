"""Diagrams written down in the order of their digits: where each run of equal values begins."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from leadgrade.contacts.phone_plan.diagrams import Diagrams

_DIGITS = np.arange(10, dtype=np.uint64)
Runs = tuple[npt.NDArray[np.uint64], npt.NDArray[np.int32]]


def count(diagrams: Diagrams, diagram: int, known: dict[int, int]) -> int:
    """At most so many runs of equal values; ``known`` keeps the counts."""
    if diagram < 0:
        return 1
    if diagram not in known:
        known[diagram] = sum(count(diagrams, child, known) for child in diagrams.children(diagram))
    return known[diagram]


def runs(diagrams: Diagrams, diagram: int, length: int) -> Runs:
    """Where each run of equal values begins, and the constant that it has.

    Args:
        diagrams: The store.
        diagram: Over ``length`` digits.
        length: At most 19, so that the digits fit 64 bits.

    Returns:
        The first string of digits of each run as a number, rising from 0; the constant. Neighbours differ.
    """
    known: dict[tuple[int, int], Runs] = {}

    def walk(part: int, left: int) -> Runs:
        key = (part, left if part >= 0 else 0)
        if key not in known and part < 0:
            known[key] = np.zeros(1, np.uint64), np.full(1, part, np.int32)
        if key not in known:
            step = np.uint64(10 ** (left - 1))
            below = [walk(child, left - 1) for child in diagrams.children(part)]
            starts = np.concatenate([begin for begin, _ in below])
            sizes = [len(begin) for begin, _ in below]
            starts += np.repeat(_DIGITS * step, sizes)
            known[key] = _merged(starts, np.concatenate([value for _, value in below]))
        return known[key]

    return walk(diagram, length)


def _merged(starts: npt.NDArray[np.uint64], values: npt.NDArray[np.int32]) -> Runs:
    new = np.concatenate([[True], values[1:] != values[:-1]])
    return starts[new], values[new]
