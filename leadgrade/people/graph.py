"""Parts, spanning forests and bridges of many small graphs at once, in whole columns."""

from __future__ import annotations

from typing import Any

import numpy as np

Ints = np.ndarray[Any, np.dtype[np.int64]]
Flags = np.ndarray[Any, np.dtype[np.bool_]]


def spanning_forest(nodes: int, a: Ints, b: Ints, weight: np.ndarray[Any, Any]) -> Flags:
    """The edges of the heaviest spanning forest: each part picks its heaviest edge outwards, until no part has one (Borůvka).

    Args:
        nodes: Number of nodes, which are numbered from 0.
        a: One end of each edge.
        b: The other.
        weight: Of equals the earlier edge counts as the heavier.
    """
    place = np.empty(len(a), dtype=np.int64)
    place[np.argsort(-weight, kind="stable")] = np.arange(len(a))
    at = np.argsort(place)
    part = np.arange(nodes)
    chosen = np.zeros(len(a), dtype=np.bool_)
    while True:
        ends = part[a], part[b]
        outward = ends[0] != ends[1]
        if not outward.any():
            return chosen
        best = np.full(nodes, len(a))
        for end in ends:
            np.minimum.at(best, end[outward], place[outward])
        heads = np.flatnonzero(best < len(a))
        edge = at[best[heads]]
        chosen[edge] = True
        part = _merged(part, heads, np.where(ends[0][edge] == heads, ends[1][edge], ends[0][edge]))


def _merged(part: Ints, heads: Ints, into: Ints) -> Ints:
    """Parts after each of the heads went into another; two that chose each other end in the smaller."""
    above = np.arange(len(part))
    above[heads] = into
    mutual = heads[(above[above[heads]] == heads) & (heads < above[heads])]
    above[mutual] = mutual
    while not np.array_equal(above, above[above]):
        above = above[above]
    return above[part]


def bridges(nodes: int, a: Ints, b: Ints) -> Flags:
    """The edges without which their graph falls apart.

    A bridge is an edge of a spanning tree that no other edge goes around. Every edge outside of the tree is a random number
    of 64 bits; the numbers that go around a tree's edge are those that leave the nodes below it, and cancel out inside.
    """
    tree = spanning_forest(nodes, a, b, np.zeros(len(a)))
    label = np.random.default_rng(7).integers(1, 2**63, size=len(a), dtype=np.int64)
    value = np.zeros(nodes, dtype=np.int64)
    for end in (a, b):
        np.bitwise_xor.at(value, end[~tree], label[~tree])
    found = np.zeros(len(a), dtype=np.bool_)
    for edges, above, below in reversed(_levels(nodes, a, b, np.flatnonzero(tree))):
        found[edges] = value[below] == 0
        np.bitwise_xor.at(value, above, value[below])
    return found


def _levels(nodes: int, a: Ints, b: Ints, edges: Ints) -> list[tuple[Ints, Ints, Ints]]:
    """The edges of a forest by their distance from its roots: edge, upper node, lower node."""
    seen = np.zeros(nodes, dtype=np.bool_)
    seen[components(nodes, a[edges], b[edges])] = True
    levels = []
    while len(edges):
        upper = np.where(seen[a[edges]], a[edges], b[edges])
        lower = np.where(seen[a[edges]], b[edges], a[edges])
        reached = seen[upper]
        levels.append((edges[reached], upper[reached], lower[reached]))
        seen[lower[reached]] = True
        edges = edges[~reached]
    return levels


def components(nodes: int, a: Ints, b: Ints) -> Ints:
    """The smallest node that a chain of edges leads to, for each node: each is hung under smaller ones till none moves."""
    group = np.arange(nodes)
    while len(a):
        np.minimum.at(group, np.maximum(group[a], group[b]), np.minimum(group[a], group[b]))
        above = group[group]
        while not np.array_equal(above, group):
            group, above = above, above[above]
        apart = group[a] != group[b]
        a, b = a[apart], b[apart]
    return group
