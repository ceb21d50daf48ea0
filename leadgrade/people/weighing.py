"""A weighed pair taken apart again: what each field adds to the odds that two leads are one person, in bits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import polars as pl

from leadgrade.people.likelihood import log_likelihood, posterior
from leadgrade.people.model import MISSING, MOVED, PERSON, Floats, Model, encode, fields, levels
from leadgrade.people.score import score

# steps that are no field
BEFORE, REST = "before", "rest"


@dataclass(frozen=True, slots=True)
class Step:
    """What one field adds: its level of agreement, and bits."""

    field: str
    level: str
    bits: float


@dataclass(frozen=True, slots=True)
class Weighed:
    """A pair with the steps to its weight.

    Attributes:
        record_a: Number of the first lead in people.features.
        record_b: Of the second.
        probability: That the two are one person, by the evidence.
        weight: Its log2 odds; the steps add up to it.
        rival: What the two are most likely else: stranger, workplace or household.
        steps: What holds before anything is compared, the compared fields from the strongest for to the strongest against,
            and what rules and the other explanations change.
    """

    record_a: int
    record_b: int
    probability: float
    weight: float
    rival: str
    steps: tuple[Step, ...]


def weigh(compared: pl.DataFrame, model: Model) -> list[Weighed]:
    """Take a few pairs apart; one at a time, for people to look at.

    Args:
        compared: The result of :func:`leadgrade.people.compare.compare`.
        model: The model that weighed them.
    """
    return [_weighed(compared[i], model) for i in range(compared.height)]


def _likeliest(found: Mapping[str, Floats], names: Iterable[str]) -> str:
    return max(sorted(names), key=lambda name: float(found[name][0]))


def _weighed(pair: pl.DataFrame, model: Model) -> Weighed:
    row = score(pair, model, 0.0).row(0, named=True)
    encoded = encode(pair)
    found = posterior(model, encoded)
    # one person who moved is one person, too
    own = _likeliest(found, {PERSON, MOVED} & found.keys())
    rival = _likeliest(found, found.keys() - {PERSON, MOVED})
    gained = (log_likelihood(model, encoded, own) - log_likelihood(model, encoded, rival))[:, 0]
    named = [Step(f, levels(f)[encoded.codes[i, 0]], float(gained[i])) for i, f in enumerate(fields())]
    before = Step(BEFORE, f"against {rival}", model.odds[own] - model.odds[rival])
    steps = [before, *sorted((s for s in named if s.level != MISSING), key=lambda step: -step.bits)]
    rest = row["match_weight"] - sum(step.bits for step in steps)
    steps.append(Step(REST, "other explanations", rest))
    return Weighed(row["record_a"], row["record_b"], row["match_probability"], row["match_weight"], rival, tuple(steps))
