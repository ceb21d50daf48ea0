"""Why an export holds nothing: what was asked for, and by which condition each candidate was left out."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from leadgrade.export.queries import ALLOWED, IS_META, REFUSED, UNFIT, UNSHARED, attach
from leadgrade.publish import Home

_UNSHARED = "opted out of sale and sharing"
_STATE = "select person_id from w.hygiene.consent where channel = '{}' and state in {}"


@dataclass(frozen=True, slots=True)
class Asked:
    """What an export asks for.

    Attributes:
        things: What the candidates are.
        source: The candidates, as the ``from`` of a query.
        conditions: Words of a condition -> SQL that is true where the candidate does not meet it. The first one counts.
    """

    things: str
    source: str
    conditions: dict[str, str]


def left_out(home: Home, kind: str, target: str) -> tuple[str, int, list[tuple[str, int]]]:
    """What the candidates of an export are, how many there are, and how many each condition leaves out; none is counted twice.

    Args:
        home: Where the generations lie.
        kind: See :func:`leadgrade.export.export_query`.
        target: The same.
    """
    asked = {"audience": _audience, "conversions": _conversions, "crm": _crm}[kind](target)
    cases = " ".join(f"when {test} then {n}" for n, test in enumerate(asked.conditions.values()))
    query = f"select case {cases} end as place, count(*) as candidates from {asked.source} group by all"
    folder = home.published / str(home.current())
    with duckdb.connect() as connection:
        attach(connection, folder)
        found: dict[int | None, int] = dict(connection.execute(query).fetchall())
    counts = [(words, found.get(n, 0)) for n, words in enumerate(asked.conditions)]
    return asked.things, sum(found.values()), counts


def _audience(_: str) -> Asked:
    refused = " and ".join(
        f"(golden.{column} is null or golden.person_id in ({_STATE.format(channel, REFUSED)}))"
        for column, channel in (("email", "email"), ("phone_e164", "phone"))
    )
    return Asked("people", "p.people.golden as golden", {
        "no sign of a student, a competitor, spam or a bot": (
            f"golden.person_id not in (select person_id from w.hygiene.risk where signal in {UNFIT})"
        ),
        "no address and no number": "golden.email is null and golden.phone_e164 is null",
        "refused, or their consent has ended, on every channel that they have": refused,
        _UNSHARED: UNSHARED,
    })  # fmt: skip


def _conversions(target: str) -> Asked:
    source = """w.raw.opportunities as deals
        inner join w.raw.row_ledger as ledger
            on deals.file_id = ledger.file_id and deals.row_number = ledger.row_number
            and ledger.object = 'opportunities' and ledger.disposition = 'golden'
        left join w.people.links as links on deals.record_id = links.record_id and links.object = 'opportunities'
        left join p.people.golden as golden on links.person_id = golden.person_id"""
    foreign = f"not {IS_META}" if target == "meta" else IS_META
    return Asked("deals", source, {
        "not won, or without a close date": "deals.is_won is not true or deals.close_date is null",
        "of no person that is known": "golden.person_id is null",
        "the person has no click id of an ad (click_id, gclid, fbclid of the leads)": "golden.click_id is null",
        f"the click id is not {target}'s": foreign,
        _UNSHARED: UNSHARED,
        "no consent to e-mail that is proved or not needed": f"golden.person_id not in ({_STATE.format('email', ALLOWED)})",
    })  # fmt: skip


def _crm(target: str) -> Asked:
    source = """w.contacts.leads as leads
        left join w.people.members as members on leads.lead_id = members.lead_id
        left join w.scores.quality as quality on members.person_id = quality.person_id"""
    return Asked("leads", source, {
        f"not of {target} (system of sources.yaml)": f"leads.system is distinct from '{target}'",
        "without a record id of the source": "leads.source_record_id is null",
        "without a grade": "quality.person_id is null",
    })  # fmt: skip


def why_nothing(home: Home, kind: str, target: str) -> list[str]:
    """Sentences on an export that holds nothing."""
    things, candidates, counts = left_out(home, kind, target)
    if not candidates:
        return [f"the last publication has no {things}"]
    return [
        f"none of {candidates:,} {things} is in it; left out:",
        *(f"  {n:>9,}  {words}" for words, n in counts if n),
    ]
