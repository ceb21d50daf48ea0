"""Publishes nights, exports the rows that they refused, and gives them back corrected."""

from __future__ import annotations

import csv
import io
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from leadgrade import contract
from leadgrade.engine import DuckDBEngine
from leadgrade.publish.generation import write_generation
from leadgrade.raw.intake import take_in
from leadgrade.raw.rework import retry, worklist
from leadgrade.raw.rework.worklist import open_published
from tests.raw.files import run_with
from tests.raw.workbooks import write_workbook
from tests.support import AS_OF, make_table

HEAD = ["subject_email", "type", "occurred_at", "page_title"]
EVENTS = {"web": {"path": "inbox/*.csv", "object": "events"}}
SHOWN = ("raw.quarantine", "raw.files", "raw.columns", "meta.run", "meta.publication")
GOOD = ["a@example.com", "form_submit", "2026-01-01 10:00:00", "=1+1"]


def publish(run, home: Path) -> Path:
    """What the commands read of the two databases of a publication."""
    folder = home / "published"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    # a whole generation has a hundred tables: these are what the commands read
    shown = {name: contract.table(name) for name in SHOWN}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(contract, "tables", lambda: shown)
        make_table(run.engine, "meta.run", [{"run_id": run.run_id, "as_of": run.as_of}])
        write_generation(run, folder, run.as_of)
    return folder


def opened(folder: Path):
    return open_published(folder / "warehouse.duckdb", folder / "private.duckdb")


def night(home: Path, number: int, engine: DuckDBEngine | None = None):
    run = run_with(home, EVENTS, engine, as_of=AS_OF + timedelta(days=number))
    take_in(run)
    return run


def exported(home: Path, name: str = "out") -> list[dict[str, str]]:
    with opened(home / "published") as published:
        made = worklist.export(published, home / name)
    with made.files[0][1].open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def give_back(home: Path, records: list[dict[str, str]], name: str = "edited.csv", **options) -> retry.Checked:
    path = home / name
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(records[0]), delimiter=options.pop("delimiter", ","))
        writer.writeheader()
        writer.writerows(records)
    with opened(home / "published") as published:
        return retry.check(published, home, [path], EVENTS, **options)


def change(row: dict[str, str], **cells: str) -> dict[str, str]:
    return row | cells


def mended(records: list[dict[str, str]]) -> list[dict[str, str]]:
    bad_date, too_many, nobody = records
    return [
        change(bad_date, occurred_at="2025-02-28"),
        change(too_many, _surplus=""),
        change(nobody, page_title="still nobody"),
    ]


def as_text(delimiter: str, encoding: str):
    def save(path: Path, records: list[list[str]]) -> Path:
        text = io.StringIO()
        csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerows(records)
        path.write_bytes(text.getvalue().encode(encoding))
        return path

    return save


def as_workbook(path: Path, records: list[list[str]]) -> Path:
    write_workbook(path, records)
    return path
