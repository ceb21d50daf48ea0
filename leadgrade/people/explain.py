"""Why two leads are one person or two: what each field adds, in bits. Shows ids and levels, never personal data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Group, RenderableType
from rich.table import Table as Grid
from rich.text import Text

from leadgrade.engine import DuckDBEngine
from leadgrade.errors import InputError
from leadgrade.people.compare import compare, compare_query
from leadgrade.people.decisions import Decision
from leadgrade.people.model_table import from_frame
from leadgrade.people.overrides import Rulings
from leadgrade.people.weighing import REST, Weighed, weigh

# characters of the picture
_WIDTH = 44
# a rest below this is rounding
_LEAST_REST = 0.05


@dataclass(frozen=True, slots=True)
class PairExplanation:
    """What speaks for and against two leads being one person.

    Attributes:
        leads: The two leads.
        people: The person of each.
        weighed: Probability, weight and steps.
        is_compared: The two shared a key last night.
        followed: Decisions of people that the last published run followed: they count instead of the evidence.
        pending: Decisions that the next run will follow, where these are others.
        nearby: Decisions that the run followed about other leads of the two people, where there is none about these.
    """

    leads: tuple[str, str]
    people: tuple[str, str]
    weighed: Weighed
    is_compared: bool
    followed: tuple[Decision, ...] = ()
    pending: tuple[Decision, ...] | None = None
    nearby: tuple[Decision, ...] = ()


def _lead_of(engine: DuckDBEngine, key: str) -> tuple[str, str]:
    query = """
select m.lead_id, m.person_id from work.people.members as m
where m.lead_id = $key or (m.person_id = $key and m.is_survivor)"""
    rows = engine.collect(query, {"key": key}).rows()
    if not rows:
        raise InputError(f"no lead and no person has the id {key[:60]!r}; ids are in people.members")
    return str(rows[0][0]), str(rows[0][1])


def _leads_of(engine: DuckDBEngine, person_id: str) -> list[str]:
    query = "select m.lead_id from work.people.members as m where m.person_id = $person_id order by m.lead_id"
    return engine.collect(query, {"person_id": person_id})["lead_id"].to_list()


def _followed(engine: DuckDBEngine, decisions: Sequence[Decision]) -> list[Decision]:
    """The decisions that were in force in the run of the attached work file."""
    there = "select 1 from duckdb_tables() where database_name = 'work' and schema_name = 'people' and table_name = 'overrides'"
    if not engine.collect(there).height:
        return []
    query = "select distinct o.decision from work.people.overrides as o where o.is_in_force"
    numbers = set(engine.collect(query)["decision"])
    return [d for d in decisions if d.number in numbers]


def explain_pair(work_file: Path, a: str, b: str, decisions: Sequence[Decision] = ()) -> PairExplanation:
    """Weigh two leads again, by the model of the night that made the work file.

    Args:
        work_file: ``runs/<run>/work.duckdb``.
        a: A lead_id, or a person_id for the lead that stands for the person.
        b: Another one.
        decisions: What people decided, :func:`leadgrade.people.decisions.read`.

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
        weighed = weigh(compare(engine.collect(compare_query("people.chosen"))), model)[0]
        pair = "select 1 from work.people.scored where record_a = $record_a and record_b = $record_b"
        met = engine.collect(pair, {"record_a": weighed.record_a, "record_b": weighed.record_b})
        run = Rulings(_followed(engine, decisions))
        nearby = run.about_others(*(_leads_of(engine, person) for _, person in known))
    followed, pending = (rulings.about(*chosen.values()) for rulings in (run, Rulings(decisions)))
    leads, people = (tuple(k[i] for k in known) for i in (0, 1))
    return PairExplanation(
        (leads[0], leads[1]), (people[0], people[1]), weighed, bool(met.height), followed,
        None if pending == followed else pending, () if followed else nearby,
    )  # fmt: skip


def _bar(start: float, end: float, low: float, high: float) -> Text:
    """A block from one sum to the next: full for what speaks for one person, hatched for what speaks against; zero is a line."""
    scale = _WIDTH / (high - low)
    left, right = sorted(round((edge - low) * scale) for edge in (start, end))
    signs = [" "] * (_WIDTH + 1)
    signs[round(-low * scale)] = "│"
    signs[left : max(right, left + 1)] = ("█" if end >= start else "░") * max(right - left, 1)
    return Text("".join(signs).rstrip(), style="green" if end >= start else "red")


def _waterfall(weighed: Weighed) -> Grid:
    grid = Grid(box=None, pad_edge=False)
    for name, side in (("field", "left"), ("level", "left"), ("bits", "right"), ("sum", "right"), ("", "left")):
        grid.add_column(name, justify=side, no_wrap=True)  # type: ignore[arg-type]
    steps = [s for s in weighed.steps if s.field != REST or abs(s.bits) >= _LEAST_REST]
    sums = [0.0]
    for step in steps:
        sums.append(sums[-1] + step.bits)
    low, high = min(sums), max(*sums, min(sums) + 1)
    for step, start, end in zip(steps, sums, sums[1:], strict=False):
        grid.add_row(step.field, step.level, f"{step.bits:+.1f}", f"{end:+.1f}", _bar(start, end, low, high))
    grid.add_row("all", "", "", f"{weighed.weight:+.1f}", _bar(0.0, weighed.weight, low, high), style="bold")
    return grid


def _told(decision: Decision) -> str:
    words = {"merge": "they are one person", "split": "they are two"}[decision.kind]
    return f"  {decision.number} ({decision.decided_at:%Y-%m-%d}): {words}: {decision.reason}"


def _rulings(found: PairExplanation) -> list[str]:
    lines = []
    if found.followed:
        lines += ["Decided by people, whatever the evidence:", *map(_told, found.followed)]
    if found.nearby:
        lines += ["Decided by people about other leads of theirs:", *map(_told, found.nearby)]
    if found.pending:
        lines += ["Decided since; the next run follows it:", *map(_told, found.pending)]
    elif found.pending == ():
        lines.append("Taken back since: the next run goes by the evidence again.")
    return lines


def render(found: PairExplanation) -> RenderableType:
    """A waterfall of the evidence, for a terminal."""
    weighed = found.weighed
    same = "one person" if found.people[0] == found.people[1] else "two people"
    odds = f"{weighed.probability:.4f} by themselves ({weighed.weight:+.1f} bits)"
    head = f"{found.leads[0]} and {found.leads[1]}: {same} tonight, {odds}"
    notes = [] if found.is_compared else ["They share no key, so they were not compared in the run."]
    notes.append("█ for one person, ░ against; a bit doubles or halves the odds.")
    return Group(Text(head), _waterfall(weighed), *map(Text, notes + _rulings(found)))
