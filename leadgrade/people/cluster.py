"""From weighed pairs to people: the surest pairs first, and no chain through a contradiction.

Two groups become one where the evidence of all pairs between them, for and against, speaks for it: John and J. do not join
J. and Jane, because John and Jane were compared, too.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import polars as pl

from leadgrade.people.graph import components

Ints = np.ndarray[Any, np.dtype[np.int64]]
Floats = np.ndarray[Any, np.dtype[np.float64]]
Masks = np.ndarray[Any, np.dtype[np.bool_]]
# bits beyond which a pair says no more for or against: one slip in the data must not outvote a whole group
MOST_BITS = 20.0
# weight of a pair that people decided: no sum of evidence outweighs one, so it decides whatever groups it comes to stand between
DECIDED = 1e12
# the order of merging leaves little for a further round; it ends when nothing changes
_ROUNDS = 3

CLUSTERS = pl.Schema({"record": pl.Int64, "cluster": pl.Int64, "match_probability": pl.Float64})


def bits_of(probability: float) -> float:
    """Log2 of the odds, within what a pair may say."""
    if probability >= 1:
        return MOST_BITS - 0.1
    return max(-MOST_BITS, min(MOST_BITS - 0.1, math.log2(probability / (1 - probability))))


class _Groups:
    """Groups of records and the summed weight of the pairs between any two of them."""

    def __init__(self, records: list[int]) -> None:
        self.parent = {r: r for r in records}
        self.between: dict[int, dict[int, float]] = {r: {} for r in records}

    def add(self, a: int, b: int, bits: float) -> None:
        self.between[a][b] = self.between[b][a] = bits

    def root(self, record: int) -> int:
        parent = self.parent
        while parent[record] != record:
            parent[record] = parent[parent[record]]
            record = parent[record]
        return record

    def join(self, a: int, b: int, least: float) -> bool:
        """Make one group of two, if the pairs between them come to at least so many bits."""
        a, b = self.root(a), self.root(b)
        if a == b or self.between[a].get(b, -math.inf) < least:
            return False
        if (len(self.between[a]), -a) < (len(self.between[b]), -b):
            a, b = b, a
        self.parent[b] = a
        mine, other = self.between[a], self.between.pop(b)
        del mine[b]
        for third, bits in other.items():
            if third != a:
                mine[third] = self.between[third][a] = mine.get(third, 0.0) + bits
                del self.between[third][b]
        return True


def cluster(pairs: pl.DataFrame, threshold: float) -> pl.DataFrame:
    """Put matched records together.

    Args:
        pairs: record_a, record_b, match_weight, match_probability, is_related: the pairs that count as a match, and every
            other compared pair of two records that are in one. A weight of :data:`DECIDED` or its negative is no evidence but a
            decision: the two are one, or never. Work is per pair of these, not per record of the table.
        threshold: Match probability from which two groups are one.

    Returns:
        The columns of :data:`CLUSTERS` for every record in a matched pair: cluster is the smallest record of its group,
        match_probability that of the surest pair which holds the record in it, 1 for a record alone.
    """
    least = bits_of(threshold)
    weight = pl.col("match_weight")
    evidence = pl.when("is_related").then(-MOST_BITS).otherwise(weight.clip(-MOST_BITS, MOST_BITS))
    decided_first = pl.when(weight.abs() >= DECIDED).then(weight).otherwise(evidence)
    bits = pairs.select(decided_first).to_series().to_numpy()
    records = pl.concat([pairs["record_a"], pairs["record_b"]]).unique().sort().to_numpy()
    ends = [np.searchsorted(records, pairs[side].to_numpy()) for side in ("record_a", "record_b")]
    group = components(len(records), *(end[bits >= least] for end in ends))
    disputed = _disputed(group, ends, bits)
    within = disputed[ends[0]] & (group[ends[0]] == group[ends[1]])
    if within.any():
        some = pairs.filter(within).with_columns(pl.Series("bits", bits[within]), *_places(ends, within))
        group[disputed] = _settled(
            some.sort("match_weight", "a", "b", descending=[True, False, False]), least, disputed
        )
    return _result(records, group, ends, pairs["match_probability"].to_numpy())


def _places(ends: list[Ints], chosen: Masks) -> list[pl.Series]:
    return [pl.Series(name, end[chosen]) for name, end in zip("ab", ends, strict=True)]


def _disputed(group: Ints, ends: list[Ints], bits: Floats) -> Masks:
    """Records whose chain holds a pair that speaks against it.

    Where none does, every pair that comes to the threshold joins two groups: what else is between them only adds to it. So the
    chain is the group, in whatever order.
    """
    a, b = ends
    against = np.zeros(len(group), dtype=bool)
    against[group[a[(group[a] == group[b]) & (bits < 0)]]] = True
    return against[group]


def _settled(pairs: pl.DataFrame, least: float, disputed: Masks) -> Ints:
    """The smallest record of its group for each disputed record; pairs a and b with their bits, the surest first."""
    members = np.flatnonzero(disputed).tolist()
    groups = _Groups(members)
    edges = list(zip(pairs["a"].to_list(), pairs["b"].to_list(), pairs["bits"].to_list(), strict=True))
    for a, b, bits in edges:
        groups.add(a, b, bits)
    strong = [(a, b) for a, b, bits in edges if bits >= least]
    for _ in range(_ROUNDS):
        if not sum(groups.join(a, b, least) for a, b in strong):
            break
    roots = pl.DataFrame({"record": members, "root": [groups.root(r) for r in members]})
    return roots.select(pl.col("record").min().over("root")).to_series().to_numpy()


def _result(records: Ints, group: Ints, ends: list[Ints], probability: Floats) -> pl.DataFrame:
    inside = group[ends[0]] == group[ends[1]]
    surest = np.zeros(len(records))
    for end in ends:
        np.maximum.at(surest, end[inside], probability[inside])
    held = np.zeros(len(records), dtype=bool)
    for end in ends:
        held[end[inside]] = True
    columns = {"record": records, "cluster": records[group], "match_probability": np.where(held, surest, 1.0)}
    return pl.DataFrame(columns, schema=CLUSTERS)
