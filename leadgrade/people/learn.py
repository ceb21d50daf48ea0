"""What a table teaches about itself, without labels: how often fields agree among its people, strangers and colleagues.

Expectation and maximisation over the sample of :mod:`leadgrade.people.sample`: guess who is one person by the model, count how
often fields agree among those, and again.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import polars as pl

from leadgrade.engine import DuckDBEngine
from leadgrade.people.compare import compare
from leadgrade.people.likelihood import posterior, usual_shares
from leadgrade.people.model import (
    MISSING,
    MOVED,
    PERSON,
    STRANGER,
    Encoded,
    Floats,
    Model,
    by_value,
    class_spec,
    family,
    fields,
    levels,
    prior_model,
    same_level,
    settings,
)
from leadgrade.people.paired import Paired
from leadgrade.people.sample import MOST_CANDIDATES, build_sample
from leadgrade.people.weighed_sample import Masks, WeighedSample, weighed_sample

# pairs that each pair of the sample stands for, and the square of that
Weights = tuple[Floats, Floats]
ROUNDS = 20
# bits: where the odds of one person change by less from round to round, further ones change next to nothing
_STILL = 0.005
# a column with fewer values than this share of the leads is as good as none
FILLED = 0.02
# below this many leads a table teaches nothing that its few pairs would not distort
FEWEST_LEADS = 200
# what a text says of one person only another field can tell
_TEXTS = {"other"}
_SAMPLE = "people.sampled_pairs"


def _averages(engine: DuckDBEngine) -> tuple[dict[str, float], dict[str, float]]:
    """By field, leads that share the value of an average lead (of what belongs to somebody, people) and leads that have one."""
    names = {
        "first": "first_name",
        "last": "last_name",
        "title": "job_title",
        "postal": "postal_code",
        "dob": "date_of_birth",
    }
    query = """
select v.field,
    sum(v.records::double * case when v.field in ('email', 'phone', 'identifier') then v.names else v.records end)
    / sum(v.records) as share,
    sum(v.records)::double as filled
from people.value_counts as v group by v.field"""
    rows = [(names.get(field, field), share, filled) for field, share, filled in engine.collect(query).rows()]
    return {field: share for field, share, _ in rows}, {field: filled for field, _, filled in rows}


def _filled(engine: DuckDBEngine, leads: int) -> set[str]:
    columns = ("company", "domain", "street", "phone", "email")
    counts = ", ".join(f"count(f.{c}) as {c}" for c in columns)
    row = engine.collect(f"select {counts} from people.features as f").row(0, named=True)
    return {column for column, count in row.items() if count >= FILLED * leads and count}


@dataclass(frozen=True, slots=True)
class Learned:
    """What a table taught.

    Attributes:
        model: Its model.
        compared: All candidates as :func:`leadgrade.people.compare.compare` tells them, where they are so few that the sample
            holds them all; else None.
    """

    model: Model
    compared: pl.DataFrame | None = None


def learn(engine: DuckDBEngine, paired: Paired) -> Learned:
    """What the table in ``people.features`` teaches, whose pairs are in ``people.candidates``."""
    leads, candidates = engine.count("people.features"), engine.count("people.candidates")
    averages, counts = _averages(engine)
    model = prior_model(leads, averages, _filled(engine, leads), counts)
    if leads < FEWEST_LEADS or not candidates:
        return Learned(model)
    compared = _compared_sample(engine, paired)
    sample = weighed_sample(compared)
    is_text = {fields()[i] for i in sample.encoded.present} <= _TEXTS
    fitted = _fit(model, sample, _same_names(engine), learned=() if is_text else tuple(model.tables))
    return Learned(fitted, compared.filter("is_candidate") if candidates <= MOST_CANDIDATES else None)


def _compared_sample(engine: DuckDBEngine, paired: Paired) -> pl.DataFrame:
    build_sample(engine, _SAMPLE)
    compared = [
        compare(*add(batch)).with_columns(batch["weight"], batch["is_candidate"])
        for query, add in paired.few(_SAMPLE, ", p.weight, p.is_candidate")
        for batch in engine.batches(query)
    ]
    engine.sql(f"drop table {_SAMPLE}")
    return pl.concat(compared).sort("record_a", "record_b", "weight")


def _counts(totals: Floats, squares: Floats, mask: Masks) -> Floats:
    """Pairs at each level of the mask, scaled down to the number of independent pairs that their weights are worth."""
    counts = np.where(mask, totals, 0.0)
    known, square = float(counts.sum()), float(squares[mask].sum())
    return counts * (known / square if square > 0 else 0.0)


def _shares(prior: Floats, counts: Floats, strength: float, learned: Masks) -> Floats:
    """Log2 shares of the levels, the prior counting as `strength` pairs; levels that are not learned stay."""
    before = np.where(learned, np.exp2(prior[:-1]), 0.0)
    mass = before.sum()
    together = before / mass * strength + np.where(learned, counts, 0.0)
    after = together / (strength + counts[learned].sum()) * min(mass, 1.0)
    return np.append(np.where(learned, np.log2(np.maximum(after, 1e-9)), prior[:-1]), 0.0)


@cache
def _groups(field: str, name: str) -> list[Masks]:
    """Masks of levels that are learned together."""
    spec, names = settings()["fields"][field], levels(field)[:-1]
    families = dict.fromkeys(family(n) for n in names)
    masks = [np.array([family(n) == one and "bits" not in spec[n] for n in names]) for one in families]
    if name == STRANGER:
        masks = [mask & ~by_value(field)[:-1] for mask in masks]
    return [mask for mask in masks if mask.any()]


def _learned_field(prior: Floats, codes: np.ndarray[Any, Any], field: str, name: str, weights: Weights) -> Floats:
    config = settings()
    size = len(levels(field))
    totals, squares = (np.bincount(codes, weights=w, minlength=size)[: size - 1].astype(np.float64) for w in weights)
    table = prior
    for mask in _groups(field, name):
        counts = _counts(totals, squares, mask)
        # pairs that no key found are less alike than those that one did
        unseen = config["unseen"] * counts.sum() if name == PERSON else 0.0
        table = _shares(table, counts, config["strength"] + unseen, mask)
    return _capped(table, field) if name == PERSON else table


def _capped(table: Floats, field: str) -> Floats:
    """Hold down how often one person's values differ in what makes a person.

    A table without duplicates has other pairs that are alike by chance; held to be people they would teach that names differ.
    """
    spec, names = settings()["fields"][field], levels(field)[:-1]
    capped = table.copy()
    for level, name in enumerate(names):
        share, most = 2.0 ** float(table[level]), spec[name].get("most")
        if most is not None and share > most:
            others = [
                i for i, n in enumerate(names) if i != level and "bits" not in spec[n] and family(n) == family(name)
            ]
            capped[others] += math.log2((1 - most) / (1 - share))
            capped[level] = math.log2(most)
    return capped


def _learned_tables(prior: Model, sample: WeighedSample, name: str, found: dict[str, Floats]) -> list[Floats]:
    spec, encoded = class_spec(name), sample.encoded
    stay = found[name]
    every = stay + found[MOVED] if name == PERSON and MOVED in found else stay
    own, shared = ((share * sample.weights, share * share * sample.squares) for share in (stay, every))
    tables = []
    for i, field in enumerate(fields()):
        is_open = (name in (PERSON, STRANGER) or field in spec) and field not in spec.get("fixed", ())
        before = prior.tables[name][i]
        if not is_open or i not in encoded.present:
            tables.append(before)
            continue
        of_field = own if field in settings()["moved"] else shared
        tables.append(_learned_field(before, encoded.codes[i], field, name, of_field))
    return tables


def learned_odds(prior: Model, found: dict[str, Floats], weights: Floats) -> dict[str, float]:
    """log2 of the share of all pairs that is of each class, the prior counting as a few pairs."""
    pairs, few = prior.leads * (prior.leads - 1) / 2, settings()["prior_pairs"]
    odds = dict(prior.odds)
    for name in odds.keys() - {STRANGER, MOVED}:
        total = float((found[name] * weights).sum())
        # pairs that share two values are counted twice, so a share may come out above one
        most = settings()["most_pairs_of_class"].get(name, prior.leads) * prior.leads / pairs
        share = (total + few) / (pairs + few / 2.0 ** prior.odds[name])
        odds[name] = math.log2(min(share, most, 0.5))
    if MOVED in odds:
        spec = settings()["moved"]
        of_one, moved = (float((found[name] * weights).sum()) for name in (PERSON, MOVED))
        share = (moved + spec["strength"] * spec["share"]) / (of_one + spec["strength"])
        odds[MOVED] = odds[PERSON] + math.log2(min(share, spec["most"]))
    return odds


def _same_names(engine: DuckDBEngine) -> float:
    """Pairs of leads that have both names in common, counted in the whole table: a sample holds few of them or none."""
    query = "select coalesce(sum(v.records * (v.records - 1) / 2), 0.0) from people.value_counts as v where v.field = 'name'"
    return float(engine.collect(query).item())


def _learned_namesakes(prior: Model, model: Model, pairs: float) -> float:
    """log2 of the pairs of strangers that agree in both names over those expected by chance."""
    first, last = usual_shares(model)[:2]
    expected = prior.leads**2 / 2 * 2.0 ** float(first + last)
    few = settings()["prior_pairs"]
    learned = math.log2((pairs + few * 2.0**prior.namesakes) / (expected + few))
    return float(np.clip(learned, 0.0, settings()["most_namesakes"]))


def _learned_origin(model: Model, encoded: Encoded, weights: Floats) -> float:
    """log2 of how much oftener strangers of one full name are of one country than strangers are."""
    i, few = fields().index("country"), settings()["strength"]
    is_namesake = ~np.isnan(encoded.full_names) & (encoded.codes[i] != levels("country").index(MISSING))
    chance = 2.0 ** float(model.tables[STRANGER][i][same_level(i)])
    is_same = np.isin(encoded.codes[i], [same_level(i), levels("country").index("near_same")])
    rate = (weights[is_namesake & is_same].sum() + few * chance) / (weights[is_namesake].sum() + few)
    return float(np.clip(math.log2(rate / chance), 0.0, settings()["most_namesakes"]))


def _strangers_of_one_name(found: dict[str, Floats], encoded: Encoded, weights: Floats, same_names: float) -> float:
    """Pairs of two people among those that have both names in common.

    Movers beyond the share that is expected count among them: in a large table namesakes are the most of those who share their
    names and nothing else, and held to be movers once they would be for good.
    """
    has_both = ~np.isnan(encoded.full_names)
    moved = found.get(MOVED, np.zeros(len(weights)))
    credible: float = settings()["moved"]["share"] * float((found[PERSON] * weights).sum())
    movers = min(float((moved * weights)[has_both].sum()), credible)
    return max(same_names - float((found[PERSON] * weights)[has_both].sum()) - movers, 0.0)


def _fit(prior: Model, sample: WeighedSample, same_names: float, learned: tuple[str, ...]) -> Model:
    """The model after some rounds; of classes that are not learned only how many pairs there are."""
    model, encoded, weights = prior, sample.encoded, sample.weights
    for _ in range(ROUNDS):
        found = posterior(model, encoded)
        # who shares no key is not one person: a small doubt about each of very many pairs would drown what the candidates say
        for name in found.keys() & {PERSON, MOVED}:
            found[name] = found[name] * sample.is_candidate
        tables = prior.tables | {n: _learned_tables(prior, sample, n, found) for n in learned}
        others = (1 - found[PERSON] - found.get(MOVED, 0.0)) * weights
        pairs = _strangers_of_one_name(found, encoded, weights, same_names)
        namesakes, origin = _learned_namesakes(prior, model, pairs), _learned_origin(model, encoded, others)
        before, odds = model.odds, learned_odds(prior, found, weights)
        model = Model(tables, odds, prior.averages, prior.filled, prior.leads, namesakes, origin)
        if all(abs(odds[name] - before[name]) < _STILL for name in odds.keys() & {PERSON, MOVED}):
            break
    return model
