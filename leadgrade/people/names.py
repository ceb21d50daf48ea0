"""Given names that may belong to one person: short forms, pet forms, initials."""

from __future__ import annotations

from functools import cache
from itertools import permutations
from pathlib import Path

import polars as pl
from rapidfuzz.distance import OSA, JaroWinkler

_FILE = Path(__file__).parent / "data" / "nicknames.txt"


@cache
def groups() -> tuple[tuple[str, ...], ...]:
    """Groups of names of which any two may be one person."""
    lines = _FILE.read_text(encoding="utf-8").splitlines()
    return tuple(tuple(line.split()) for line in lines if line and not line.startswith("#"))


@cache
def nickname_pairs() -> frozenset[tuple[str, str]]:
    """Every ordered pair of two names of a group."""
    return frozenset(pair for group in groups() for pair in permutations(dict.fromkeys(group), 2))


@cache
def nickname_frame() -> pl.DataFrame:
    """The same pairs as columns ``first_a``, ``first_b`` and ``is_nickname`` (always true)."""
    pairs = sorted(nickname_pairs())
    return pl.DataFrame(
        {"first_a": [a for a, _ in pairs], "first_b": [b for _, b in pairs], "is_nickname": True},
        schema={"first_a": pl.String, "first_b": pl.String, "is_nickname": pl.Boolean},
    )


def may_be_same(a: str, b: str) -> bool:
    """True where two given names (folded) do not speak against one person."""
    if a == b or min(len(a), len(b)) == 1:
        return a[:1] == b[:1]
    if (a, b) in nickname_pairs() or (min(len(a), len(b)) >= 3 and (a.startswith(b) or b.startswith(a))):
        return True
    return OSA.distance(a, b, score_cutoff=1) <= 1 or JaroWinkler.similarity(a, b) >= 0.88
