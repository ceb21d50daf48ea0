"""Which rows of a table stay, and how: the queries by which a database is written anew without erased people.

Rows are told by the ids that they bear, whatever the table is called, so that a new table needs no entry here. What is
special: the row ledger and the record of each file keep their rows and count them as erased, and a list of values that
says of nobody loses those that nobody else has.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from leadgrade.erasure.forms import quoted
from leadgrade.erasure.opened import Opened

# columns that name a lead, a person or a record, also one of two -> the ids that are erased
_IDS = {
    re.compile(r"(^|_)lead_id(_|$)"): "trace_leads",
    re.compile(r"(^|_)person_id(_|$)"): "trace_people",
    re.compile(r"^(record|fact)_id$"): "trace_records",
}
# columns that name a lead which others may share a cluster or a decision with: the row stays, the name goes
_POINTS_AT_LEAD = re.compile(r"^(cluster_id|together)$")
# a chain of keyed hashes without anything in clear: to take an entry out would break it
_WHOLE = ("hygiene.consent_ledger", "hygiene.consent_heads", "hygiene.consent_seals")
_FAILURES = "meta.rule_failures"
_ANY_ID = r"[a-z]_[0-9a-f]{20}"
ROWS_ERASED = "rows_erased"
_ERASED_LEADS = "erased_leads"
ERASED_ROWS = "raw.erased_rows"


@dataclass(frozen=True, slots=True)
class Kept:
    """How the rows of a table are written anew.

    Attributes:
        table: Its full name.
        where: Condition of the rows that stay, of the alias ``t``.
        values: Column -> SQL of what stands in it, where that is another value.
        is_whole: Nothing of it may change.
    """

    table: str
    where: str = "true"
    values: dict[str, str] = field(default_factory=dict)
    is_whole: bool = False


def kept(opened: Opened, table: str, reason: str) -> Kept:
    """How the rows of a table are written anew.

    Args:
        opened: The databases, with the tables of traces.
        table: Full name of the table.
        reason: Why rows are erased, as the row ledger says it.
    """
    name, columns = table.split(".", 1)[1], opened.tables[table]
    if name in _WHOLE:
        return Kept(table, is_whole=True)
    special = _SPECIAL.get(name)
    if special:
        return special(opened, table, reason)
    gone = list(_gone(opened, name, columns))
    where = " and ".join(f"not ({condition})" for condition in gone) or "true"
    return Kept(table, where, {column: _unless_erased(column) for column in filter(_POINTS_AT_LEAD.search, columns)})


def _unless_erased(column: str) -> str:
    return f"case when t.{column} not in (select id from trace_leads) then t.{column} end"


def _gone(opened: Opened, name: str, columns: dict[str, str]) -> Iterator[str]:
    """Conditions of the rows that go; none of them is ever null."""
    for pattern, ids in _IDS.items():
        for column in filter(pattern.search, columns):
            yield f"exists (select 1 from {ids} as erased where erased.id = t.{column})"
    if name.startswith("raw.") and {"file_id", "row_number"} <= set(columns):
        yield _is_erased_row(name)
    if name in _VALUES:
        yield from _VALUES[name](opened)


# tables of stage raw whose rows are those of another: what their object is in trace_rows
_ROWS_OF = {"raw.versions": "t.object", "raw.corrections": "'quarantine'"}


def _is_erased_row(name: str) -> str:
    """The row of a raw table, or one of a table that speaks of such rows."""
    same = "erased.file_id = t.file_id and erased.row_number = t.row_number"
    told = _ROWS_OF.get(name, quoted(name.removeprefix("raw.")))
    return f"exists (select 1 from trace_rows as erased where {same} and erased.object = {told})"


def _of_address(_: Opened) -> Iterator[str]:
    yield "exists (select 1 from trace_emails as erased where erased.id = t.email_id)"


def _of_number(_: Opened) -> Iterator[str]:
    yield "exists (select 1 from trace_phones as erased where erased.id = t.phone_id)"


def _of_failure(_: Opened) -> Iterator[str]:
    """Keys of broken rules: one id, or an id and more."""
    for ids in ("trace_leads", "trace_people", "trace_records"):
        yield f"""exists (
            select 1 from {ids} as erased
            where erased.id in (regexp_extract(t.key, '{_ANY_ID}'), regexp_extract(t.detail, '{_ANY_ID}'))
        )"""


def _of_value(opened: Opened) -> Iterator[str]:
    """How many share a value: where all of them are erased, the value goes."""
    features = opened.find("people.features")
    if features:
        texts = [c for c, kind in opened.tables[features].items() if kind == "VARCHAR" and c != "lead_id"]
        yield f"""
            t.records <= (select count(*) from trace_leads) and coalesce(t.value in (
                select unnest([{", ".join(texts)}]) from {features} where lead_id in (select id from trace_leads)
            ), false)
        """


def _of_domain(opened: Opened) -> Iterator[str]:
    """What the domain name system said of a domain that only erased people have."""
    emails = opened.find("contacts.emails", "domain")
    if emails:
        yield f"""
            exists (select 1 from {emails} as e where e.domain = t.domain and e.email_id in (select id from trace_emails))
            and not exists (
                select 1 from {emails} as e where e.domain = t.domain and e.email_id not in (select id from trace_emails)
            )
        """


_VALUES: dict[str, Callable[[Opened], Iterator[str]]] = {
    "contacts.emails": _of_address,
    "contacts.phones": _of_number,
    "contacts.mail_servers": _of_domain,
    "people.value_counts": _of_value,
    _FAILURES: _of_failure,
}


def _ledger(_: Opened, table: str, reason: str) -> Kept:
    """Each row keeps its place; that of an erased one says so and nothing else."""
    same = "erased.file_id = t.file_id and erased.row_number = t.row_number"
    is_erased = f"exists (select 1 from trace_rows as erased where {same})"
    values = {"disposition": "'erased'", "reason": quoted(reason), "lead_id": "null", "person_id": "null"}
    return Kept(table, values={c: f"case when {is_erased} then {said} else t.{c} end" for c, said in values.items()})


def _files(opened: Opened, table: str, _: str) -> Kept:
    """The rows of each file add up: those erased are taken from the accepted or refused ones."""
    refused = "trace.object = 'quarantine'"

    def erased(condition: str) -> str:
        return f"(select count(*) from trace_rows as trace where trace.file_id = t.file_id and {condition})"

    before = f"coalesce(t.{ROWS_ERASED}, 0)" if ROWS_ERASED in opened.tables[table] else "0"
    return Kept(table, values={
        "rows_accepted": f"t.rows_accepted - {erased(f'not {refused}')}",
        "rows_quarantined": f"t.rows_quarantined - {erased(refused)}",
        ROWS_ERASED: f"{before} + {erased('true')}",
    })  # fmt: skip


def _places(_: Opened, table: str, __: str) -> Kept:
    """Rows that were turned away are emptied in the files that are kept, and nobody need be told of them any more."""
    return Kept(table, values={"came_erased": "false"})


def _nights(opened: Opened, table: str, _: str) -> Kept:
    """The last night that was compared counts the leads that its tables lose: the next one may not go on from them."""
    inputs = opened.find("people.inputs", "lead_id")
    if not inputs:
        return Kept(table)
    before = f"coalesce(t.{_ERASED_LEADS}, 0)" if _ERASED_LEADS in opened.tables[table] else "0"
    known = f"(select count(*) from {inputs} where lead_id in (select id from trace_leads))"
    is_last = f"t.night = (select max(last.night) from {table} as last)"
    counted = f"nullif({before} + case when {is_last} then {known} else 0 end, 0)"
    return Kept(table, values={_ERASED_LEADS: counted})


_SPECIAL: dict[str, Callable[[Opened, str, str], Kept]] = {
    "raw.row_ledger": _ledger,
    "raw.files": _files,
    ERASED_ROWS: _places,
    "people.matching_runs": _nights,
}


def erased_rows(opened: Opened) -> str:
    """A query of the rows that are erased, as ``raw.erased_rows`` holds them; ``$reason`` and ``$at`` say why and when."""
    quarantine = opened.find("raw.quarantine", "object")
    taken_for = "t.object"
    if quarantine:
        same = "refused.file_id = t.file_id and refused.row_number = t.row_number"
        refused = f"(select any_value(refused.object) from {quarantine} as refused where {same})"
        taken_for = f"case when t.object = 'quarantine' then {refused} else t.object end"
    return f"""
        select t.file_id, t.row_number, {taken_for} as object, $reason as reason, $at as erased_at, false as came_erased
        from trace_rows as t
    """
