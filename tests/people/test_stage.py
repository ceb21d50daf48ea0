"""The stage as a whole from small made inputs: the ledger, its rules, a night without leads."""

from __future__ import annotations

import pytest

from leadgrade import contract
from leadgrade.engine import DuckDBEngine, sql_files
from leadgrade.run import Run
from tests.people.nights import ada, bo, failures, night
from tests.support import AS_OF, make_run


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A good night, for changes that are rolled back."""
    made = make_run(tmp_path_factory.mktemp("broken"), DuckDBEngine())
    return night(made, [ada("a1"), ada("a2"), bo("b1")])


def test_ledger_gives_every_row_one_disposition(run: Run) -> None:
    states = [
        "current",
        "current",
        "superseded",
        "exact_duplicate",
        "test_lead",
        "source_deleted",
        "current",
        "current",
    ]
    ids = ["a1", "a2", "a1", "a2", "t1", "d1", "e1", "s1"]
    rows = [
        {"object": "leads", "file_id": "f1", "row_number": i + 1, "record_id": ids[i], "state": states[i]}
        for i in range(8)
    ]
    rows += [{"object": "events", "file_id": "f2", "row_number": 1, "record_id": "ev", "state": "current"}]
    rows += [{"object": "events", "file_id": "f2", "row_number": 2, "record_id": "ev", "state": "superseded"}]
    quarantine = [
        {"file_id": "f2", "row_number": 3, "object": "events", "reason": r} for r in ("no_subject", "bad_date")
    ]
    files = [{"file_id": "f1", "rows_read": 9}, {"file_id": "f2", "rows_read": 3}, {"file_id": "f3", "rows_read": 0}]
    blocked = [
        {"lead_id": "e1", "disposition": "erased", "reason": "erasure"},
        {"lead_id": "s1", "disposition": "suppressed", "reason": "minor"},
    ]
    night(
        run,
        [ada("a1", created_at=AS_OF), ada("a2")],
        versions=rows,
        quarantine=quarantine,
        files=files,
        erased_rows=[{"file_id": "f1", "row_number": 9, "object": "leads", "reason": "retention"}],
        blocked_leads=blocked,
    )
    ledger = run.engine.read("raw.row_ledger").sort("file_id", "row_number")
    assert ledger.select("file_id", "row_number", "disposition", "reason").rows() == [
        ("f1", 1, "golden", None),
        ("f1", 2, "merged_into", None),
        ("f1", 3, "superseded", None),
        ("f1", 4, "exact_duplicate", None),
        ("f1", 5, "test_lead", None),
        ("f1", 6, "suppressed", "source_deleted"),
        ("f1", 7, "erased", "erasure"),
        ("f1", 8, "suppressed", "minor"),
        ("f1", 9, "erased", "retention"),
        ("f2", 1, "golden", None),
        ("f2", 2, "superseded", None),
        ("f2", 3, "quarantined", "bad_date"),
    ]
    assert ledger["person_id"].drop_nulls().n_unique() == 1
    assert failures(run)["ledger_complete"] == 0


@pytest.mark.parametrize(
    ("table", "change", "rule"),
    [
        ("raw.row_ledger", "delete from raw.row_ledger where row_number = 1", "ledger_complete"),
        ("raw.row_ledger", "update raw.row_ledger set disposition = null where row_number = 1", "ledger_complete"),
        ("people.members", "delete from people.members where lead_id = 'a1'", "lead_has_one_person"),
        ("people.members", "update people.members set is_survivor = true", "person_has_one_survivor"),
        ("people.golden", "insert into people.golden select * from people.golden limit 1", "golden_person_unique"),
        ("people.golden_fields", "update people.golden_fields set lead_id = 'b1'", "golden_fields_trace"),
    ],
)
def test_checks_find_what_is_broken(broken: Run, table: str, change: str, rule: str) -> None:
    broken.engine.sql("begin")
    broken.engine.sql(change)
    found = failures(broken)[rule]
    broken.engine.sql("rollback")
    assert found > 0, table


def test_no_leads_at_all(run: Run) -> None:
    night(run, [])
    assert failures(run) == dict.fromkeys(failures(run), 0)
    assert run.engine.count("people.golden") == 0


def test_sql_files_make_tables_of_the_contract() -> None:
    assert set(sql_files("people")) <= set(contract.tables())
