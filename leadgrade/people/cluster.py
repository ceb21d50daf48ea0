"""From matched pairs to people: the surest pairs first, and no chain through a contradiction."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl
from rapidfuzz.distance import OSA, JaroWinkler

from leadgrade.people.names import may_be_same

Name = tuple[str | None, str | None]
# above this, a pair may join clusters of different dates of birth or identifiers: a typing error is likelier
SURE = 0.999
# names, dates and identifiers that a cluster remembers: beyond this many it is a heap of rows, not a person's history
MOST_KNOWN = 30

CLUSTERS: dict[str, pl.DataType] = {
    "lead_id": pl.String(),
    "cluster_id": pl.String(),
    "match_probability": pl.Float64(),
}


def _close(a: str, b: str) -> bool:
    return OSA.distance(a, b, score_cutoff=2) <= 2


def _names_agree(a: Name, b: Name) -> bool:
    """False where two full given names cannot be one person's, in their own box or in the other."""
    first_a, first_b = a[0], b[0]
    if first_a is None or first_b is None or may_be_same(first_a, first_b):
        return True
    crossed = (f"{a[0]} {a[1]}", f"{b[1]} {b[0]}")
    return JaroWinkler.similarity(*crossed) >= 0.95


def _contradict(a: set[Name], b: set[Name]) -> bool:
    """True where half of the names of one group or more speak against the other: John - J. - Jane is no chain."""
    conflicts = sum(not _names_agree(x, y) for x in a for y in b if x != y)
    return 2 * conflicts >= len(a) * len(b)


class _Forest:
    """Union-find over positions; each root knows the names, dates of birth and identifiers below it."""

    def __init__(self, names: list[Name], dobs: list[str | None], identifiers: list[str | None]) -> None:
        self.parent = list(range(len(names)))
        self.members: list[list[int]] = [[i] for i in range(len(names))]
        self.joined = [0.0] * len(names)
        self.names = [{name} for name in names]
        self.facts: list[list[set[str]]] = [
            [{v} if v else set() for v in dobs],
            [{v} if v else set() for v in identifiers],
        ]

    def root(self, i: int) -> int:
        while self.parent[i] != i:
            self.parent[i] = self.parent[self.parent[i]]
            i = self.parent[i]
        return i

    def _may_join(self, a: int, b: int, probability: float) -> bool:
        if len(self.members[a]) + len(self.members[b]) == 2:
            return True
        identifiers = self.facts[1]
        if not identifiers[a] & identifiers[b] and _contradict(self.names[a], self.names[b]):
            return False
        return probability >= SURE or all(_agree(fact[a], fact[b], _close) for fact in self.facts)

    def join(self, i: int, j: int, probability: float) -> None:
        a, b = sorted((self.root(i), self.root(j)))
        if a == b or not self._may_join(a, b, probability):
            return
        for side in (i, j):
            self.joined[side] = max(self.joined[side], probability)
        small, big = sorted((a, b), key=lambda r: (len(self.members[r]), -r))
        self.parent[small] = big
        self.members[big] += self.members[small]
        if len(self.names[big]) < MOST_KNOWN:
            self.names[big] |= self.names[small]
        for fact in self.facts:
            if len(fact[big]) < MOST_KNOWN:
                fact[big] |= fact[small]


def _agree(a: set[str], b: set[str], close: Callable[[str, str], bool]) -> bool:
    return not a or not b or bool(a & b) or any(close(x, y) for x in a for y in b)


def cluster(pairs: pl.DataFrame, facts: pl.DataFrame) -> pl.DataFrame:
    """Put matched leads together, surest pairs first.

    A pair does not join two groups whose given names contradict each other, nor (below near certainty) two groups with
    different dates of birth or identifiers. Work is per matched pair, not per lead.

    Args:
        pairs: lead_id_a, lead_id_b, match_probability of the pairs that count as a match.
        facts: lead_id, first, last, dob, identifier of every lead in a pair.

    Returns:
        The columns of :data:`CLUSTERS` for every lead in a pair: cluster_id is the smallest lead_id of its group,
        match_probability that of the surest pair which holds the lead in it.
    """
    leads = facts.sort("lead_id")
    position = {lead: i for i, lead in enumerate(leads["lead_id"].to_list())}
    names = list(zip(leads["first"].to_list(), leads["last"].to_list(), strict=True))
    forest = _Forest(names, leads["dob"].to_list(), leads["identifier"].to_list())
    ordered = pairs.sort("match_probability", "lead_id_a", "lead_id_b", descending=[True, False, False])
    columns = (ordered[c].to_list() for c in ("lead_id_a", "lead_id_b", "match_probability"))
    for a, b, probability in zip(*columns, strict=True):
        forest.join(position[a], position[b], probability)
    return _result(leads["lead_id"].to_list(), forest)


def _result(lead_ids: list[str], forest: _Forest) -> pl.DataFrame:
    """Positions are in the order of lead_id, so the smallest member is the smallest lead_id."""
    roots = [forest.root(i) for i in range(len(lead_ids))]
    smallest = {root: min(forest.members[root]) for root in set(roots)}
    cluster_ids = [lead_ids[smallest[root]] for root in roots]
    # a lead that only later members came to is held by its own pair as well; one that no pair holds stands alone
    held = [forest.joined[i] if len(forest.members[roots[i]]) > 1 else 1.0 for i in range(len(lead_ids))]
    return pl.DataFrame({"lead_id": lead_ids, "cluster_id": cluster_ids, "match_probability": held}, schema=CLUSTERS)
