"""What was known at a time: rows that had arrived, or rows by their own dates."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from leadgrade import contract
from leadgrade.engine import DuckDBEngine
from leadgrade.scores.past import _DATES, _VERSIONS, cut, facts_at
from tests.support import make_table

T = datetime(2026, 6, 1)
EARLY = [("early", n) for n in range(3)]
BEFORE, AFTER = T - timedelta(days=1), T + timedelta(days=1)


@pytest.fixture
def filled(engine: DuckDBEngine) -> DuckDBEngine:
    """Two files, one before and one after T, both with records of before and after."""
    files = [
        {"file_id": "early", "ingested_at": BEFORE, "status": "taken"},
        {"file_id": "late", "ingested_at": AFTER, "status": "taken"},
    ]
    make_table(engine, "raw.files", files)
    for table, column in _DATES.items():
        rows = [
            {"file_id": file, "row_number": number, "record_id": f"{file}{number}", column: at}
            for file in ("early", "late") for number, at in enumerate((BEFORE, AFTER, None))
        ]  # fmt: skip
        make_table(engine, table, rows)
    versions = [
        ("early", 1, "l_1", BEFORE, None), ("late", 1, "l_1", AFTER, None),
        ("late", 2, "l_2", AFTER, None), ("late", 3, "l_2", AFTER + timedelta(days=1), None),
        ("late", 4, "l_3", AFTER, None), ("late", 5, "l_4", AFTER, "true"), ("late", 6, "l_4", BEFORE, None),
    ]  # fmt: skip
    names = ("file_id", "row_number", "lead_id", "version_at", "is_deleted")
    make_table(engine, "raw.leads", [dict(zip(names, row, strict=True)) for row in versions])
    make_table(
        engine,
        "contacts.leads",
        [{"lead_id": f"l_{n}", "created_at": AFTER if n == 3 else BEFORE} for n in range(1, 5)],
    )
    make_table(engine, "scores.quality", [{"person_id": "p_1"}])
    make_table(engine, "scores.history", [{"person_id": "p_1"}])
    return engine


def left(engine: DuckDBEngine, table: str) -> list[tuple[str, int]]:
    return engine.collect(f"select file_id, row_number from {table} order by all").rows()


def test_arrived_keeps_the_files_of_then_whatever_their_dates(filled: DuckDBEngine) -> None:
    assert facts_at(filled, T) == "arrived"
    cut(filled, T, "arrived")
    assert left(filled, "raw.leads") == [("early", 1)]
    assert {table: left(filled, table) for table in _DATES} == dict.fromkeys(_DATES, EARLY)


def test_dated_keeps_what_happened_by_then_whenever_it_came(filled: DuckDBEngine) -> None:
    assert facts_at(filled, BEFORE - timedelta(days=1)) == "dated"
    cut(filled, T, "dated")
    expected = [(file, n) for file in ("early", "late") for n in (0, 2)]
    assert {table: left(filled, table) for table in _DATES} == dict.fromkeys(_DATES, expected)


def test_dated_takes_the_newest_version_of_then_and_else_the_first(filled: DuckDBEngine) -> None:
    cut(filled, T, "dated")
    # l_1: the version of then; l_2: the first there is; l_3: created later; l_4: its end was later
    assert left(filled, "raw.leads") == [("early", 1), ("late", 2), ("late", 6)]


def test_what_later_nights_made_goes_but_ids_and_history(filled: DuckDBEngine) -> None:
    cut(filled, T, "arrived")
    assert (filled.exists("scores.quality"), filled.exists("scores.history")) == (False, True)


def test_every_table_of_the_intake_has_its_date() -> None:
    """A new object would otherwise be known before it happened."""
    objects = {
        table.name
        for table in contract.tables().values()
        if table.stage == "raw" and "row_hash" in {c.name for c in table.columns}
    }
    assert objects - set(_DATES) - set(_VERSIONS) == {"raw.records"}
