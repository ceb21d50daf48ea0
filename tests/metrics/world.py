"""A small made-up company: the tables of the earlier stages with known, dirty relations between them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from random import Random
from typing import Any

from leadgrade import contract
from leadgrade.metrics.build import build
from leadgrade.run import Run
from tests.support import AS_OF, make_table

Row = dict[str, Any]
World = dict[str, list[Row]]
SOURCES = ["hubspot", "webform", "linkedin"]
CHANNELS = ["paid_search", "referral", "event", None]
COUNTRIES = ["US", "DE", "FR", None]


def make_world(people: int, seed: int = 7) -> World:
    """Rows by table name for so many people, each of one to three leads."""
    dice = Random(seed)
    world: World = {name: [] for name in contract.tables() if contract.table(name).stage not in ("metrics", "meta")}
    for number in range(people):
        _add_person(world, dice, f"p_{number:06d}")
    world["raw.campaign_spend"] = [
        _row("m_1", campaign_id="k1", channel="paid_search", spend=900.0, currency="EUR"),
        _row("m_2", channel="event", spend=300.0, currency="EUR"),
        _row("m_3", channel="billboard", spend=50.0, currency="EUR"),
        _row("m_4", channel="event", spend=77.0, currency="USD"),
    ]
    _add_versions(world)
    _add_files(world)
    return world


def _row(record_id: str, **values: Any) -> Row:
    return {"record_id": record_id, "file_id": "f_" + record_id[0], "row_number": hash_free(record_id), **values}


def hash_free(record_id: str) -> int:
    """A row number that is the same in every process."""
    return int("".join(c for c in record_id if c.isdigit()) or 0)


def _add_person(world: World, dice: Random, person_id: str) -> None:
    created = None if dice.random() < 0.05 else AS_OF - timedelta(minutes=dice.randrange(60 * 24 * 200))
    stage = dice.choices(["lead", "mql", "sal", "sql", "pql", "customer"], [60, 15, 5, 10, 5, 5])[0]
    score = dice.randrange(0, 120)
    dims = {"source": dice.choice(SOURCES), "source_channel": dice.choice(CHANNELS), "country": dice.choice(COUNTRIES)}
    campaign = "k1" if dims["source_channel"] == "paid_search" and dice.random() < 0.5 else None
    leads = dice.choices([1, 2, 3], [80, 15, 5])[0]
    golden = {"person_id": person_id, "leads": leads, "created_at": created, "campaign_id": campaign, **dims}
    world["people.golden"].append(golden)
    grade = "ABCDF"[min(4, max(0, 4 - score // 20))]
    world["scores.quality"].append(
        {"person_id": person_id, "score": score, "is_quality": score >= 80, "stage": stage, "grade": grade}
    )
    reachable, gaps = dice.random() < 0.7, dice.choice([0, 0, 0, 1, 2])
    hygiene = {"is_reachable": reachable, "is_decayed": dice.random() < 0.3, "blocking_gaps": gaps, "gaps": gaps}
    world["hygiene.people"].append({"person_id": person_id, **hygiene})
    _add_contact(world, dice, person_id, reachable)
    _add_leads(world, dice, person_id, leads, dims)
    _add_sales(world, dice, person_id, created)
    if dice.random() < 0.02:
        world["hygiene.risk"].append({"person_id": person_id, "signal": "internal", "is_hard": True})


def _add_contact(world: World, dice: Random, person_id: str, reachable: bool) -> None:
    bounced = not reachable and dice.random() < 0.3
    for channel in ("email", "phone"):
        reach = {"has_contact": True, "is_valid": True, "is_bounced": bounced, "is_reachable": reachable}
        why_not = None if reachable else "bounced" if bounced else "consent"
        world["hygiene.reach"].append({"person_id": person_id, "channel": channel, "why_not": why_not, **reach})
    world["hygiene.decay"].append(
        {"person_id": person_id, "field": "work_email", "state": dice.choice(["fresh", "ageing", "stale", "dead"])}
    )
    if not reachable:
        gap = {"jurisdiction": dice.choice(["DE UWG", "US TCPA"]), "severity": "block", "channel": "email"}
        world["hygiene.consent_gaps"].append({"person_id": person_id, "reason": "no_lawful_basis", **gap})
    points = {"dimension": "fit", "rule": "fit.industry", "points_raw": 10, "points": 10}
    world["scores.points"].append({"person_id": person_id, **points})


def _add_leads(world: World, dice: Random, person_id: str, leads: int, dims: Row) -> None:
    for number in range(leads):
        lead_id = f"l_{person_id}_{number}"
        email = dice.choice([None, "bad", "good", "good"])
        phone = dice.choice([None, "bad", "good"])
        lead = {
            "lead_id": lead_id,
            "email_raw": email,
            "email": email if email == "good" else None,
            "mobile_raw": phone,
            "mobile_e164": phone if phone == "good" else None,
            **dims,
        }
        world["contacts.leads"].append(lead)
        world["people.members"].append({"lead_id": lead_id, "person_id": person_id, "is_survivor": number == 0})
        ending = {"disposition": "golden" if number == 0 else "merged_into", "lead_id": lead_id, "person_id": person_id}
        world["raw.row_ledger"].append({"file_id": "f_l", "row_number": len(world["raw.row_ledger"]), **ending})
        world["raw.row_ledger"][-1]["object"] = "leads"


def _add_sales(world: World, dice: Random, person_id: str, created: datetime | None) -> None:
    start = created or AS_OF - timedelta(days=150)
    if dice.random() < 0.3:
        won, closed = dice.choice([(True, True), (False, True), (False, False), (None, None)])
        deal = {"is_won": won, "is_closed": closed, "created_at": start, "close_date": start + timedelta(days=30)}
        deal["amount"] = float(dice.randrange(100, 900))
        _add(world, "opportunities", "o_", None if dice.random() < 0.1 else person_id, {**deal, "currency": "EUR"})
    for _ in range(dice.choice([0, 0, 1, 3])):
        at = start + timedelta(minutes=dice.choice([-30, 2, 40, 1440, 40000]))
        touch = {
            "channel": dice.choice(["call", "meeting", "email", "task"]),
            "direction": dice.choice(["out", "in", None]),
        }
        touch["outcome"] = dice.choice(["connected", "no_answer", "held", "no_show"])
        _add(world, "activities", "t_", person_id, {**touch, "occurred_at": at})
    if dice.random() < 0.2:
        decision = dice.choice(["accepted", "accepted", "accepted", "rejected", "recycled"])
        _add(world, "sales_decisions", "d_", None if dice.random() < 0.1 else person_id, {"decision": decision})


def _add(world: World, kind: str, prefix: str, person_id: str | None, values: Row) -> None:
    record_id = f"{prefix}{len(world[f'raw.{kind}'])}"
    world[f"raw.{kind}"].append(_row(record_id, **values))
    link = {"object": kind, "record_id": record_id, "person_id": person_id}
    world["people.links"].append({**link, "method": "email" if person_id else "none"})


def _add_versions(world: World) -> None:
    """Every row is the newest version; an older one of the first deal stands beside it and must not count."""
    for kind in ("opportunities", "activities", "sales_decisions", "campaign_spend"):
        keys = ("record_id", "file_id", "row_number")
        current = [{key: row[key] for key in keys} for row in world[f"raw.{kind}"]]
        world["raw.versions"] += [{"object": kind, "state": "current", **row} for row in current]
    if world["raw.opportunities"]:
        old = {**world["raw.opportunities"][0], "file_id": "f_old", "is_won": True, "is_closed": True, "amount": 1e9}
        world["raw.opportunities"].append(old)
        version = {key: old[key] for key in ("record_id", "file_id", "row_number")}
        world["raw.versions"].append({"object": "opportunities", "state": "superseded", **version})


def _add_files(world: World) -> None:
    for source in SOURCES:
        rows = sum(lead["source"] == source for lead in world["contacts.leads"])
        file = {"file_id": f"f_{source}", "source": source, "object": "leads", "rows_read": rows, "rows_quarantined": 0}
        world["raw.files"].append({**file, "rows_accepted": rows, "status": "taken"})


def load_world(run: Run, world: World) -> None:
    """Write the rows of a world as tables and build the stage over them."""
    for table, rows in world.items():
        make_table(run.engine, table, rows)
    build(run)


def cells(rows: Iterable[Row], dimension: str, value: str) -> list[Row]:
    """The rows of one cell of the funnel."""
    if dimension == "all":
        return list(rows)
    return [row for row in rows if (row.get(dimension) or "unknown") == value]
