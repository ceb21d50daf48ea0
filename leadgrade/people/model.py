"""The model of a table: how often fields agree among leads of one person, strangers, colleagues, a household."""

from __future__ import annotations

import math
from collections.abc import Container
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from leadgrade.yaml_files import read_yaml

_FILE = Path(__file__).parent / "data" / "model.yaml"
Floats = np.ndarray[Any, np.dtype[np.float64]]
Codes = np.ndarray[Any, np.dtype[np.int16]]
PERSON, STRANGER = "person", "stranger"
# one person who has changed jobs or moved house: one class with PERSON for whoever asks, but not the same agreement
MOVED = "moved"
MISSING = "missing"
# a place that agrees makes wider places agree: these fields have levels of their own then
FINER = {
    "postal_code": ("street",),
    "city": ("street", "postal_code"),
    "region": ("street", "postal_code", "city"),
    "country": ("street", "postal_code", "city", "region"),
}


# entries of a field that are no levels
_OF_THE_FIELD = ("share", "others", "open")


@cache
def settings() -> dict[str, Any]:
    """The content of data/model.yaml."""
    found: dict[str, Any] = read_yaml(_FILE)
    return found


@cache
def fields() -> tuple[str, ...]:
    """The fields in the order of the codes."""
    return tuple(settings()["fields"])


@cache
def levels(field: str) -> tuple[str, ...]:
    """The levels of a field in the order of the codes; ``missing`` comes last."""
    return (*(name for name in settings()["fields"][field] if name not in _OF_THE_FIELD), MISSING)


def family(level: str) -> str:
    """Levels of a field that exclude each other for a reason of their own: within an agreed finer place, years of birth, texts."""
    return next((prefix for prefix in ("near_", "year_", "text_") if level.startswith(prefix)), "")


@dataclass(frozen=True, slots=True)
class Encoded:
    """Compared pairs as numbers.

    Attributes:
        codes: Code of the level, by field and pair.
        records: Leads that share the agreed value (people, of what belongs to somebody), by field and pair; zero where it does
            not count.
        full_names: Leads that have the full name that both have; nan where they do not agree in both names.
        present: Fields with a value in both leads of some pair.
    """

    codes: Codes
    records: Floats
    full_names: Floats
    present: frozenset[int]


@dataclass(frozen=True, slots=True)
class Rarity:
    """How rare the agreed values are among strangers.

    Attributes:
        shares: Log2 of the share of the leads that has the agreed value, by field and pair.
        both_names: Log2 of the share of leads that have this full name, beyond what a person's own leads explain; nan where
            they do not agree in both names.
    """

    shares: Floats
    both_names: Floats


@dataclass(slots=True)
class Model:
    """Log2 likelihoods by class, field and level, and the odds of the classes.

    Attributes:
        tables: Class -> field -> log2 of the share of its pairs at each level.
        odds: Class -> log2 of its share of all pairs.
        namesakes: log2 of how much oftener than by chance strangers agree in both names: names go together by origin and age.
        averages: Leads that share the value of an average lead, by field.
        leads: Leads of the table.
        origin: log2 of how much oftener than other strangers namesakes are of one country.
    """

    tables: dict[str, list[Floats]]
    odds: dict[str, float]
    averages: Floats
    leads: int
    namesakes: float
    origin: float

    def own_leads(self, field: int) -> float:
        """Leads that a lead's own person has with its value, itself included: none of them is a stranger who has it by chance."""
        same = float(self.tables[PERSON][field][same_level(field)])
        return 1.0 + self.leads * 2.0 ** (self.odds[PERSON] + same)


# a person may well have so many leads: what is beyond shows that the name is common
_OWN_LEADS = 3
_FIRST, _LAST = 0, 1


def encode(compared: pl.DataFrame) -> Encoded:
    """Turn levels into codes, wider places by whether a finer one agrees."""
    codes = np.empty((len(fields()), compared.height), dtype=np.int16)
    records = np.zeros((len(fields()), compared.height))
    for i, field in enumerate(fields()):
        text = compared[field]
        if field in FINER:
            near = compared.select(pl.any_horizontal(pl.col(f) == "same" for f in FINER[field])).to_series()
            moved = near & (text != MISSING)
            text = pl.select(pl.when(moved).then("near_" + text).otherwise(text)).to_series()
        codes[i] = text.cast(pl.Enum(levels(field))).to_physical().to_numpy()
        if f"{field}_records" in compared.columns:
            records[i] = compared[f"{field}_records"].fill_null(0).to_numpy()
    present = {i for i, field in enumerate(fields()) if (codes[i] != len(levels(field)) - 1).any()}
    agree = (pl.col(field).is_in(["same", "swapped"]) for field in ("first_name", "last_name"))
    both = compared.select(pl.all_horizontal(agree)).to_series().to_numpy()
    full_names = np.where(both, compared["full_name_records"].fill_null(0).to_numpy(), np.nan)
    return Encoded(codes, records, full_names, frozenset(present))


def _share(model: Model, field: int, records: Any) -> Any:
    """Log2 of the share of the strangers with a value that so many leads have, a few leads of an average table thought along."""
    spec, config = settings()["fields"][fields()[field]], settings()
    share = spec["share"]
    if not share:
        # of what belongs to somebody the people are counted already
        return np.log2(np.maximum(records, 1.0) * spec["others"] / (model.leads + config["reference"]))
    # a column of few values shows it, the more so the more leads there are; of one that may hold anything only the table tells
    seen = max(float(model.averages[field]) - model.own_leads(field), 0.5)
    told = (seen + config["reference"] * share) / (model.leads + config["reference"])
    share = seen / max(model.leads, 1) if spec.get("open") else max(share, told)
    few = config["alike"]
    known = np.maximum(records - model.own_leads(field), 0.0) + few
    return np.log2(np.minimum(known / (model.leads + few / share), 1.0))


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
    return Rarity(shares, np.log2(others / (model.leads + settings()["reference"])))


@cache
def by_value(field: str) -> np.ndarray[Any, Any]:
    """Which levels strangers reach as often as the value is frequent."""
    spec = settings()["fields"][field]
    return np.array(
        [
            *(
                "u" not in spec[n] and ("bits" not in spec[n] or spec[n].get("value", False))
                for n in levels(field)[:-1]
            ),
            False,
        ]
    )


def _log(shares: list[float]) -> Floats:
    """Log2 of shares; the last is ``missing``, which says nothing."""
    return np.array([*(math.log2(max(s, 1e-9)) for s in shares), 0.0])


def prior_model(leads: int, averages: dict[str, float], filled: Container[str]) -> Model:
    """The model before anything is learned.

    Args:
        leads: Leads of the table.
        averages: Leads that share the value of an average lead, by field.
        filled: Columns of people.features with values: without a company nobody has colleagues.
    """
    config = settings()
    person, stranger = [], []
    for field in fields():
        specs = [config["fields"][field][level] for level in levels(field)[:-1]]
        person.append(_log([2 ** s["bits"] if "bits" in s else s["m"] for s in specs]))
        stranger.append(_log([1.0 if "bits" in s else s.get("u", 1.0) for s in specs]))
    tables = {PERSON: person, STRANGER: stranger}
    moved = config["moved"]
    if any(f in filled for f in moved["needs"]):
        tables[MOVED] = [
            _log([moved[f].get(level, 1.0) for level in levels(f)[:-1]]) if f in moved else person[i]
            for i, f in enumerate(fields())
        ]
    classes = {name: spec for name, spec in config["classes"].items() if any(f in filled for f in spec["needs"])}
    for name, spec in classes.items():
        tables[name] = [
            _log([spec[f].get(level, 1.0) for level in levels(f)[:-1]]) if f in spec else stranger[i].copy()
            for i, f in enumerate(fields())
        ]
    size = leads + config["reference"]
    odds = {PERSON: math.log2(2 * config["pairs_per_lead"] / size), STRANGER: 0.0}
    odds |= {name: math.log2(2 * pairs / size) for name, pairs in config["pairs_of_class"].items() if name in classes}
    if MOVED in tables:
        odds[MOVED] = odds[PERSON] + math.log2(moved["share"])
    known = np.array([averages.get(f, 0.0) for f in fields()])
    return Model(tables, odds, known, leads, config["namesakes"], 0.0)


@cache
def _exponents(field: str) -> Floats:
    spec = settings()["fields"][field]
    return np.array(
        [*(spec[n].get("tf", float("u" not in spec[n] and "bits" not in spec[n])) for n in levels(field)[:-1]), 0.0]
    )


def class_spec(name: str) -> dict[str, Any]:
    """The fields of which a class has a table of its own."""
    found: dict[str, Any] = settings()["moved"] if name == MOVED else settings()["classes"].get(name, {})
    return found


def log_likelihood(model: Model, encoded: Encoded, name: str, rare: Rarity | None = None) -> Floats:
    """Log2 likelihood of each pair under a class, by field; the share of the value is left out where all classes have it."""
    spec = class_spec(name)
    rare = rarity(model, encoded) if rare is None else rare
    usual = usual_shares(model)
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
            relative = _exponents(field)[codes] * (rare.shares[i] - usual[i])
            parts[i] += np.where(by_value(field)[codes], rare.shares[i], relative) if is_strange else relative
    if name not in (PERSON, MOVED) and "last_name" not in spec:
        parts[_FIRST] += _namesakes(model, rare, parts[_FIRST] + parts[_LAST])
    if name == STRANGER:
        _share_origin(model, encoded, parts)
    return parts


def same_level(field: int) -> int:
    """Code of the level ``same``."""
    return levels(fields()[field]).index("same")


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
