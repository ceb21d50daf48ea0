"""Which row of a record counts, over files that come, change, come again and cease to come."""

from __future__ import annotations

import random

import pytest

from leadgrade.raw.intake import take_in
from tests.raw.deliveries import CURRENT, GONE, OLD, SNAPSHOT, TWIN, File, Nights, build, day, states
from tests.raw.files import csv_text, put, run_with
from tests.raw.files import states as file_states
from tests.support import make_run, make_table

APPENDED = {
    "the later change counts, whenever its file came": (
        [File("a", [("r1", "new", 5)], 1), File("b", [("r1", "old", 2)], 2)],
        {"a1": CURRENT, "b1": OLD},
    ),
    "a row with a time goes before one without": (
        [File("a", [("r1", "timed", 1)], 1), File("b", [("r1", "timeless", None)], 2)],
        {"a1": CURRENT, "b1": OLD},
    ),
    "without times the file that came later counts": (
        [File("z", [("r1", "old", None)], 1), File("a", [("r1", "new", None)], 2)],
        {"z1": OLD, "a1": CURRENT},
    ),
    "an old content that is offered again is the newest": (
        [File("a", [("r1", "old", None)], 1, offered=3), File("b", [("r1", "new", None)], 2)],
        {"a1": CURRENT, "b1": OLD},
    ),
    "an unchanged row changes nothing": (
        [File("a", [("r1", "same", 1)], 1), File("b", [("r1", "same", 1)], 2)],
        {"a1": CURRENT, "b1": TWIN},
    ),
    "there and back again": (
        [File("a", [("r1", "x", 1)], 1), File("b", [("r1", "y", 2)], 2), File("c", [("r1", "x", 3)], 3)],
        {"a1": CURRENT, "b1": OLD, "c1": TWIN},
    ),
    "twice in one file: the last row counts": (
        [File("a", [("r1", "x", None), ("r1", "y", None), ("r2", "x", None)], 1)],
        {"a1": OLD, "a2": CURRENT, "a3": CURRENT},
    ),
    "a refused file says nothing": (
        [File("a", [("r1", "x", 1)], 1), File("b", [("r1", "y", 2)], 2, status="refused")],
        {"a1": CURRENT},
    ),
    "a row of a lead that is marked deleted": (
        [
            File("a", [("l1", "x", 1)], 1, object="leads"),
            File("b", [("l1", "y", 2)], 2, object="leads", flags={"is_deleted": "TRUE"}),
        ],
        {"a1": OLD, "b1": GONE},
    ),
    "test leads stay apart": (
        [
            File("a", [("l1", "x", 9)], 1, object="leads", flags={"email": "test@fb.com"}),
            File("b", [("l1", "y", 2)], 2, object="leads"),
            File("c", [("l2", "y", 2)], 2, object="leads", flags={"answers": '{"q": "<test lead: dummy data for q>"}'}),
            File("d", [("l3", "y", 2)], 2, object="leads", flags={"is_test": "yes"}),
        ],
        {"a1": "test_lead", "b1": CURRENT, "c1": "test_lead", "d1": "test_lead"},
    ),
}


@pytest.mark.parametrize("case", APPENDED)
def test_versions(home, engine, case):
    files, expected = APPENDED[case]
    build(home, engine, files)
    assert states(engine) == expected


def test_further_lines_of_an_order_are_older_versions(tmp_path):
    head = ["Name", "Email", "Financial Status", "Total", "Lineitem quantity", "Created at", "Id"]
    text = csv_text(
        head,
        ["#1", "a@example.com", "paid", "50.00", "1", "2026-01-02 10:00:00", "77"],
        ["#1", "a@example.com", "", "", "3", "2026-01-02 10:00:00", ""],
        ["#2", "b@example.com", "refunded", "9.00", "1", "2026-01-03 10:00:00", "78"],
    )
    put(tmp_path, "orders.csv", text)
    run = run_with(tmp_path, {"shop": {"path": "inbox/*.csv"}})
    take_in(run)
    assert file_states(run) == [
        ("orders", "orders.csv", n, state) for n, state in [(1, CURRENT), (2, OLD), (3, CURRENT)]
    ]


@pytest.mark.parametrize("mode", ["append", "snapshot"])
def test_the_order_of_rows_and_files_means_nothing(home, engine, mode):
    dice = random.Random(7)
    records = [f"r{i}" for i in range(6)]
    files = [
        File(
            f"f{n:02}",
            [(dice.choice(records), dice.choice("xyz"), dice.choice([None, 1, 2])) for _ in range(5)],
            came=dice.randrange(4),
            offered=dice.choice([None, 5]),
        )
        for n in range(8)
    ]
    build(home, engine, files, crm={"mode": mode})
    expected = states(engine)
    assert len(expected) == 40
    build(home, engine, files[::-1], crm={"mode": mode})
    assert states(engine) == expected
    per_record = engine.collect(
        "select record_id, count_if(state in ('current', 'source_deleted')) as n from raw.versions group by record_id"
    )
    assert set(per_record["n"]) == {1}


def test_a_row_that_was_corrected_and_can_be_read_by_now_counts_once(tmp_path):
    nights = Nights(tmp_path, crm=SNAPSHOT)
    # without an id the row itself is the record: the two would be two people
    nights.put("crm1.csv", ["email", "created at"], ["a@example.com", "03/04/2025"])
    nights.night(1)
    [(file_id, number)] = nights.engine.collect("select file_id, row_number from raw.quarantine").rows()
    fixed = tmp_path / "retry/crm/fixed.csv"
    fixed.parent.mkdir(parents=True)
    fixed.write_text(f"_file_id,_row_number,email,created at\n{file_id},{number},a@example.com,2025-03-04\n")
    nights.night(2)
    nights.sources["crm"] |= {"date_order": "dmy"}
    nights.night(3)
    query = """
        select files.file_name, versions.state, versions.reason
        from raw.versions as versions inner join raw.files as files on versions.file_id = files.file_id order by all
    """
    assert nights.engine.collect(query).rows() == [
        ("crm1.csv", OLD, "corrected"),
        ("retry/fixed.csv", CURRENT, None),
    ]


LEDGER = [
    ("current", None, "golden", None),
    ("superseded", None, "superseded", None),
    ("superseded", "corrected", "superseded", "corrected"),
    ("exact_duplicate", None, "exact_duplicate", None),
    ("source_deleted", "source_deleted", "suppressed", "source_deleted"),
    ("source_deleted", "not_in_snapshot", "suppressed", "not_in_snapshot"),
]


def test_the_ledger_gives_every_row_one_disposition(home, engine):
    from leadgrade.engine import sql_file

    make_run(home, engine)
    rows = [
        {"object": "orders", "file_id": "f", "row_number": n, "record_id": f"p{n}", "state": state, "reason": reason}
        for n, (state, reason, _, _) in enumerate(LEDGER, 1)
    ]
    make_table(engine, "raw.versions", rows)
    refused = [(7, "bad_date", None), (8, "bad_date", day(1)), (9, "bad_date", day(1)), (9, "missing_value", None)]
    entries = [
        {"file_id": "f", "row_number": n, "object": "orders", "reason": reason, "closed_at": closed}
        for n, reason, closed in refused
    ]
    make_table(engine, "raw.quarantine", entries)
    erased = {"file_id": "f", "row_number": 10, "object": "orders", "reason": "erasure"}
    make_table(engine, "raw.erased_rows", [erased])
    for table in ("contacts.blocked_leads", "people.members"):
        make_table(engine, table)
    engine.materialize("raw.row_ledger", sql_file("raw.row_ledger").query)
    found = engine.collect("select row_number, disposition, reason from raw.row_ledger order by row_number").rows()
    assert found[:6] == [(n, disposition, reason) for n, (_, _, disposition, reason) in enumerate(LEDGER, 1)]
    assert found[6:] == [
        (7, "quarantined", "bad_date"),
        (8, "superseded", "corrected"),
        (9, "quarantined", "missing_value"),
        (10, "erased", "erasure"),
    ]
