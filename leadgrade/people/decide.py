"""Taking decisions about who is who: ids looked up in the last publication, contradictions refused, the rest written down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from leadgrade.errors import InputError
from leadgrade.people.decisions import Decision, Kind, append, in_force, words
from leadgrade.people.overrides import refuse_contradictions

Leads = tuple[str, ...]

# a person's leads, the one that stands for it first; an id that went away stands for who has its leads now
_LEADS = """
with wanted as (
    select coalesce(max(changes.new_person_id), $id) as id
    from people.id_changes as changes where changes.old_person_id = $id
)
select members.lead_id, members.person_id
from people.members as members
inner join wanted on wanted.id in (members.person_id, members.lead_id)
order by members.is_survivor desc, members.lead_id"""


@dataclass(frozen=True, slots=True)
class Named:
    """An id that somebody named, with the leads that it stands for: a lead itself, or all of a person."""

    id: str
    leads: Leads
    person_id: str

    @property
    def is_lead(self) -> bool:
        """True for the id of a lead."""
        return self.leads == (self.id,)


def look_up(warehouse: Path, ids: Sequence[str]) -> list[Named]:
    """The leads behind ids of leads and people, as last published.

    Raises:
        InputError: nothing is published, or an id is unknown.
    """
    if not warehouse.is_file():
        raise InputError(f"nothing is published yet: {warehouse} is missing. Run: leadgrade run")
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return [_named(connection, name.strip()) for name in ids]


def _named(connection: duckdb.DuckDBPyConnection, name: str) -> Named:
    rows = connection.execute(_LEADS, {"id": name}).fetchall()
    if not rows:
        raise InputError(f"no lead and no person has the id {name[:60]!r}; ids are in people.members")
    return Named(name, tuple(lead for lead, _ in rows), rows[0][1])


def merge(home: Path, named: Sequence[Named], *, by: str, reason: str, now: datetime) -> Decision:
    """Decide that leads are one person from the next run on.

    Args:
        home: LEADGRADE_HOME.
        named: Two or more of :func:`look_up`; of a person all its leads of the last publication.
        by: Who decides.
        reason: Why.
        now: The present time, UTC without zone.

    Raises:
        InputError: fewer than two leads, a decision against it, or the same decision is in force.
    """
    parts = tuple(dict.fromkeys(n.leads for n in named))
    if len({lead for part in parts for lead in part}) < 2 or len(parts) < 2:
        raise InputError("merge needs two different leads or people at least")
    return _decide(home, "merge", parts, by, reason, now)


def split(home: Path, named: Sequence[Named], *, by: str, reason: str, now: datetime) -> Decision:
    """Decide that leads are never one person from the next run on.

    Args:
        home: LEADGRADE_HOME.
        named: A person and leads of it, which part from its other leads; or any two.
        by: Who decides.
        reason: Why.
        now: The present time, UTC without zone.

    Raises:
        InputError: nothing would part, a decision against it, or the same decision is in force.
    """
    return _decide(home, "split", _parts(named), by, reason, now)


def _parts(named: Sequence[Named]) -> tuple[Leads, Leads]:
    if len(named) < 2:
        raise InputError("split needs a person and leads of it, or two leads or people")
    whole, *others = named
    leads = {lead for other in others for lead in other.leads}
    if not whole.is_lead and leads <= set(whole.leads) and all(o.is_lead for o in others):
        rest = tuple(lead for lead in whole.leads if lead not in leads)
        if not rest:
            raise InputError(f"these are all leads of {whole.id}; name only those that are somebody else")
        return rest, tuple(o.id for o in others)
    if len(named) > 2:
        raise InputError(
            f"more than two ids: expected a person and leads of it, but {whole.id} does not have all of them"
        )
    if set(named[0].leads) & set(named[1].leads):
        raise InputError(
            "one of the two has the other; name the person first and then its leads that are somebody else"
        )
    return named[0].leads, named[1].leads


def undo(home: Path, number: int, *, by: str, reason: str, now: datetime) -> Decision:
    """Take a decision back from the next run on; its line stays.

    Raises:
        InputError: there is no such decision in force.
    """

    def make(decisions: list[Decision]) -> Decision:
        valid = {d.number for d in in_force(decisions)}
        if number not in valid:
            known = ", ".join(map(str, sorted(valid))) or "none"
            raise InputError(f"no decision {number} is in force; there are: {known}")
        return Decision(len(decisions) + 1, "undo", (), now, kept_by, kept_reason, number)

    kept_by, kept_reason = words(by, "the name"), words(reason, "the reason")
    return append(home, make)


def _decide(home: Path, kind: Kind, parts: tuple[Leads, ...], by: str, reason: str, now: datetime) -> Decision:
    kept_by, kept_reason = words(by, "the name"), words(reason, "the reason")

    def make(decisions: list[Decision]) -> Decision:
        new = Decision(len(decisions) + 1, kind, parts, now, kept_by, kept_reason)
        for known in in_force(decisions):
            if known.kind == kind and _content(known) == _content(new):
                raise InputError(f"decision {known.number} says the same and is in force")
        refuse_contradictions(decisions, new)
        return new

    return append(home, make)


def _content(decision: Decision) -> object:
    """What makes two decisions the same: of a merge all leads, of a split its two parts."""
    if decision.kind == "merge":
        return frozenset(decision.leads)
    return frozenset(frozenset(part) for part in decision.parts)
