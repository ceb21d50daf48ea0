"""Files that come, change, come again and cease to come: as rows of tables, and in an inbox over nights."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from leadgrade.config.sources import SourcesConfig
from leadgrade.raw import config_tables
from leadgrade.raw.intake import take_in
from leadgrade.raw.mappings_data import OBJECTS
from leadgrade.raw.versions import build_versions
from tests.raw.files import csv_text, put, run_with
from tests.support import make_run, make_table

START = datetime(2026, 9, 1)
CURRENT, OLD, TWIN, GONE = "current", "superseded", "exact_duplicate", "source_deleted"


def day(number: int) -> datetime:
    return START + timedelta(days=number)


@dataclass
class File:
    """A file: its rows as (record, content, time of change or None), when it came, and when it was offered last."""

    name: str
    rows: list[tuple[Any, ...]]
    came: int
    offered: int | None = None
    source: str = "crm"
    object: str = "accounts"
    status: str = "taken"
    flags: dict[str, Any] = field(default_factory=dict)
    corrects: str | None = None
    mode: str | None = None
    number: int | None = None
    delivery: int | None = None


def _row(file: File, number: int, record: str, content: str, changed: int | None) -> dict[str, Any]:
    row = {"file_id": file.name, "row_number": number, "source": file.source, "row_hash": content}
    at = None if changed is None else day(changed)
    if file.object == "leads":
        return row | {"lead_id": record, "version_at": at} | file.flags
    return row | {"record_id": record, "updated_at": at} | file.flags


def _file(file: File) -> dict[str, Any]:
    return {
        "file_id": file.name,
        "file_name": f"{'retry/' if file.corrects else ''}{file.name}.csv",
        "source": file.source,
        "object": file.object,
        "status": file.status,
        "rows_accepted": len(file.rows) if file.status == "taken" else 0,
        "ingested_at": day(file.came),
        "offered_at": None if file.offered is None else day(file.offered),
        "mode": file.mode,
        "offer_number": file.number,
        "delivery_number": file.delivery,
    }


def build(home, engine, files, **modes):
    """Make raw.versions of these files; ``modes`` are sources with their mode."""
    run = make_run(home, engine)
    sources = {"crm": {"path": "x"}} | {name: {"path": "x"} | spec for name, spec in modes.items()}
    config = SourcesConfig.model_validate({"sources": sources})
    run = replace(run, settings=replace(run.settings, sources=config))
    make_table(engine, "raw.files", [_file(f) for f in files])
    corrected = [{"file_id": f.corrects, "row_number": 99, "retry_file_id": f.name} for f in files if f.corrects]
    make_table(engine, "raw.corrections", corrected)
    for name in OBJECTS:
        engine.ensure(f"raw.{name}")
        found = [f for f in files if f.object == name and f.status == "taken"]
        if found:
            make_table(engine, f"raw.{name}", [_row(f, n, *row) for f in found for n, row in enumerate(f.rows, 1)])
    config_tables.load(run)
    build_versions(run)
    return run


def states(engine):
    found = engine.collect("select file_id, row_number, state from raw.versions order by all")
    return {f"{file_id}{number}": state for file_id, number, state in found.rows()}


def reasons(engine):
    found = engine.collect("select file_id, row_number, reason from raw.versions where reason is not null order by all")
    return {f"{file_id}{number}": reason for file_id, number, reason in found.rows()}


class Nights:
    """Nights over one inbox."""

    def __init__(self, home, **sources):
        self.home, self.engine, self.run = home, None, None
        self.sources = {name: {"object": "leads", "system": "generic"} | spec for name, spec in sources.items()}

    def put(self, name, *records):
        path = put(self.home, name, csv_text(*records))
        # long enough ago to be settled, and another time for every content
        at = 10**18 + len(records) * 10**9 + sum(map(ord, repr(records))) * 10**9
        os.utime(path, ns=(at, at))
        return path

    def night(self, number):
        """Take in and return record id -> state of its row that counts; the id as the source gives it."""
        self.run = run_with(self.home, self.sources, self.engine, as_of=day(number))
        self.engine = self.run.engine
        take_in(self.run)
        config_tables.load(self.run)
        build_versions(self.run)
        query = """
            select leads.source_record_id, versions.state
            from raw.versions as versions inner join raw.leads as leads
                on versions.file_id = leads.file_id and versions.row_number = leads.row_number
            where versions.state in ('current', 'source_deleted')
        """
        return dict(sorted(self.engine.collect(query).rows()))

    def breaks(self, rule_id):
        from leadgrade.audit import load_rules

        [rule] = [rule for rule in load_rules() if rule.rule == rule_id]
        return self.engine.collect(rule.failures_query).rows()


HEAD = ["id", "email"]
ONE, TWO, THREE, FOUR = ([str(n), f"p{n}@example.com"] for n in range(1, 5))
SNAPSHOT = {"path": "inbox/crm*", "mode": "snapshot"}
