"""How likely a pair is among one person's, strangers', colleagues' and a household's pairs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from leadgrade.people.model import (
    FINER,
    MOVED,
    PERSON,
    STRANGER,
    Encoded,
    Floats,
    Model,
    by_value,
    class_spec,
    fields,
    levels,
    same_level,
    settings,
)

# a person may well have so many leads: what is beyond shows that the name is common
_OWN_LEADS = 3
_FIRST, _LAST = 0, 1


@dataclass(frozen=True, slots=True)
class Rarity:
    """How rare the agreed values are among strangers.

    Attributes:
        shares: Log2 of the share of the leads that has the agreed value, by field and pair.
        usual: Log2 of the share of the leads that has the value of an average lead, by field.
        both_names: Log2 of the share of leads that have this full name, beyond what a person's own leads explain; nan where
            they do not agree in both names.
    """

    shares: Floats
    usual: list[float]
    both_names: Floats


def _share(model: Model, field: int, records: Any) -> Any:
    """Log2 of the share of the strangers with a value that so many leads have, a few leads of an average table thought along."""
    spec, config = settings()["fields"][fields()[field]], settings()
    share = spec["share"]
    if not share:
        # of what belongs to somebody the people are counted already
        return np.log2(np.maximum(records, 1.0) * spec["others"] / (model.leads + config["reference"]))
    # a column of few values shows it, the more so the more leads there are; of one that may hold anything only the table tells
    seen = max(float(model.averages[field]) - model.own_leads(field), 0.5)
    # who has no value shares none
    having = float(model.filled[field])
    told = (seen + config["reference"] * share) / (having + config["reference"])
    share = seen / having if spec.get("open") else max(share, told)
    few = config["alike"]
    known = np.maximum(records - model.own_leads(field), 0.0) + few
    return np.log2(np.minimum(known / (having + few / share), 1.0))


def usual_shares(model: Model) -> list[float]:
    """Log2 of the share of the strangers with the value of an average lead, by field."""
    return [float(_share(model, i, average)) for i, average in enumerate(model.averages)]


def rarity(model: Model, encoded: Encoded) -> Rarity:
    """How rare the values of the pairs are, by what the model says of the leads that a person has."""
    shares = np.zeros(encoded.codes.shape)
    for i in encoded.present:
        shares[i] = _share(model, i, encoded.records[i])
    own = max(_OWN_LEADS, model.own_leads(_FIRST) + 1)
    others = np.maximum(encoded.full_names - own, 1e-9) / 2
    return Rarity(shares, usual_shares(model), np.log2(others / (model.leads + settings()["reference"])))


@cache
def exponents(field: str) -> Floats:
    """How strongly the frequency of the value counts at each level of the field, beside the share of strangers at it."""
    spec = settings()["fields"][field]
    return np.array(
        [*(spec[n].get("tf", float("u" not in spec[n] and "bits" not in spec[n])) for n in levels(field)[:-1]), 0.0]
    )


def log_likelihood(model: Model, encoded: Encoded, name: str, rare: Rarity | None = None) -> Floats:
    """Log2 likelihood of each pair under a class, by field; the share of the value is left out where all classes have it."""
    spec = class_spec(name)
    rare = rarity(model, encoded) if rare is None else rare
    parts = np.zeros(encoded.codes.shape)
    for i, field in enumerate(fields()):
        if i not in encoded.present:
            continue
        is_strange = name == STRANGER or (name not in (PERSON, MOVED) and field not in spec)
        own = STRANGER if is_strange else PERSON if name == MOVED and field not in spec else name
        table, codes = model.tables[own][i], encoded.codes[i]
        parts[i] = table[codes]
        if name in (PERSON, MOVED):
            continue
        if is_strange or spec["value"] == field:
            # an unusual value is an unlikely coincidence
            relative = exponents(field)[codes] * (rare.shares[i] - rare.usual[i])
            parts[i] += np.where(by_value(field)[codes], rare.shares[i], relative) if is_strange else relative
    if name not in (PERSON, MOVED) and "last_name" not in spec:
        parts[_FIRST] += _namesakes(model, rare, parts[_FIRST] + parts[_LAST])
    if name == STRANGER:
        _share_origin(model, encoded, parts)
    return parts


def _share_origin(model: Model, encoded: Encoded, parts: Floats) -> None:
    """Make a place in common likelier for strangers of one full name, as they are of one country; wider places follow from it."""
    is_namesake = ~np.isnan(encoded.full_names)
    for i in (fields().index(field) for field in FINER):
        is_same = is_namesake & (encoded.codes[i] == same_level(i))
        parts[i] += np.where(is_same, np.minimum(model.origin, -parts[i]), 0.0)


def _namesakes(model: Model, rare: Rarity, by_chance: Floats) -> Floats:
    """How much likelier two strangers agree in both names than the two names tell by themselves."""
    boost = np.maximum(model.namesakes, rare.both_names - by_chance)
    # a full name is at least as rare as either part
    return np.where(np.isnan(rare.both_names), 0.0, np.minimum(boost, -0.3 * by_chance))


def posterior(model: Model, encoded: Encoded) -> dict[str, Floats]:
    """Probability of each class for each pair."""
    rare = rarity(model, encoded)
    joint = {name: log_likelihood(model, encoded, name, rare).sum(axis=0) + model.odds[name] for name in model.tables}
    top = np.max(np.stack(list(joint.values())), axis=0)
    scaled = {name: np.exp2(value - top) for name, value in joint.items()}
    total = sum(scaled.values())
    return {name: value / total for name, value in scaled.items()}
