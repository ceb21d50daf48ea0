"""What each kind of key will cost, and caps that keep all of them together within the budget of pairs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl

from leadgrade.people.blocking_gain import found_by
from leadgrade.people.blocking_rules import BlockingRule, budget, config

Ints = np.ndarray[Any, np.dtype[np.int64]]
# a kind of key that is expected to find nothing new may still do so: one pair in ten thousand
_LEAST_GAIN = 1e-4
_HALVINGS = 40


@dataclass(frozen=True, slots=True)
class Plan:
    """A kind of key as it will be used.

    Attributes:
        rule: The kind, its cap lowered where it is not worth its pairs or the budget asks for it.
        stated_cap: The cap that a table of so many leads affords.
        groups: Keys that more than one lead has.
        capped_groups: Of these, keys that more leads have than the cap allows to compare all with all.
        capped_leads: Leads under such keys.
        pairs: Pairs that will be made.
        recall: Share of the pairs of one person that the kind is expected to find.
        gain: Of these, the share that no kind is expected to find which is better worth its pairs.
    """

    rule: BlockingRule
    stated_cap: int
    groups: int
    capped_groups: int
    capped_leads: int
    pairs: int
    recall: float
    gain: float

    def as_row(self) -> dict[str, Any]:
        """As a row of people.blocking_report, without the pairs that were made."""
        return {
            "key_kind": self.rule.kind, "cap": self.rule.cap, "stated_cap": self.stated_cap, "keys": self.groups,
            "capped_keys": self.capped_groups, "capped_leads": self.capped_leads, "recall_expected": self.recall,
            "gain_expected": self.gain, "pairs_expected": self.pairs,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Sizes:
    """Groups of a kind of key by size, and the parts of groups of three and more by size of group and part."""

    records: Ints
    groups: Ints
    of_group: Ints
    part_records: Ints
    parts: Ints

    @classmethod
    def of(cls, sizes: pl.DataFrame) -> _Sizes:
        records, of_part, groups = (sizes[c].cast(pl.Int64).to_numpy() for c in ("records", "part_records", "groups"))
        is_part = of_part > 0
        return cls(records[~is_part], groups[~is_part], records[is_part], of_part[is_part], groups[is_part])

    def pairs(self, cap: int, *, rare: bool) -> int:
        """Pairs of a kind with such a cap; the same count as blocking.pairs_query makes."""
        small = self.records <= cap
        made = int((self.groups * self.records * (self.records - 1) // 2)[small].sum())
        if rare:
            return made
        near = min(config()["neighbours"], (cap - 1) // 2)
        all_with_all = self.part_records * (self.part_records - 1) // 2
        neighbours = self.part_records * near - near * (near + 1) // 2
        each = np.where(self.part_records <= cap, all_with_all, neighbours)
        return made + int((self.parts * each)[self.of_group > cap].sum())

    def kept(self, cap: int) -> float:
        """Share of the leads in groups that are in one up to the cap."""
        leads = self.groups * self.records
        return float(leads[self.records <= cap].sum() / max(leads.sum(), 1))


def _gains(found: np.ndarray[Any, np.dtype[np.bool_]], pairs: list[int]) -> list[float]:
    """What each kind adds to those that are better worth their pairs, as a share of the pairs of one person."""
    gains, left = [0.0] * len(pairs), set(range(len(pairs)))
    open_pairs = np.ones(found.shape[1], dtype=bool)
    while left:
        best = max(sorted(left), key=lambda i: float((found[i] & open_pairs).mean()) / (pairs[i] + 1))
        gains[best] = float((found[best] & open_pairs).mean())
        open_pairs &= ~found[best]
        left.remove(best)
    return gains


def _lowered(cap: int, gain: float, worth: float) -> int:
    """A key of n leads gives n - 1 pairs a lead, of which as many are of one person as of a key of two: the gain decides n."""
    return max(min(cap, int(1 + worth * max(gain, _LEAST_GAIN))), 1)


def _afforded(rule: BlockingRule, gain: float) -> int:
    """What lies beyond the cap of other keys is split and compared with its neighbours: lowering it saves little."""
    return max(rule.plain, _lowered(rule.cap, gain, config()["worth"])) if rule.rare else rule.cap


def plan(
    rules: tuple[BlockingRule, ...], sizes: list[pl.DataFrame], leads: int, filled: Mapping[str, float]
) -> list[Plan]:
    """Caps within the budget, and what they cost.

    Args:
        rules: The kinds of keys with their stated caps.
        sizes: For each kind records (leads of a group), part_records (0, or leads of a part of it), groups.
        leads: Leads of the table.
        filled: Share of the leads that have a value, by field of people.value_counts.

    Returns:
        One plan a kind, in order. Their pairs together are at most :func:`leadgrade.people.blocking_rules.budget`.
    """
    of_rule = [_Sizes.of(of_kind) for of_kind in sizes]
    kept = [size.kept(rule.cap) if rule.rare else 1.0 for rule, size in zip(rules, of_rule, strict=True)]
    found = found_by(rules, filled, kept)
    stated = [size.pairs(rule.cap, rare=rule.rare) for rule, size in zip(rules, of_rule, strict=True)]
    gains = _gains(found, stated)
    afforded = [_afforded(rule, gain) for rule, gain in zip(rules, gains, strict=True)]

    def caps(worth: float) -> list[int]:
        return [_lowered(cap, gain, worth) for cap, gain in zip(afforded, gains, strict=True)]

    def cost(of_caps: list[int]) -> list[int]:
        return [s.pairs(cap, rare=r.rare) for cap, r, s in zip(of_caps, rules, of_rule, strict=True)]

    chosen, most = afforded, budget(leads)
    if sum(cost(chosen)) > most:
        low, high = 0.0, float(max(chosen)) / _LEAST_GAIN
        for _ in range(_HALVINGS):
            middle = (low * high) ** 0.5 if low else high / 2**20
            low, high = (middle, high) if sum(cost(caps(middle))) <= most else (low, middle)
        chosen = caps(low)
    pairs = cost(chosen)
    return [_planned(*row) for row in zip(rules, chosen, of_rule, pairs, found.mean(axis=1), gains, strict=True)]


def _planned(rule: BlockingRule, cap: int, sizes: _Sizes, pairs: int, recall: float, gain: float) -> Plan:
    capped = sizes.records > cap
    return Plan(
        replace(rule, cap=cap), rule.cap, int(sizes.groups.sum()), int(sizes.groups[capped].sum()),
        int((sizes.groups * sizes.records)[capped].sum()), pairs, float(recall), gain,
    )  # fmt: skip
