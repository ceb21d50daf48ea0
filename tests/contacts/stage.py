"""Runs the stage on a few rows of raw.leads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from leadgrade.contacts import build, config_tables, enrichment
from leadgrade.engine import sql_file
from leadgrade.run import Run
from tests.support import make_table

Rows = Sequence[Mapping[str, Any]]


def make_raw(run: Run, leads: Rows, suppressions: Rows = (), enrichments: Rows = ()) -> None:
    """raw.leads, raw.suppressions, raw.enrichments and raw.versions; every row is current unless its ``state`` says otherwise."""
    tables = {"leads": leads, "suppressions": suppressions, "enrichments": enrichments}
    versions = []
    for name, rows in tables.items():
        full = [{"file_id": f"f_{name}", "row_number": n, **row} for n, row in enumerate(rows, 1)]
        versions += [
            {"object": name, "file_id": r["file_id"], "row_number": r["row_number"], "state": r.pop("state", "current")}
            for r in full
        ]
        make_table(run.engine, f"raw.{name}", full)
    make_table(run.engine, "raw.versions", versions)
    run.engine.ensure("raw.files")


def build_stage(run: Run) -> list[dict[str, Any]]:
    """Build every table of the stage in order and return contacts.leads."""
    config_tables.load(run)
    run.engine.materialize("contacts.blocked_leads", sql_file("contacts.blocked_leads").query)
    build.build_lead_fields(run)
    build.build_emails(run)
    build.build_phones(run)
    run.engine.materialize("contacts.lead_evidence", sql_file("contacts.lead_evidence").query)
    enrichment.build_provider_answers(run)
    enrichment.build_enrichment_facts(run)
    for table in ("contacts.enrichment", "contacts.leads"):
        run.engine.materialize(table, sql_file(table).query)
    return run.engine.read("contacts.leads").sort("lead_id").to_dicts()
