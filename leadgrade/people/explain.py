"""Why two leads are one person or two: what each field adds, in bits. Shows ids and levels, never personal data."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl
from rich.console import Group, RenderableType
from rich.table import Table as Grid
from rich.text import Text

from leadgrade.engine import DuckDBEngine
from leadgrade.errors import InputError
from leadgrade.people.compare import compare, compare_query
from leadgrade.people.model import MISSING, PERSON, Model, encode, fields, levels, log_likelihood, posterior
from leadgrade.people.model_table import from_frame
from leadgrade.people.score import score

_TABLES = ("model", "features", "members")
_BAR = 2  # bits a character


@dataclass(frozen=True, slots=True)
class PairExplanation:
    """What speaks for and against two leads being one person.

    Attributes:
        leads: The two leads.
        people: The person of each.
        probability: That they are one person.
        weight: Its log2 odds.
        rival: What they are most likely else: stranger, workplace or household.
        start: Bits before anything is compared: how rare one person is against the rival.
        steps: field, level, bits: what each compared field adds.
        is_compared: The two shared a key last night.
    """

    leads: tuple[str, str]
    people: tuple[str, str]
    probability: float
    weight: float
    rival: str
    start: float
    steps: list[tuple[str, str, float]]
    is_compared: bool


def _lead_of(engine: DuckDBEngine, key: str) -> tuple[str, str]:
    query = """
select m.lead_id, m.person_id from work.people.members as m
where m.lead_id = $key or (m.person_id = $key and m.is_survivor)"""
    rows = engine.collect(query, {"key": key}).rows()
    if not rows:
        raise InputError(f"no lead and no person has the id {key[:60]!r}; ids are in people.members")
    return str(rows[0][0]), str(rows[0][1])


def _steps(model: Model, compared: pl.DataFrame) -> tuple[str, float, list[tuple[str, str, float]]]:
    encoded = encode(compared, model.leads)
    found = posterior(model, encoded)
    rival = max((name for name in found if name != PERSON), key=lambda name: float(found[name][0]))
    gained = (log_likelihood(model, encoded, PERSON) - log_likelihood(model, encoded, rival))[:, 0]
    named = [(field, levels(field)[encoded.codes[i, 0]], float(gained[i])) for i, field in enumerate(fields())]
    steps = sorted((s for s in named if s[1] != MISSING), key=lambda step: -step[2])
    return rival, model.odds[PERSON] - model.odds[rival], steps


def explain_pair(work_file: Path, a: str, b: str) -> PairExplanation:
    """Weigh two leads again, by the model of the night that made the work file.

    Args:
        work_file: ``runs/<run>/work.duckdb``.
        a: A lead_id, or a person_id for the lead that stands for the person.
        b: Another one.

    Raises:
        InputError: an id is unknown, or both are of one lead.
    """
    with DuckDBEngine() as engine:
        engine.sql(f"attach '{work_file}' as work (read_only)")
        known = sorted((_lead_of(engine, a), _lead_of(engine, b)))
        if known[0][0] == known[1][0]:
            raise InputError("both ids are of one lead; expected two")
        model = from_frame(engine.collect("select * from work.people.model"))
        chosen = {"a": known[0][0], "b": known[1][0]}
        engine.sql(
            "create table people.features as select * from work.people.features where lead_id in ($a, $b)", chosen
        )
        engine.sql(
            "create table people.chosen as select min(record) as record_a, max(record) as record_b from people.features"
        )
        compared = compare(engine.collect(compare_query("people.chosen")))
        row = score(compared, model, 0.0).row(0, named=True)
        pair = "select 1 from work.people.scored where record_a = $record_a and record_b = $record_b"
        met = engine.collect(pair, {k: row[k] for k in ("record_a", "record_b")})
    rival, start, steps = _steps(model, compared)
    leads, people = (tuple(k[i] for k in known) for i in (0, 1))
    return PairExplanation(
        (leads[0], leads[1]), (people[0], people[1]), row["match_probability"], row["match_weight"], rival, start, steps,
        bool(met.height),
    )  # fmt: skip


def _bar(bits: float, total: float) -> Text:
    """The step as a block between the sum before it and the sum after it, around the middle."""
    before, after = sorted((total - bits, total))
    left, width = max(round(before / _BAR) + 15, 0), max(round((after - before) / _BAR), 1)
    return Text(" " * min(left, 40) + "█" * min(width, 30), style="green" if bits >= 0 else "red")


def render(found: PairExplanation) -> RenderableType:
    """A waterfall of the evidence, for a terminal."""
    grid = Grid(box=None, pad_edge=False)
    for name, side in (("field", "left"), ("level", "left"), ("bits", "right"), ("sum", "right"), ("", "left")):
        grid.add_column(name, justify=side)  # type: ignore[arg-type]
    total = 0.0
    for field, level, bits in [("before", f"against {found.rival}", found.start), *found.steps]:
        total += bits
        grid.add_row(field, level, f"{bits:+.1f}", f"{total:+.1f}", _bar(bits, total))
    same = "one person" if found.people[0] == found.people[1] else "two people"
    odds = f"{found.probability:.4f} by themselves ({found.weight:+.1f} bits)"
    head = f"{found.leads[0]} and {found.leads[1]}: {same} tonight, {odds}"
    note = "" if found.is_compared else "They share no key, so they were not compared in the run."
    return Group(Text(head), grid, Text(note))
