"""What kinds of keys are expected to find, before a pair is made: pairs of one person, drawn from the model not yet taught.

A drawn pair agrees in a field as often as data/model.yaml says, where both leads have a value; how often they have one, the table
tells. A kind of key finds the pair if all that one of its keys is made of agrees.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from leadgrade.people.blocking_rules import CONDITION, BlockingRule
from leadgrade.people.model import settings

Masks = np.ndarray[Any, np.dtype[np.bool_]]
DRAWS = 20_000
# column of people.features -> field of the model, and the levels at which the column agrees (a share of those pairs)
_SAME = {"same": 1.0, "same_shared": 1.0}
_SOUND = _SAME | {"typo": 0.5, "similar": 0.5}
_BEGIN = _SAME | {"nickname": 0.5, "initial": 1.0, "prefix": 1.0, "typo": 0.9, "contained": 0.8, "similar": 0.9}
_PART = _SAME | {"swapped": 0.5, "slip": 0.6, "near": 0.4, "similar": 0.7, "loose": 0.5}
_COLUMNS: dict[str, tuple[str, dict[str, float]]] = {
    "first": ("first_name", _SAME), "first_sound": ("first_name", _SOUND), "left first": ("first_name", _BEGIN),
    "last": ("last_name", _SAME), "last_sound": ("last_name", _SOUND), "left last": ("last_name", _BEGIN),
    "email": ("email", _SAME), "local": ("email", _SAME | {"same_local": 1.0}),
    "phone": ("phone", _SAME), "mobile": ("phone", _SAME),
    "company": ("company", _SAME), "domain": ("company", _SAME | {"same_domain": 1.0}),
    "city": ("city", _SAME), "postal": ("postal_code", _SAME), "left postal": ("postal_code", _PART),
    "street": ("street", _SAME), "dob": ("date_of_birth", _SAME), "left dob": ("date_of_birth", _PART),
    "right dob": ("date_of_birth", _PART), "identifier": ("identifier", _SAME), "other": ("other", _SAME),
}  # fmt: skip
_FIELDS = {
    "first_name": "first",
    "last_name": "last",
    "postal_code": "postal",
    "date_of_birth": "dob",
    "company": "company",
}
# who moves, moves all of it: a finer place that agrees makes the wider one agree
_FINER = {"postal_code": "street", "city": "postal_code"}
_NAMED = re.compile(r"(?:(left|right)\()?f\.(\w+)")
_WITHOUT = re.compile(r"case when f\.(\w+) is null then ")
# share of the people with two addresses of whom both are made of the same name
_NAMED_ADDRESSES = 0.3


class _Drawn:
    """Pairs of one person: for each field whether both have it, and the place of the pair in its levels, 0..1."""

    def __init__(self, filled: Mapping[str, float]) -> None:
        draw = np.random.default_rng(11)
        self.filled: dict[str, Masks] = {}
        self.place: dict[str, np.ndarray[Any, np.dtype[np.float64]]] = {}
        for field in settings()["fields"]:
            share = min(filled.get(_FIELDS.get(field, field), 0.0), 1.0)
            self.filled[field] = draw.random(DRAWS) < share**2
            self.place[field] = draw.random(DRAWS)
        self.named = draw.random(DRAWS)
        for field, finer in _FINER.items():
            levels = settings()["fields"][field]
            moved = self.agrees(finer, _SAME) & (self.place[field] < levels["near_same"]["m"])
            self.place[field] = np.where(moved, 0.0, self.place[field])

    def agrees(self, field: str, levels: Mapping[str, float]) -> Masks:
        spec = settings()["fields"][field]
        share = float(sum(part * spec[level].get("m", 0.0) for level, part in levels.items() if level in spec))
        found: Masks = self.filled[field] & (self.place[field] < share)
        return found

    def column(self, part: str, name: str) -> Masks:
        if name == "name_key":
            return self.column("", "first") & self.column("", "last")
        if name == "local":
            named = self.filled["email"] & (self.named < _NAMED_ADDRESSES) & self.column("", "name_key")
            return named | self.agrees(*_COLUMNS["local"])
        known = _COLUMNS.get(f"{part} {name}".strip()) or _COLUMNS.get(name)
        return self.agrees(*known) if known else np.zeros(DRAWS, dtype=bool)

    def key(self, key: str) -> Masks:
        named = _NAMED.findall(CONDITION.sub("", key))
        without = [~self.filled[_COLUMNS[name][0]] for name in _WITHOUT.findall(key) if name in _COLUMNS]
        found: Masks = np.logical_and.reduce([*(self.column(part, name) for part, name in named), *without])
        return found


def found_by(rules: tuple[BlockingRule, ...], filled: Mapping[str, float], kept: list[float]) -> Masks:
    """Which of :data:`DRAWS` drawn pairs each kind of key finds, one row a kind.

    Args:
        rules: The kinds of keys.
        filled: Share of the leads that have a value, by field of people.value_counts.
        kept: For each kind, the share of those who share a key that its cap does not leave out.
    """
    drawn, draw = _Drawn(filled), np.random.default_rng(13)
    under_cap = [draw.random(DRAWS) < share for share in kept]
    found = (np.logical_or.reduce([drawn.key(key) for key in rule.keys]) for rule in rules)
    return np.array([pairs & rare for pairs, rare in zip(found, under_cap, strict=True)]).reshape(len(rules), DRAWS)
