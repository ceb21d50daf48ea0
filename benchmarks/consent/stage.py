"""The same people through the stage: their records arrive in two nights, and the SQL folds them."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from benchmarks.consent.crowd import AS_OF, PLACES, Person, Row
from leadgrade import keys
from leadgrade.config.consent import ConsentConfig
from leadgrade.engine import DuckDBEngine
from leadgrade.engine.duckdb import polars_schema
from leadgrade.hygiene import config_tables, decay_tables, library, steps

SECRET = "simulation"
_TABLES = (
    "meta.run", "people.golden", "people.members", "people.links", "people.handles", "people.accounts",
    "contacts.leads", "contacts.emails", "contacts.phones", "raw.deliveries", "raw.versions", "raw.leads", "raw.accounts",
    "raw.activities", "raw.consents", "raw.suppressions", "raw.events",
)  # fmt: skip
_RENAMED = {
    "suppressions": {"action": "reason", "captured_at": "added_at"},
    "events": {"action": "type", "captured_at": "occurred_at"},
}
Tables = dict[str, list[Row]]


def folded(crowd: list[Person], config: ConsentConfig, path: Path | None = None) -> pl.DataFrame:
    """``hygiene.consent`` of these people: person_id, channel, state, captured_at.

    Args:
        crowd: People and their records.
        config: consent.yaml.
        path: File of the database; None: in memory.
    """
    with DuckDBEngine(path) as engine:
        keys.write_macros(engine, SECRET)
        config_tables.write_consent(engine, config, "b2b")
        decay_tables.write_decay(engine, library.no_decay())
        engine.write("config.sources", library.no_sources())
        for night in (1, 2):
            for table, rows in _tables(crowd, night).items():
                schema = polars_schema(table)
                engine.write(table, pl.DataFrame([{n: r.get(n) for n in schema} for r in rows], schema=schema))
            steps.make(engine, (*steps.TOUCHES, *steps.LEDGER))
        steps.make(engine, steps.CONSENT)
        return engine.read("hygiene.consent", ["person_id", "channel", "state", "captured_at"])


def _tables(crowd: list[Person], night: int) -> Tables:
    """The input tables as they stand on a night: everybody is known, records come bit by bit."""
    tables: Tables = {table: [] for table in _TABLES}
    tables["meta.run"].append({"run_id": f"night{night}", "as_of": AS_OF, "secret": SECRET})
    tables["raw.deliveries"] += [{"file_id": f"f{n}", "arrival_rank": n} for n in range(1, night + 1)]
    for person in crowd:
        _add_person(tables, person)
        for record in (r for r in person.records if r["night"] <= night):
            _add_record(tables, person, record | ({"state": "current"} if night == 1 else {}))
    return tables


def _add_person(tables: Tables, person: Person) -> None:
    country, region = PLACES[person.place]
    golden = {"person_id": person.name, "lead_id": person.leads[0]["lead_id"], "email_id": person.name}
    golden |= {"email": person.email, "phone_e164": person.phone, "converted_at": person.converted_at}
    golden |= {"country": country, "region": region, "company_name": "Acme" if person.is_business else None}
    tables["people.golden"].append(golden)
    kind = {"is_free": not person.is_business, "is_corporate": person.is_business}
    tables["contacts.emails"].append({"email_id": person.name, "is_valid": True} | kind)
    for lead in person.leads:
        tables["people.members"].append({"lead_id": lead["lead_id"], "person_id": person.name})
        tables["contacts.leads"].append(lead | {"source_record_id": lead["lead_id"]})
    for lead in person.old_leads:
        place = {"file_id": "f1", "row_number": len(tables["raw.leads"])}
        tables["raw.leads"].append(lead | place | {"email": person.email, "phone": person.phone})
    if person.form_at:
        form = {
            "object": "events",
            "record_id": f"form of {person.name}",
            "row_number": -len(tables["raw.events"]),
            "night": 1,
        }
        form |= {
            "action": "form_submit",
            "captured_at": person.form_at,
            "subject_email": person.email,
            "state": "current",
        }
        _add_record(tables, person, form)


def _add_record(tables: Tables, person: Person, record: Row) -> None:
    kind = record["object"]
    place = {"file_id": f"f{record['night']}", "row_number": record["row_number"], "record_id": record["record_id"]}
    renamed = _RENAMED.get(kind, {})
    tables[f"raw.{kind}"].append(place | {renamed.get(name, name): value for name, value in record.items()})
    tables["raw.versions"].append(place | {"object": kind, "state": record["state"]})
    if record["state"] == "current":
        link = {"object": kind, "record_id": record["record_id"], "person_id": person.name}
        tables["people.links"].append(link)
