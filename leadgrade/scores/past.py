"""What was known at a time in the past: cuts the raw tables of a copied work file back to it.

Two ways of saying what "known" means:

``arrived``: rows of the files that had been taken in by then, whatever dates they bear. That is what the night saw.
``dated``: rows that bear a date up to then, whenever they came. For the time before the first file came.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from leadgrade import contract
from leadgrade.engine import DuckDBEngine

Facts = Literal["arrived", "dated"]

_DATES = {
    "raw.events": "occurred_at",
    "raw.consents": "captured_at",
    "raw.suppressions": "added_at",
    "raw.activities": "occurred_at",
    "raw.sales_decisions": "occurred_at",
    "raw.intent_signals": "occurred_at",
    "raw.campaign_spend": "occurred_at",
    "raw.enrichments": "enriched_at",
    "raw.accounts": "created_at",
    "raw.opportunities": "created_at",
    "raw.orders": "ordered_at",
}
"""When each row happened; one without a date was always known."""

_DELETED = "coalesce(lower(r.is_deleted) in ('true', 't', 'yes', 'y', '1', '1.0', 'on', 'x'), false)"
_VERSIONS = {
    "raw.leads": ("lead_id", "version_at", _DELETED),
    "raw.accounts": ("record_id", "updated_at", "false"),
    "raw.opportunities": ("record_id", "updated_at", "false"),
    "raw.orders": ("record_id", "updated_at", "false"),
}
"""Records that come again when they change: their key, the time of a version, and whether it says that the record is gone."""

# tonight's people keep their ids, and nobody gets an id that was given away
_KEPT = {"people.members", "people.id_changes", "scores.history"}


def facts_at(engine: DuckDBEngine, as_of: datetime) -> Facts:
    """Arrived where a file had been taken in by then, else dated."""
    query = "select count(*) as n from raw.files where status = 'taken' and ingested_at <= $as_of"
    return "arrived" if engine.collect(query, {"as_of": as_of})["n"][0] else "dated"


def cut(engine: DuckDBEngine, as_of: datetime, facts: Facts) -> None:
    """Take from the tables what was not known at ``as_of``, and what later nights made of it.

    Args:
        engine: A copy of a work file. raw.versions has to be made anew afterwards.
        as_of: UTC without zone.
        facts: What known means, see above.
    """
    # an older release may have made the file
    for table in ("raw.files", *_of_files()):
        engine.ensure(table)
    if facts == "arrived":
        _cut_files(engine, as_of)
    else:
        _cut_leads(engine, as_of)
        for table, column in _DATES.items():
            engine.sql(f"delete from {table} as r where r.{column} > $as_of", {"as_of": as_of})
        for table in _VERSIONS:
            _cut_versions(engine, table, as_of)
    engine.ensure("contacts.provider_answers")
    engine.sql("delete from contacts.provider_answers as r where r.asked_at > $as_of", {"as_of": as_of})
    _drop_made(engine)
    engine.checkpoint()


def _of_files() -> list[str]:
    """The tables of the intake that say from which file a row came; raw.versions and the like are made from them."""
    made = {"raw.files", "raw.records", "raw.versions", "raw.deliveries", "raw.snapshot_losses", "raw.row_ledger"}
    tables = (table for table in contract.tables().values() if table.stage == "raw" and table.name not in made)
    return [table.name for table in tables if any(c.name == "file_id" for c in table.columns)]


def forget_lists(engine: DuckDBEngine) -> None:
    """For ``dated``: nobody is gone because a later whole list leaves them out; when they went is not known."""
    engine.sql("update config.source_modes set mode = 'append' where mode = 'snapshot'")
    engine.sql("update raw.files set mode = 'append' where mode = 'snapshot'")


def _cut_files(engine: DuckDBEngine, as_of: datetime) -> None:
    late = {"as_of": as_of}
    engine.sql("create or replace table scratch.late as select file_id from raw.files where ingested_at > $as_of", late)
    for table in _of_files():
        engine.sql(f"delete from {table} as r using scratch.late as l where r.file_id = l.file_id")
    engine.sql("delete from raw.files where ingested_at > $as_of", late)
    # what was offered again since had been offered by then
    engine.sql("update raw.files set offered_at = $as_of where offered_at > $as_of", late)
    engine.sql("drop table scratch.late")


def _cut_leads(engine: DuckDBEngine, as_of: datetime) -> None:
    """Leads created later go, with all their versions."""
    engine.sql(
        "delete from raw.leads as r using contacts.leads as l where r.lead_id = l.lead_id and l.created_at > $as_of",
        {"as_of": as_of},
    )


def _cut_versions(engine: DuckDBEngine, table: str, as_of: datetime) -> None:
    """Later versions go. Of a record that has no earlier one the first is kept: its fields are as of later."""
    key, version_at, is_gone = _VERSIONS[table]
    engine.sql(
        f"""
delete from {table} as r using (
    select v.file_id, v.row_number from (
        select
            r.file_id, r.row_number, r.{version_at} as version_at, {is_gone} as is_gone,
            row_number() over (
                partition by r.{key} order by {is_gone}, r.{version_at} nulls first, r.file_id, r.row_number
            ) as place
        from {table} as r
    ) as v
    where v.version_at > $as_of and (v.place > 1 or v.is_gone)
) as late
where r.file_id = late.file_id and r.row_number = late.row_number""",
        {"as_of": as_of},
    )


def _drop_made(engine: DuckDBEngine) -> None:
    """The tables of people, hygiene and scores go: they hold what later nights learned, compared and sealed."""
    for kind in ("view", "table"):
        names = engine.collect(
            f"select schema_name || '.' || {kind}_name as name from duckdb_{kind}s() "
            "where schema_name in ('people', 'hygiene', 'scores') and not internal and database_name = current_database()"
        )["name"]
        for name in names:
            if name not in _KEPT:
                engine.sql(f"drop {kind} {name}")
