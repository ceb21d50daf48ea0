"""From levels of agreement to the probability that two leads are one person."""

from __future__ import annotations

import math
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from leadgrade.people.compare import FIELDS
from leadgrade.yaml_files import read_yaml

_FILE = Path(__file__).parent / "data" / "weights.yaml"
# levels of the given name that outweigh another surname (after a marriage), together with something personal
_FULL_FIRST = ("same", "nickname", "prefix", "typo", "similar")


@cache
def weights() -> dict[str, Any]:
    """The content of data/weights.yaml."""
    found: dict[str, Any] = read_yaml(_FILE)
    return found


def _table_size(leads: int) -> int:
    """Leads rounded up to a power of two, so that a night's growth does not move every weight a little."""
    return int(2 ** math.ceil(math.log2(max(leads, 1)))) + int(weights()["reference"])


def prior_bits(leads: int) -> float:
    """log2 of the odds that two leads drawn at random are one person."""
    return math.log2(2 * weights()["pairs_per_lead"] / _table_size(leads))


def _rarity(field: str, leads: int, most: int | None) -> pl.Expr:
    known = weights()["reference"] * weights()["shares"][field]
    records = pl.col(f"{field}_records").cast(pl.Float64).clip(None, most)
    expected: pl.Expr = (records + known).clip(1)
    return math.log2(_table_size(leads)) - expected.log(2)


def _bits(field: str, spec: dict[str, Any], leads: int) -> pl.Expr:
    """Bits of a field by its level."""
    chain: Any = pl
    for level, worth in spec.items():
        if isinstance(worth, dict):
            value = (
                _rarity(field, leads, worth.get("most")) * worth["rarity"] if worth["rarity"] else pl.lit(0.0)
            ) + worth["plus"]
            value = value.clip(worth.get("min"), worth.get("max"))
        else:
            value = pl.lit(float(worth))
        chain = chain.when(pl.col(field) == level).then(value)
    bits: pl.Expr = chain.otherwise(0.0)
    return bits


def _sum(group: str, leads: int) -> pl.Expr:
    return pl.sum_horizontal(_bits(field, spec, leads) for field, spec in weights()[group].items())


def _context(leads: int) -> pl.Expr:
    each = [_bits(field, spec, leads) for field, spec in weights()["context"].items()]
    gains = [bits.clip(0) for bits in each]
    losses = pl.sum_horizontal(bits.clip(None, 0) for bits in each)
    best, rest = pl.max_horizontal(gains), weights()["context_rest"]
    together: pl.Expr = best + (pl.sum_horizontal(gains) - best) * rest + losses
    return together


def _most_allowed() -> pl.Expr:
    """The guards: the highest probability that the kind of evidence allows."""
    guards = weights()["guards"]
    first, last = pl.col("first_name"), pl.col("last_name")
    agrees = {field: pl.col(field) == "same" for field in ("identifier", "email", "phone", "date_of_birth")}
    personal = pl.any_horizontal(agrees.values())
    sure = agrees["identifier"] | agrees["email"]
    several = pl.sum_horizontal(a.cast(pl.Int8) for a in agrees.values()) >= 2
    proven = agrees["identifier"] | (agrees["date_of_birth"] & (pl.col("identifier") == "similar"))
    part_missing = (first == "missing") | last.is_in(["missing", "initial"])
    cases = [
        (proven, 1.0),
        ((first == "different") & (agrees["email"] | several), guards["shared_mailbox"]),
        (first == "different", guards["household"]),
        (
            (last == "different") & ~(first.is_in(_FULL_FIRST) & (sure | agrees["date_of_birth"])),
            guards["other_last_name"],
        ),
        ((first == "missing") & (last == "missing") & ~sure, guards["no_name"]),
        (part_missing & ~personal, guards["half_name"]),
    ]
    chain: Any = pl
    for condition, most in cases:
        chain = chain.when(condition).then(most)
    allowed: pl.Expr = chain.otherwise(1.0)
    return allowed


def _evidence() -> pl.Expr:
    """JSON object of the fields that speak for or against, with their levels."""
    each = [
        pl.when(pl.col(f) != "missing").then(pl.concat_str(pl.lit(f'"{f}":"'), pl.col(f), pl.lit('"'))) for f in FIELDS
    ]
    return pl.concat_str(pl.lit("{"), pl.concat_str(each, separator=",", ignore_nulls=True), pl.lit("}"))


def score(compared: pl.DataFrame, leads: int) -> pl.DataFrame:
    """Weigh compared pairs.

    Args:
        compared: The result of :func:`leadgrade.people.compare.compare`.
        leads: Leads in the table, for the odds and the rarity of values.

    Returns:
        lead_id_a, lead_id_b, match_weight (bits), match_probability (0..1), evidence (JSON: field -> level).
    """
    weight = _sum("name", leads) + _sum("personal", leads) + _context(leads) + prior_bits(leads)
    weighed = compared.with_columns(weight.alias("match_weight"), _most_allowed().alias("_most"))
    probability = 1 / (1 + (-pl.col("match_weight").clip(-60, 60) * math.log(2)).exp())
    return weighed.select(
        "lead_id_a",
        "lead_id_b",
        pl.col("match_weight").round(3),
        pl.min_horizontal(probability, "_most").round(6).alias("match_probability"),
        _evidence().alias("evidence"),
    )
