"""Clusters made in columns, against the same done pair by pair."""

from __future__ import annotations

import polars as pl
from hypothesis import example, given, settings
from hypothesis import strategies as st

from leadgrade.people.cluster import MOST_BITS, bits_of, cluster

PAIR = st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(-60, 60), st.booleans())
THRESHOLDS = st.sampled_from([0.3, 0.7, 0.9, 1.0])


def one_by_one(pairs: list[dict[str, float]], threshold: float) -> set[frozenset[float]]:
    """The surest pair first: its two groups are one if all pairs between them add up to the threshold."""
    bits = {
        (p["record_a"], p["record_b"]): -MOST_BITS
        if p["is_related"]
        else max(-MOST_BITS, min(MOST_BITS, p["match_weight"]))
        for p in pairs
    }
    group = {record: frozenset([record]) for pair in bits for record in pair}
    surest = sorted(pairs, key=lambda p: (-p["match_weight"], p["record_a"], p["record_b"]))
    for _ in range(3):
        for a, b in ((p["record_a"], p["record_b"]) for p in surest):
            one, other = group[a], group[b]
            between = sum(w for (x, y), w in bits.items() if (x in one and y in other) or (x in other and y in one))
            if one != other and bits[a, b] >= bits_of(threshold) <= between + 1e-9:
                group |= dict.fromkeys(one | other, one | other)
    return set(group.values())


@settings(max_examples=100, deadline=None)
@given(st.lists(PAIR, min_size=1, max_size=15), THRESHOLDS)
@example([(0, 1, 24, False), (1, 2, 24, False), (0, 2, -32, False)], 0.7)
def test_any_pairs(drawn: list[tuple[int, int, int, bool]], threshold: float) -> None:
    pairs = {
        (min(a, b), max(a, b)): {
            "record_a": min(a, b),
            "record_b": max(a, b),
            # eighths add up without a rest, so that the order of adding does not matter
            "match_weight": weight / 8,
            "match_probability": 1 / (1 + 2.0 ** (-weight / 8)),
            "is_related": related and weight < 0,
        }
        for a, b, weight, related in drawn
        if a != b
    }
    schema = {"record_a": pl.Int64, "record_b": pl.Int64, "match_weight": pl.Float64, "match_probability": pl.Float64,
              "is_related": pl.Boolean}  # fmt: skip
    found = cluster(pl.DataFrame(list(pairs.values()), schema=schema), threshold)
    groups = found.group_by("cluster").agg("record")
    assert {frozenset(records) for records in groups["record"]} == one_by_one(list(pairs.values()), threshold)
    assert all(cluster == min(records) for cluster, records in groups.rows())
    for record, own, probability in found.rows():
        held = [p["match_probability"] for (a, b), p in pairs.items()
                if record in (a, b) and {a, b} <= set(found.filter(cluster=own)["record"])]  # fmt: skip
        assert probability == max(held, default=1.0)
