"""Leads as HubSpot exports them, and one file of any object taken in."""

from __future__ import annotations

from leadgrade.raw.intake import take_in
from tests.raw.files import put, run_with

HEAD = ["Record ID", "First Name", "Email", "Lead Status", "Last Modified Date", "Favourite colour"]
HUBSPOT = {"crm": {"path": "inbox/*.csv", "system": "hubspot", "object": "leads"}}


def lead(number, **changes):
    values = {
        "id": str(number),
        "name": "Ada",
        "email": f"p{number}@example.com",
        "status": "New",
        "at": "2026-01-01",
        "colour": "",
    }
    return list((values | changes).values())


def take_one(tmp_path, text, object_name, **source):
    put(tmp_path, "one.csv", text)
    run = run_with(tmp_path, {"s": {"path": "inbox/*.csv", "object": object_name} | source})
    return run, take_in(run)
