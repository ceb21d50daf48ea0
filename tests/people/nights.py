"""Makes the stage's tables from a few leads, night by night."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from leadgrade.audit.rules import load_rules
from leadgrade.people.build import build_all, build_features, build_members, build_normalised, build_pairs
from leadgrade.run import Run
from tests.support import AS_OF, make_table

OBJECTS = ("events", "consents", "suppressions", "activities", "opportunities", "orders", "sales_decisions")
DAY = timedelta(days=1)


def lead(lead_id: str, **fields: Any) -> dict[str, Any]:
    """A current lead; people are told apart by first name, surname and address."""
    row: dict[str, Any] = {
        "lead_id": lead_id,
        "source": "crm",
        "system": "hubspot",
        "source_record_id": lead_id.upper(),
        "file_id": "f1",
    }
    row |= fields
    if row.get("email"):
        row |= {
            "email_raw": row["email"],
            "email_match": row["email"],
            "email_id": "e" + row["email"],
            "email_domain": row["email"].split("@")[1],
        }
    return row


def ada(lead_id: str, **fields: Any) -> dict[str, Any]:
    return lead(
        lead_id,
        **({"first_name": "Ada", "last_name": "Krog", "full_name": "Ada Krog", "email": "ada.krog@x.example"} | fields),
    )


def bo(lead_id: str, **fields: Any) -> dict[str, Any]:
    return lead(
        lead_id,
        **(
            {"first_name": "Bo", "last_name": "Lindqvist", "full_name": "Bo Lindqvist", "email": "bo@y.example"}
            | fields
        ),
    )


def versions(object_name: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "object": object_name,
            "file_id": r["file_id"],
            "row_number": r["row_number"],
            "record_id": r["record_id"],
            "state": "current",
        }
        for r in rows
    ]


def night(run: Run, leads: list[dict[str, Any]], **tables: list[dict[str, Any]]) -> Run:
    """Make the inputs of the stage and every table of it."""
    engine = run.engine
    numbered = [{"row_number": i + 1} | row for i, row in enumerate(leads)]
    make_table(engine, "contacts.leads", numbered)
    addresses = sorted({r["email_id"] for r in numbered if r.get("email_id")})
    make_table(
        engine,
        "contacts.emails",
        [{"email_id": a, "is_role": a.startswith("einfo@"), "is_free": a.endswith("@free.example")} for a in addresses],
    )
    make_table(engine, "contacts.phones", tables.get("phones", []))
    make_table(engine, "contacts.blocked_leads", tables.get("blocked_leads", []))
    make_table(
        engine,
        "raw.files",
        tables.get("files", [{"file_id": "f1", "system": "hubspot", "source": "crm", "rows_read": len(leads)}]),
    )
    make_table(engine, "raw.leads", tables.get("raw_leads", []))
    make_table(engine, "raw.quarantine", tables.get("quarantine", []))
    make_table(engine, "raw.erased_rows", tables.get("erased_rows", []))
    state = tables.get("versions")
    if state is None:
        state = versions("leads", [r | {"record_id": r["lead_id"]} for r in numbered])
        for name in ("accounts", *OBJECTS):
            state += versions(name, tables.get(name, []))
    make_table(engine, "raw.versions", state)
    for name in ("accounts", *OBJECTS):
        make_table(engine, f"raw.{name}", tables.get(name, []))
    build_all(run)
    return run


def persons(run: Run, leads: list[dict[str, Any]]) -> Run:
    """As :func:`night`, up to the members: all that the ids depend on."""
    make_table(run.engine, "contacts.leads", leads)
    make_table(run.engine, "contacts.emails")
    build_normalised(run)
    build_features(run)
    build_pairs(run)
    build_members(run)
    return run


def people(run: Run) -> dict[str, str]:
    return dict(run.engine.read("people.members", ["lead_id", "person_id"]).rows())


def failures(run: Run, *names: str) -> dict[str, int]:
    """Rows that break the rules of the stage, or these rules alone."""
    rules = [r for r in load_rules() if r.stage == "people" and (not names or r.rule in names)]
    return {r.rule: run.engine.count(f"({r.failures_query})") for r in rules}


def next_night(run: Run, nights: int = 1) -> Run:
    later = AS_OF + nights * DAY
    make_table(run.engine, "meta.run", [{"run_id": f"run-{nights}", "as_of": later, "secret": run.secret}])
    return run
