"""The model of a table: how often fields agree among leads of one person, strangers, colleagues, a household."""

from __future__ import annotations

import math
from collections.abc import Container, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
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


# values of these are few in some tables and the same for all in others
_PLACES = {"company", "job_title", *FINER}
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
    """Prefix of levels of a field that share the pairs of a kind: within an agreed finer place, years of birth, texts."""
    return next((prefix for prefix in ("near_", "year_", "text_") if level.startswith(prefix)), "")


def class_spec(name: str) -> dict[str, Any]:
    """The fields of which a class has a table of its own."""
    found: dict[str, Any] = settings()["moved"] if name == MOVED else settings()["classes"].get(name, {})
    return found


def same_level(field: int) -> int:
    """Code of the level ``same``."""
    return levels(fields()[field]).index("same")


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


@dataclass(slots=True)
class Model:
    """Log2 likelihoods by class, field and level, and the odds of the classes.

    Attributes:
        tables: Class -> field -> log2 of the share of its pairs at each level.
        odds: Class -> log2 of its share of all pairs.
        namesakes: log2 of how much oftener than by chance strangers agree in both names: names go together by origin and age.
        averages: Leads that share the value of an average lead, by field.
        filled: Leads that have a value, by field.
        leads: Leads of the table.
        origin: log2 of how much oftener than other strangers namesakes are of one country.
    """

    tables: dict[str, list[Floats]]
    odds: dict[str, float]
    averages: Floats
    filled: Floats
    leads: int
    namesakes: float
    origin: float

    def own_leads(self, field: int) -> float:
        """Leads that a lead's own person has with its value, itself included: none of them is a stranger who has it by chance."""
        same = float(self.tables[PERSON][field][same_level(field)])
        return 1.0 + self.leads * math.exp2(self.odds[PERSON] + same)


@cache
def _near_codes(field: str) -> Codes:
    """Code of each level where a finer place agrees."""
    names = levels(field)
    return np.array([names.index(f"near_{n}") if f"near_{n}" in names else i for i, n in enumerate(names)], np.int16)


def encode(compared: pl.DataFrame) -> Encoded:
    """Turn levels into codes, wider places by whether a finer one agrees."""
    codes = np.empty((len(fields()), compared.height), dtype=np.int16)
    records = np.zeros((len(fields()), compared.height))
    for i, field in enumerate(fields()):
        text = compared[field]
        if (text == MISSING).all():
            codes[i] = len(levels(field)) - 1
            continue
        codes[i] = text.cast(pl.Enum(levels(field))).to_physical().to_numpy()
        if field in FINER:
            near = compared.select(pl.any_horizontal(pl.col(f) == "same" for f in FINER[field])).to_series()
            codes[i] = np.where(near.to_numpy(), _near_codes(field)[codes[i]], codes[i])
        if f"{field}_records" in compared.columns:
            records[i] = compared[f"{field}_records"].fill_null(0).to_numpy()
    present = {i for i, field in enumerate(fields()) if (codes[i] != len(levels(field)) - 1).any()}
    agree = (pl.col(field).is_in(["same", "swapped"]) for field in ("first_name", "last_name"))
    both = compared.select(pl.all_horizontal(agree)).to_series().to_numpy()
    full_names = np.where(both, compared["full_name_records"].fill_null(0).to_numpy(), np.nan)
    return Encoded(codes, records, full_names, frozenset(present))


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


def _with_chance(field: str, shares: list[float], chances: dict[str, float]) -> list[float]:
    """Shares of the levels where any two leads agree so often by chance: who moves within a table of one town stays in it."""
    chance = chances.get(field, 0.0) if field in _PLACES else 0.0
    names = levels(field)[:-1]
    return [
        share if family(name) else share * (1 - chance) + chance * (name == "same")
        for name, share in zip(names, shares, strict=True)
    ]


def prior_model(
    leads: int, averages: dict[str, float], filled: Container[str], counts: Mapping[str, float] = MappingProxyType({})
) -> Model:
    """The model before anything is learned.

    Args:
        leads: Leads of the table.
        averages: Leads that share the value of an average lead, by field.
        filled: Columns of people.features with values: without a company nobody has colleagues.
        counts: Leads that have a value, by field; all of them where it is not told.
    """
    config = settings()
    person, stranger = [], []
    for field in fields():
        specs = [config["fields"][field][level] for level in levels(field)[:-1]]
        person.append(_log([2 ** s["bits"] if "bits" in s else s["m"] for s in specs]))
        stranger.append(_log([1.0 if "bits" in s else s.get("u", 1.0) for s in specs]))
    tables = {PERSON: person, STRANGER: stranger}
    moved, chances = config["moved"], {f: min(n / max(counts.get(f, leads), 1), 1.0) for f, n in averages.items()}
    if any(f in filled for f in moved["needs"]):
        tables[MOVED] = [
            _log(
                _with_chance(
                    f, [moved[f].get(n, 2.0 ** config["fields"][f][n].get("bits", 0)) for n in levels(f)[:-1]], chances
                )
            )
            if f in moved
            else person[i]
            for i, f in enumerate(fields())
        ]
    classes = {name: spec for name, spec in config["classes"].items() if any(f in filled for f in spec["needs"])}
    for name, spec in classes.items():
        tables[name] = [
            _log(_with_chance(f, [spec[f].get(level, 1.0) for level in levels(f)[:-1]], chances))
            if f in spec
            else stranger[i].copy()
            for i, f in enumerate(fields())
        ]
    size = leads + config["reference"]
    odds = {PERSON: math.log2(2 * config["pairs_per_lead"] / size), STRANGER: 0.0}
    odds |= {name: math.log2(2 * pairs / size) for name, pairs in config["pairs_of_class"].items() if name in classes}
    if MOVED in tables:
        odds[MOVED] = odds[PERSON] + math.log2(moved["share"])
    known = np.array([averages.get(f, 0.0) for f in fields()])
    having = np.array([max(counts.get(f, leads), 1.0) for f in fields()])
    return Model(tables, odds, known, having, leads, config["namesakes"], 0.0)
