"""A small world for this stage: cases become people with one lead each, and all of them are built in one go."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from leadgrade.hygiene import config_tables, steps
from leadgrade.run import Run
from tests.support import AS_OF, make_run, make_table

Row = dict[str, Any]
PROOF = {"capture_source": "form", "capture_method": "web_form", "text_version": "v1"}
_OBJECTS = ("events", "consents", "suppressions", "activities", "opportunities")
_INPUTS = (
    "people.golden",
    "people.members",
    "people.golden_fields",
    "people.links",
    "people.handles",
    "people.accounts",
    "contacts.leads",
    "contacts.emails",
    "contacts.phones",
    "contacts.enrichment",
    "contacts.mail_servers",
    "raw.accounts",
    "raw.versions",
    "raw.leads",
    *(f"raw.{name}" for name in _OBJECTS),
)


def ago(days: float) -> datetime:
    return AS_OF - timedelta(days=days)


@dataclass
class Case:
    """One person: golden values, further leads, records about the person; ``kind`` of address and number."""

    golden: Row = field(default_factory=dict)
    leads: list[Row] = field(default_factory=list)
    email: Row = field(default_factory=dict)
    phone: Row = field(default_factory=dict)
    consents: list[Row] = field(default_factory=list)
    suppressions: list[Row] = field(default_factory=list)
    events: list[Row] = field(default_factory=list)
    activities: list[Row] = field(default_factory=list)
    opportunities: list[Row] = field(default_factory=list)
    enrichment: list[Row] = field(default_factory=list)
    mail_servers: list[Row] = field(default_factory=list)
    account: Row | None = None
    origins: Row = field(default_factory=dict)


def _add_person(tables: dict[str, list[Row]], name: str, case: Case) -> None:
    golden = {"person_id": name, "lead_id": f"{name}-0", "email_id": f"{name}-e", "phone_id": f"{name}-p"} | case.golden
    email, phone = golden.get("email"), golden.get("phone_e164")
    for kind, value in (("email", email), ("phone", phone and phone[-10:])):
        tables["people.handles"].append({"kind": kind, "scope": "any", "value": value, "person_id": name})
    if email:
        golden.setdefault("email_domain", email.split("@")[1])
        flags = {"is_valid": True, "is_placeholder": False, "is_free": False, "is_corporate": True}
        tables["contacts.emails"].append({"email_id": f"{name}-e", "email": email} | flags | case.email)
    if phone:
        tables["contacts.phones"].append(
            {"phone_id": f"{name}-p", "is_valid": True, "is_placeholder": False} | case.phone
        )
    first = {
        k: v for k, v in golden.items() if k in ("created_at", "email", "phone_e164", "full_name", "company_domain")
    }
    first |= {"email_raw": email, "phone_raw": phone, "email_id": f"{name}-e", "phone_id": f"{name}-p"}
    made = [(first if number == 0 else {}) | lead for number, lead in enumerate(case.leads or [{}])]
    tables["people.golden"].append(_dated(golden, made))
    for number, lead in enumerate(made):
        row = {"lead_id": f"{name}-{number}", "source_record_id": f"{name}-{number}"} | lead
        tables["contacts.leads"].append(row)
        tables["people.members"].append({"lead_id": row["lead_id"], "person_id": name})
    for number, fact in enumerate(case.enrichment):
        tables["contacts.enrichment"].append({"lead_id": f"{name}-0", "fact_id": f"n_{name}_{number}"} | fact)
    tables["contacts.mail_servers"] += case.mail_servers
    for field_name, lead_id in case.origins.items():
        tables["people.golden_fields"].append({"person_id": name, "field": field_name, "lead_id": f"{name}-{lead_id}"})


def _dated(golden: Row, leads: list[Row]) -> Row:
    """Number of leads, earliest creation and latest change, as people.golden tells them."""
    times = {key: [lead[key] for lead in leads if lead.get(key)] for key in ("created_at", "updated_at")}
    told = {"leads": len(leads), "created_at": min(times["created_at"], default=None)}
    return told | {"updated_at": max(times["updated_at"], default=None)} | golden


def _add_records(tables: dict[str, list[Row]], name: str, case: Case) -> None:
    for kind in _OBJECTS:
        for number, record in enumerate(getattr(case, kind)):
            record_id = f"{kind[0]}_{name}_{number}"
            place = {"record_id": record_id, "file_id": f"file of {kind}", "row_number": len(tables[f"raw.{kind}"])}
            # without an address the record is about the lead of that id
            state = record.get("_state", "current")
            values = {k: v for k, v in record.items() if not k.startswith("_")}
            tables[f"raw.{kind}"].append({"subject_id": f"{name}-0"} | place | values)
            tables["raw.versions"].append({"object": kind, "state": state} | place)
            if state == "current" and not record.get("_unlinked"):
                tables["people.links"].append({"object": kind, "record_id": record_id, "person_id": name})
    if case.account is not None:
        place = {"record_id": f"a_{name}", "file_id": "f", "row_number": len(tables["raw.accounts"])}
        tables["raw.accounts"].append(place | case.account)
        tables["raw.versions"].append({"object": "accounts", "state": "current"} | place)
        tables["people.accounts"].append({"person_id": name, "account_id": f"a_{name}"})


def build(home: Path, cases: dict[str, Case], *, only: tuple[str, ...] = steps.STEPS, **changes: Any) -> Run:
    """Build the stage, or only these steps of it, over these people, whose ids are the names of the cases."""
    tables: dict[str, list[Row]] = {name: [] for name in _INPUTS}
    for name, case in cases.items():
        _add_person(tables, name, case)
        _add_records(tables, name, case)
    run = make_run(home, **changes)
    for table, rows in tables.items():
        make_table(run.engine, table, rows)
    files = {row["file_id"] for kind in _OBJECTS for row in tables[f"raw.{kind}"]}
    make_table(run.engine, "raw.deliveries", [{"file_id": f, "arrival_rank": n} for n, f in enumerate(sorted(files))])
    config_tables.load(run)
    steps.make(run.engine, only)
    return run
