"""Makes the tables that the stage reads from compact descriptions of people."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from leadgrade.contract import tables
from leadgrade.engine import DuckDBEngine
from tests.support import AS_OF, make_table

EMAILS: dict[str, dict[str, Any]] = {
    "corporate": {"is_valid": True, "is_corporate": True},
    "corporate_bounced": {"is_valid": True, "is_corporate": True},
    "free": {"is_valid": True, "is_free": True},
    "free_bounced": {"is_valid": True, "is_free": True},
    "disposable": {"is_valid": True, "is_free": True, "is_disposable": True},
    "academic": {"is_valid": True, "is_academic": True},
}
PHONES: dict[str, dict[str, Any]] = {
    "valid": {"level": "valid"},
    "possible": {"level": "possible"},
    "placeholder": {"level": "valid", "is_placeholder": True},
}


def make_inputs(engine: DuckDBEngine, people: list[dict[str, Any]]) -> None:
    """Fill every input of the stage: what no person says stays empty."""
    rows: dict[str, list[dict[str, Any]]] = {
        name: [] for name in tables() if name.split(".")[0] in ("raw", "contacts", "people", "hygiene")
    }
    for person in people:
        _add(rows, person)
    accounts = {row["account_id"] for row in rows["people.accounts"]}
    for account in sorted(accounts):
        _raw(rows, "accounts", account, {"source_record_id": f"crm-{account}"})
    for name, content in rows.items():
        make_table(engine, name, content)


def _add(rows: dict[str, list[dict[str, Any]]], person: dict[str, Any]) -> None:
    name = person["name"]
    fields = {**person.get("golden", {}), **person.get("more", {})}
    if "renewal_in" in fields:
        fields["renewal_date"] = AS_OF + timedelta(days=fields.pop("renewal_in"))
    if "sql_days_ago" in fields:
        fields["sql_at"] = _ago(fields.pop("sql_days_ago"))
    ids = {key: f"{key}_{name}" for key in ("email_id", "phone_id") if key[:5] in person}
    fields |= {"leads": person.get("leads", 1), "in_review": person.get("in_review", False)}
    rows["people.golden"].append({"person_id": name, **fields, **ids})
    _add_contacts(rows, person)
    risks = person.get("risk", [])
    rows["hygiene.risk"] += [{"person_id": name, "signal": signal, "is_hard": True} for signal in risks]
    rows["hygiene.people"].append(
        {"person_id": name, "hard_risks": len(risks), "is_spam": person.get("is_spam", False)}
    )
    _add_raw(rows, person)


def _add_contacts(rows: dict[str, list[dict[str, Any]]], person: dict[str, Any]) -> None:
    name, email, phone = person["name"], person.get("email"), person.get("phone")
    if email:
        rows["contacts.emails"].append({"email_id": f"email_id_{name}", **EMAILS[email]})
        is_bounced = email.endswith("bounced")
        reach = {
            "channel": "email",
            "has_contact": True,
            "is_bounced": is_bounced,
            "why_not": "bounced" if is_bounced else None,
        }
        rows["hygiene.reach"].append({"person_id": name, **reach})
    if phone:
        rows["contacts.phones"].append({"phone_id": f"phone_id_{name}", **PHONES[phone]})
    if "consent" in person:
        rows["hygiene.consent"].append(
            {"person_id": name, "channel": "email", "state": person["consent"], "evidence": "c_1"}
        )
    if "account" in person:
        rows["people.accounts"].append({"person_id": name, "account_id": person["account"], "score": 1.0})


def _add_raw(rows: dict[str, list[dict[str, Any]]], person: dict[str, Any]) -> None:
    name = person["name"]
    for number, (kind, page_class, days) in enumerate(person.get("events", [])):
        content = {"type": kind, "page_class": page_class, "occurred_at": _ago(days)}
        _raw(rows, "events", f"e_{name}_{number}", content, name)
    for number, (kind, days) in enumerate(person.get("account_events", [])):
        content = {"type": kind, "occurred_at": _ago(days), "account_source_id": f"crm-{person['account']}"}
        _raw(rows, "events", f"e_{name}_account_{number}", content)
    for number, (provider, domain, topic, score, kind, days) in enumerate(person.get("signals", [])):
        content = {"provider": provider, "domain": domain, "topic": topic, "score": score, "signal_type": kind}
        _raw(rows, "intent_signals", f"i_{name}_{number}", {**content, "occurred_at": _ago(days)})
    for number, (amount, status, days) in enumerate(person.get("orders", [])):
        content = {"amount": amount, "currency": "EUR", "status": status, "ordered_at": _ago(days)}
        _raw(rows, "orders", f"r_{name}_{number}", content, name)
    if "decision" in person:
        _raw(rows, "sales_decisions", f"d_{name}", {"decision": person["decision"], "occurred_at": _ago(5)}, name)
    if person.get("won"):
        _raw(rows, "opportunities", f"o_{name}", {"is_won": True, "is_closed": True, "close_date": _ago(5)}, name)


def _raw(
    rows: dict[str, list[dict[str, Any]]],
    what: str,
    record_id: str,
    content: dict[str, Any],
    person_id: str | None = None,
) -> None:
    place = {"file_id": f"f_{what}", "row_number": len(rows[f"raw.{what}"]) + 1}
    rows[f"raw.{what}"].append({**place, "record_id": record_id, "source": what, **content})
    rows["raw.versions"].append({**place, "object": what, "record_id": record_id, "state": "current"})
    if person_id:
        rows["people.links"].append({"object": what, "record_id": record_id, "person_id": person_id})


def _ago(days: float) -> Any:
    return AS_OF - timedelta(days=days)
