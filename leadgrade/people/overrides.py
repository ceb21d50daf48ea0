"""Decisions of people as constraints of the clusters: leads that go together whatever the evidence, and leads that never do."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence

import polars as pl

from leadgrade.engine.duckdb import polars_schema
from leadgrade.errors import InputError
from leadgrade.people.decisions import Decision, in_force, read
from leadgrade.run import Run


def groups(decisions: Iterable[Decision]) -> dict[str, str]:
    """Every lead of these merges, with the smallest lead of the group that they make."""
    above: dict[str, str] = {}

    def top(lead: str) -> str:
        above.setdefault(lead, lead)
        while above[lead] != lead:
            above[lead] = above[above[lead]]
            lead = above[lead]
        return lead

    for decision in decisions:
        if decision.kind == "merge":
            first, *others = (top(lead) for lead in decision.leads)
            for other in others:
                less, more = sorted((top(first), top(other)))
                above[more] = less
    return {lead: top(lead) for lead in above}


def contradictions(decisions: Sequence[Decision]) -> list[tuple[Decision, list[Decision]]]:
    """Splits in force that merges in force break, each with merges that lead from one part to the other."""
    valid = in_force(decisions)
    of = groups(valid)
    found = []
    for split in (d for d in valid if d.kind == "split"):
        ends = [{of.get(lead, lead): lead for lead in part} for part in split.parts]
        both = sorted(ends[0].keys() & ends[1].keys())
        if both:
            found.append((split, path(valid, ends[0][both[0]], ends[1][both[0]])))
    return found


def path(decisions: Iterable[Decision], start: str, end: str) -> list[Decision]:
    """The fewest merges that lead from one lead to another; none where nothing does."""
    of_lead: dict[str, list[Decision]] = {}
    for decision in decisions:
        for lead in decision.leads if decision.kind == "merge" else ():
            of_lead.setdefault(lead, []).append(decision)
    came: dict[str, tuple[str, Decision]] = {}
    taken: set[int] = set()
    waiting = deque([start])
    while waiting and end not in came:
        lead = waiting.popleft()
        for merge in of_lead.get(lead, ()):
            # a merge leads to all of its leads at once, so each is looked at once
            leads = () if merge.number in taken else merge.leads
            taken.add(merge.number)
            for other in leads:
                if other != start and other not in came:
                    came[other] = (lead, merge)
                    waiting.append(other)
    steps: list[Decision] = []
    while end != start and end in came:
        end, merge = came[end]
        steps.append(merge)
    return steps[::-1]


class Rulings:
    """What the decisions in force say of leads."""

    def __init__(self, decisions: Sequence[Decision]) -> None:
        self._valid = in_force(decisions)
        self._groups = groups(self._valid)
        # groups that are held apart, with the split and the leads of its parts
        self._apart = {
            self._ends(a, b): (split, a, b)
            for split in self._valid
            if split.kind == "split"
            for a in split.parts[0]
            for b in split.parts[1]
        }
        self._leads = {lead for d in self._valid for lead in d.leads}

    def _ends(self, a: str, b: str) -> frozenset[str]:
        return frozenset((self._groups.get(a, a), self._groups.get(b, b)))

    def settles(self, a: str, b: str) -> bool:
        """True where somebody decided that two leads are one person, or two."""
        ends = self._ends(a, b)
        return len(ends) == 1 or ends in self._apart

    def about(self, a: str, b: str) -> tuple[Decision, ...]:
        """The decisions that make two leads one person, or two; none where nobody decided."""
        ends = self._ends(a, b)
        if len(ends) == 1:
            return tuple(path(self._valid, a, b))
        if ends not in self._apart:
            return ()
        split, x, y = self._apart[ends]
        if self._groups.get(a, a) != self._groups.get(x, x):
            x, y = y, x
        return (*path(self._valid, a, x), split, *path(self._valid, y, b))

    def about_others(self, leads_a: Iterable[str], leads_b: Iterable[str]) -> tuple[Decision, ...]:
        """The decisions about any lead of the one and any of the other."""
        sides = [[lead for lead in leads if lead in self._leads] for leads in (leads_a, leads_b)]
        found = (self.about(a, b) for a in sides[0] for b in sides[1] if a != b)
        return next((decisions for decisions in found if decisions), ())


def refuse_contradictions(decisions: Sequence[Decision], new: Decision | None = None) -> None:
    """Raise where what people decided cannot hold together.

    Args:
        decisions: The decisions of the file.
        new: One that is about to be added.

    Raises:
        InputError: names the split and the merges that contradict each other.
    """
    for split, merges in contradictions([*decisions, *([new] if new else [])]):
        named = " and ".join(_name(merge, new) for merge in merges)
        raise InputError(
            f"{_name(split, new)} parts leads that {named} makes one person; both cannot hold. "
            "`leadgrade people decisions` shows what was decided, `leadgrade people undo N` takes one back"
        )


def _name(decision: Decision, new: Decision | None) -> str:
    return f"this {decision.kind}" if decision is new else f"decision {decision.number} ({decision.kind})"


def to_frame(decisions: Sequence[Decision]) -> pl.DataFrame:
    """Merges and splits, one row a decision and lead, without what the leads of the night tell."""
    valid = {d.number for d in in_force(decisions)}
    undone = {d.undoes: d.decided_at for d in decisions if d.kind == "undo"}
    of = groups(in_force(decisions))
    rows = [
        (d.number, d.kind, part, lead, of.get(lead, lead), d.number in valid, *told)
        for d in decisions
        for told in [(d.decided_at, d.decided_by, d.reason, undone.get(d.number))]
        for part, leads in enumerate(d.parts, 1)
        for lead in dict.fromkeys(leads)
    ]
    schema = {name: kind for name, kind in polars_schema("people.overrides").items() if name != "is_known"}
    return pl.DataFrame(rows, schema=schema, orient="row")


def build_overrides(run: Run) -> None:
    """Make ``people.overrides`` from the file of decisions and contacts.leads.

    Raises:
        InputError: the file is damaged, or its decisions contradict each other.
    """
    decisions = read(run.home)
    refuse_contradictions(decisions)
    run.engine.write("people.decisions", to_frame(decisions))
    run.engine.materialize(
        "people.overrides",
        "select decisions.*, leads.lead_id is not null as is_known from people.decisions as decisions "
        "left join contacts.leads as leads on decisions.lead_id = leads.lead_id",
    )
    run.engine.sql("drop table people.decisions")
