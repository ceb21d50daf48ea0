"""The metrics once more, in plain Python, to compare the SQL with."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from math import sqrt
from typing import Any

from tests.metrics.world import Row, World, cells
from tests.support import AS_OF

Share = tuple[float, float]


def _index(rows: list[Row], key: str) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row[key], []).append(row)
    return found


def people(world: World) -> list[Row]:
    """Golden records with everything else of the person hung on to them; internal people left out."""
    internal = {risk["person_id"] for risk in world["hygiene.risk"] if risk["signal"] == "internal"}
    quality, hygiene = (_index(world[name], "person_id") for name in ("scores.quality", "hygiene.people"))
    links = {(link["object"], link["record_id"]): link["person_id"] for link in world["people.links"]}
    hung: dict[str, dict[str | None, list[Row]]] = {}
    for kind in ("opportunities", "activities", "sales_decisions"):
        hung[kind] = {}
        for row in world[f"raw.{kind}"]:
            if row["file_id"] != "f_old":
                hung[kind].setdefault(links[kind, row["record_id"]], []).append(row)
    found = []
    for golden in world["people.golden"]:
        person_id = golden["person_id"]
        if person_id not in internal:
            own = {kind: rows.get(person_id, []) for kind, rows in hung.items()}
            found.append({**golden, **quality[person_id][0], **hygiene[person_id][0], **own})
    return found


def share(rows: list[Row], above: Callable[[Row], Any], below: Callable[[Row], Any] = lambda _: True) -> Share:
    """Rows for which both hold, and rows for which the second holds."""
    whole = [row for row in rows if below(row)]
    return float(sum(bool(above(row)) for row in whole)), float(len(whole))


def _matured(row: Row) -> bool:
    return row["created_at"] is not None and row["created_at"] <= AS_OF - timedelta(days=90)


def _has_won(row: Row) -> bool:
    return any(deal["is_won"] for deal in row["opportunities"])


def _is_sql(row: Row) -> bool:
    return row["stage"] in ("sal", "sql", "customer") or _has_won(row)


def _is_customer(row: Row) -> bool:
    return row["stage"] == "customer" or _has_won(row)


def _calls(row: Row) -> list[Row]:
    return [t for t in row["activities"] if t["channel"] == "call" and t["direction"] in ("out", None)]


def rates(world: World, dimension: str, value: str) -> dict[str, Share]:
    """Numerator and denominator of the rates over people and leads, for one cell."""
    some = cells(people(world), dimension, value)
    leads = cells(world["contacts.leads"], dimension, value)
    survivors = {member["lead_id"] for member in world["people.members"] if member["is_survivor"]}
    bounced = {
        reach["person_id"] for reach in world["hygiene.reach"] if reach["channel"] == "email" and reach["is_bounced"]
    }
    deals = [deal for person in some for deal in person["opportunities"]]
    meetings = [t for p in some for t in p["activities"]]
    return {
        "quality_lead_rate": share(some, lambda p: p["is_quality"]),
        "qualification_rate": share(some, lambda p: p["stage"] != "lead" or _has_won(p)),
        "mql_to_sql": share(some, _is_sql, lambda p: p["stage"] in ("mql", "sal", "sql", "customer") or _has_won(p)),
        "lead_to_opportunity": share(some, lambda p: p["opportunities"], _matured),
        "lead_to_customer": share(some, _is_customer, _matured),
        "sql_to_win": share(some, _is_customer, _is_sql),
        "reachable_rate": share(some, lambda p: p["is_reachable"]),
        "decayed_rate": share(some, lambda p: p["is_decayed"]),
        "consent_gap_rate": share(some, lambda p: p["blocking_gaps"] > 0),
        "bounce_rate": share(some, lambda p: p["person_id"] in bounced),
        "connect_rate": share(some, lambda p: any(c["outcome"] == "connected" for c in _calls(p)), _calls),
        "no_show_rate": share(
            meetings, lambda t: t["outcome"] == "no_show", lambda t: t["outcome"] in ("held", "no_show")
        ),
        "duplicate_rate": share(leads, lambda lead: lead["lead_id"] not in survivors),
        "invalid_email_rate": share(leads, lambda lead: not lead["email"], lambda lead: lead["email_raw"]),
        "invalid_phone_rate": share(leads, lambda lead: not lead["mobile_e164"], lambda lead: lead["mobile_raw"]),
        "pipeline_per_lead": (sum(d["amount"] for d in deals if d["is_won"] or not d["is_closed"]), float(len(some))),
        "revenue_per_lead": (sum(d["amount"] for d in deals if d["is_won"]), float(len(some))),
    }


def wilson(successes: float, trials: float) -> tuple[float, float]:
    """The 95 % interval of a share, by the two roots of Wilson's quadratic equation."""
    z2, share_ = 1.959963984540054**2, successes / trials
    a, b, c = 1 + z2 / trials, -(2 * share_ + z2 / trials), share_**2
    root = sqrt(b * b - 4 * a * c)
    return (-b - root) / (2 * a), (-b + root) / (2 * a)
