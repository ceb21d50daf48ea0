"""From weighed pairs to people: the surest pairs first, and no chain through a contradiction.

Two groups become one where the evidence of all pairs between them, for and against, speaks for it: John and J. do not join
J. and Jane, because John and Jane were compared, too.
"""

from __future__ import annotations

import math

import polars as pl

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
    ordered = pairs.with_columns(pl.when(weight.abs() >= DECIDED).then(weight).otherwise(evidence).alias("bits"))
    ordered = ordered.sort("match_weight", "record_a", "record_b", descending=[True, False, False])
    records = pl.concat([ordered["record_a"], ordered["record_b"]]).unique().sort()
    groups = _Groups(records.to_list())
    edges = list(
        zip(ordered["record_a"].to_list(), ordered["record_b"].to_list(), ordered["bits"].to_list(), strict=True)
    )
    for a, b, bits in edges:
        groups.add(a, b, bits)
    strong = [(a, b) for a, b, bits in edges if bits >= least]
    for _ in range(_ROUNDS):
        if not sum(groups.join(a, b, least) for a, b in strong):
            break
    return _result(records, groups, ordered)


def _result(records: pl.Series, groups: _Groups, pairs: pl.DataFrame) -> pl.DataFrame:
    roots = pl.Series("root", [groups.root(r) for r in records.to_list()], dtype=pl.Int64)
    found = pl.DataFrame([records.alias("record"), roots])
    found = found.with_columns(pl.col("record").min().over("root").alias("cluster"))
    sides = pl.concat(pairs.select(pl.col(s).alias("record"), pl.col(o).alias("to"), "match_probability")
                      for s, o in (("record_a", "record_b"), ("record_b", "record_a")))  # fmt: skip
    inside = (
        sides.join(found.select("record", "cluster"), on="record")
        .join(found.select(pl.col("record").alias("to"), pl.col("cluster").alias("other")), on="to")
        .filter(pl.col("cluster") == pl.col("other"))
        .group_by("record")
        .agg(pl.col("match_probability").max())
    )
    held = found.join(inside, on="record", how="left", maintain_order="left")
    return held.select("record", "cluster", pl.col("match_probability").fill_null(1.0)).cast(CLUSTERS)
