"""Which row of a record counts, over files that come, change, come again and cease to come."""

from __future__ import annotations

import os
import random
import shutil
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from leadgrade.config.sources import SourcesConfig
from leadgrade.raw import config_tables
from leadgrade.raw.inbox import offers
from leadgrade.raw.intake import take_in
from leadgrade.raw.mappings_data import OBJECTS
from leadgrade.raw.versions import build_versions
from tests.raw.files import csv_text, put, run_with
from tests.raw.files import states as file_states
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


SNAPSHOTS = {
    "what the newest delivery lacks is deleted": (
        [File("a", [("r1", "x", 1), ("r2", "x", 1)], 1), File("b", [("r1", "x", 1)], 2)],
        {"a1": CURRENT, "a2": GONE, "b1": TWIN},
    ),
    "what comes back is current again": (
        [
            File("a", [("r1", "x", 1), ("r2", "x", 1)], 1),
            File("b", [("r1", "x", 1)], 2),
            File("c", [("r2", "x", 1)], 3),
        ],
        {"a1": GONE, "a2": CURRENT, "b1": TWIN, "c1": TWIN},
    ),
    "files that came together are one delivery": (
        [File("a", [("r1", "x", 1)], 1), File("b", [("r1", "x", 1)], 2), File("c", [("r2", "x", 1)], 2)],
        {"a1": CURRENT, "b1": TWIN, "c1": CURRENT},
    ),
    "a refused file is no delivery": (
        [File("a", [("r1", "x", 1)], 1), File("b", [("r2", "x", 1)], 2, status="refused")],
        {"a1": CURRENT},
    ),
    "an empty delivery deletes nobody": (
        [File("a", [("r1", "x", 1)], 1), File("b", [], 2)],
        {"a1": CURRENT},
    ),
    "an earlier content offered again is the newest delivery": (
        [File("a", [("r1", "x", 1)], 1, offered=3), File("b", [("r2", "x", 1)], 2)],
        {"a1": CURRENT, "b1": GONE},
    ),
    "corrected rows belong to the delivery that they correct": (
        [File("a", [("r1", "x", 1)], 1), File("b", [("r1", "x", 1)], 2), File("c", [("r2", "x", 1)], 3, corrects="b")],
        {"a1": CURRENT, "b1": TWIN, "c1": CURRENT},
    ),
    "corrected rows of an earlier delivery do not come back": (
        [File("a", [("r1", "x", 1)], 1), File("b", [("r1", "x", 1)], 2), File("c", [("r2", "x", 1)], 3, corrects="a")],
        {"a1": CURRENT, "b1": TWIN, "c1": GONE},
    ),
    "corrected rows of nobody knows what delete nobody": (
        [File("a", [("r1", "x", 1)], 1), File("c", [("r2", "x", 1)], 3, corrects="lost")],
        {"a1": CURRENT, "c1": CURRENT},
    ),
    "rows that were corrected twice belong to the first list": (
        [
            File("a", [("r1", "x", 1)], 1),
            File("b", [("r1", "x", 1)], 2),
            File("c", [("r2", "x", 1)], 3, corrects="b"),
            File("d", [("r3", "x", 1)], 4, corrects="c"),
        ],
        {"a1": CURRENT, "b1": TWIN, "c1": CURRENT, "d1": CURRENT},
    ),
    "the order of the runs counts, not their time": (
        [
            File("a", [("r1", "x", None), ("r2", "x", None)], 9, number=1, delivery=1),
            File("b", [("r1", "y", None)], 9, number=2, delivery=2),
            File("0", [("r1", "z", None)], 3, number=3, delivery=3),
        ],
        {"01": CURRENT, "a1": OLD, "a2": GONE, "b1": OLD},
    ),
    "what is not whole adds and deletes nobody": (
        [
            File("a", [("r1", "x", None), ("r2", "x", None)], 1, number=1, delivery=1),
            File("b", [("r1", "x", None)], 2, number=2, delivery=2),
            File("c", [("r2", "x", None), ("r3", "x", None)], 3, number=3),
        ],
        {"a1": CURRENT, "a2": CURRENT, "b1": TWIN, "c1": TWIN, "c2": CURRENT},
    ),
    "what was never whole is gone with the next list": (
        [
            File("a", [("r1", "x", None)], 1, number=1, delivery=1),
            File("b", [("r2", "x", None)], 2, number=2),
            File("c", [("r1", "x", None)], 3, number=3, delivery=3),
        ],
        {"a1": CURRENT, "b1": GONE, "c1": TWIN},
    ),
    "a list that is offered again but not whole stays the newest one": (
        [
            File("a", [("r1", "x", None), ("r2", "x", None)], 1, number=1, delivery=1),
            File("b", [("r1", "x", None)], 2, offered=3, number=3, delivery=2),
        ],
        {"a1": CURRENT, "a2": GONE, "b1": TWIN},
    ),
    "files of before runs were counted come first": (
        [
            File("a", [("r1", "x", 1), ("r2", "x", 1), ("r3", "x", 1)], 8),
            File("b", [("r1", "x", 1), ("r2", "x", 1)], 9),
            File("c", [("r1", "x", 1)], 3, number=1, delivery=1),
        ],
        {"a1": TWIN, "a2": GONE, "a3": GONE, "b1": TWIN, "b2": TWIN, "c1": CURRENT},
    ),
    "each object has deliveries of its own": (
        [File("a", [("r1", "x", 1)], 1), File("b", [("o1", "x", 1)], 2, object="orders")],
        {"a1": CURRENT, "b1": CURRENT},
    ),
}


@pytest.mark.parametrize("case", SNAPSHOTS)
def test_snapshots(home, engine, case):
    files, expected = SNAPSHOTS[case]
    build(home, engine, files, crm={"mode": "snapshot"})
    assert states(engine) == expected
    assert set(reasons(engine).values()) <= {"not_in_snapshot"}


def test_another_source_is_not_touched_by_a_snapshot(home, engine):
    files = [
        File("a", [("r1", "x", 1)], 1),
        File("b", [("r2", "x", 1)], 2, source="shop"),
        File("c", [("r3", "x", 1)], 3),
    ]
    build(home, engine, files, crm={"mode": "snapshot"}, shop={})
    assert states(engine) == {"a1": GONE, "b1": CURRENT, "c1": CURRENT}


DELETIONS = {
    "without a time it holds from the day of the list": (
        [File("a", [("r1", "x", 5), ("r2", "x", 5)], 5), File("d", [("r1", "id", None)], 6, source="gone")],
        {"a1": OLD, "a2": CURRENT, "d1": GONE},
    ),
    "a later change brings the record back": (
        [
            File("a", [("r1", "x", 5)], 5),
            File("d", [("r1", "id", 6)], 6, source="gone"),
            File("b", [("r1", "y", 7)], 7),
        ],
        {"a1": OLD, "d1": OLD, "b1": CURRENT},
    ),
    "a list that comes late with an early time deletes nothing newer": (
        [File("a", [("r1", "x", 5)], 5), File("d", [("r1", "id", 2)], 6, source="gone")],
        {"a1": CURRENT, "d1": OLD},
    ),
    "a row of the same content is not the deletion": (
        [File("a", [("r1", "id", None)], 5), File("d", [("r1", "id", None)], 6, source="gone")],
        {"a1": OLD, "d1": GONE},
    ),
    "named twice, deleted once": (
        [File("d", [("r1", "id", None)], 6, source="gone"), File("e", [("r1", "id", None)], 7, source="gone")],
        {"d1": GONE, "e1": TWIN},
    ),
}


@pytest.mark.parametrize("case", DELETIONS)
def test_lists_of_deletions(home, engine, case):
    files, expected = DELETIONS[case]
    build(home, engine, files, gone={"mode": "deletions", "of": "crm", "object": "accounts"})
    assert states(engine) == expected
    assert set(reasons(engine).values()) <= {"source_deleted"}


@pytest.mark.parametrize("mode", ["snapshot", "deletions"])
def test_a_source_that_is_not_configured_any_more_keeps_its_mode(home, engine, mode):
    files = [
        File("a", [("r1", "x", None), ("r2", "x", None)], 1, source="lost" if mode == "snapshot" else "crm"),
        File("b", [("r1", "x", None)], 2, source="lost", mode=mode),
    ]
    files[0].mode = "snapshot"
    build(home, engine, files)
    expected = {"a1": CURRENT, "a2": GONE, "b1": TWIN}
    assert states(engine) == (expected if mode == "snapshot" else {"a1": OLD, "a2": CURRENT, "b1": GONE})


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


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ([File("a", [(f"r{i}", "x", 1) for i in range(10)], 1)], []),
        (
            [File("a", [(f"r{i}", "x", 1) for i in range(10)], 1), File("b", [(f"r{i}", "x", 1) for i in range(7)], 2)],
            [("crm", "accounts", day(2), 10, 3, False)],
        ),
        (
            [File("a", [("r1", "x", 1)], 1), File("b", [], 2), File("c", [("r1", "x", 1), ("r2", "x", 1)], 3)],
            [("crm", "accounts", day(3), 1, 0, False)],
        ),
    ],
)
def test_what_a_delivery_lacks_of_the_one_before(home, engine, files, expected):
    build(home, engine, files, crm={"mode": "snapshot"})
    assert engine.collect("select * from raw.snapshot_losses").rows() == expected


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
    for table in ("contacts.blocked_leads", "people.members"):
        make_table(engine, table)
    engine.materialize("raw.row_ledger", sql_file("raw.row_ledger").query)
    found = engine.collect("select row_number, disposition, reason from raw.row_ledger order by row_number").rows()
    assert found[:6] == [(n, disposition, reason) for n, (_, _, disposition, reason) in enumerate(LEDGER, 1)]
    assert found[6:] == [
        (7, "quarantined", "bad_date"),
        (8, "superseded", "corrected"),
        (9, "quarantined", "missing_value"),
    ]


def test_snapshots_and_deletions_from_files_to_states(tmp_path):
    head = ["Lead ID", "Email", "Updated At"]
    leads = [[str(n), f"p{n}@example.com", "2026-01-01"] for n in range(1, 5)]
    sources = {
        "crm": {"path": "inbox/crm*.csv", "object": "leads", "mode": "snapshot"},
        "gone": {"path": "inbox/gone*.csv", "object": "leads", "mode": "deletions", "of": "crm"},
    }
    put(tmp_path, "crm1.csv", csv_text(head, *leads))
    run = run_with(tmp_path, sources)
    take_in(run)
    assert {row[3] for row in file_states(run)} == {CURRENT}
    put(tmp_path, "crm2.csv", csv_text(head, *leads[:3]))
    put(tmp_path, "gone1.csv", csv_text(["Lead ID", "Deleted At"], ["1", "2026-02-01"], ["9", ""]))
    later = run_with(tmp_path, sources, run.engine, as_of=datetime(2026, 10, 2))
    take_in(later)
    assert [row[1:] for row in file_states(later)] == [
        ("crm1.csv", 1, OLD),
        ("crm1.csv", 2, CURRENT),
        ("crm1.csv", 3, CURRENT),
        ("crm1.csv", 4, GONE),
        ("crm2.csv", 1, OLD),
        ("crm2.csv", 2, TWIN),
        ("crm2.csv", 3, TWIN),
        ("gone1.csv", 1, GONE),
        ("gone1.csv", 2, GONE),
    ]
    assert sorted(reasons(later.engine).values()) == ["not_in_snapshot", "source_deleted", "source_deleted"]


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


@pytest.mark.parametrize("gone", ["removed", "renamed"])
@pytest.mark.parametrize("mode", ["snapshot", "deletions"])
def test_a_source_that_is_taken_away_revives_nobody(tmp_path, mode, gone):
    crm = {"path": "inbox/crm*", "mode": "snapshot" if mode == "snapshot" else "append"}
    nights = Nights(tmp_path, crm=crm, other={"path": "inbox/other*"})
    if mode == "deletions":
        nights.sources["list"] = {"path": "inbox/list*", "object": "leads", "mode": mode, "of": "crm"}
    nights.put("crm1.csv", HEAD, ONE, TWO)
    nights.put("other.csv", HEAD, FOUR)
    nights.night(1)
    nights.put("crm2.csv", HEAD, ONE) if mode == "snapshot" else nights.put("list.csv", ["id"], ["2"])
    expected = {"1": CURRENT, "2": GONE, "4": CURRENT}
    assert nights.night(2) == expected
    lost = nights.sources.pop("crm" if mode == "snapshot" else "list")
    if gone == "renamed":
        nights.sources["new"] = lost
    assert nights.night(3) == expected


def test_a_copy_of_the_folder_that_keeps_the_times_changes_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(offers, "RACY_SECONDS", 0)
    nights = Nights(tmp_path / "old", crm=SNAPSHOT)
    nights.put("crm1.csv", HEAD, ONE, TWO)
    nights.night(1)
    nights.put("crm2.csv", HEAD, ONE)
    assert nights.night(2) == {"1": CURRENT, "2": GONE}
    nights.home = Path(shutil.copytree(tmp_path / "old", tmp_path / "new"))
    (nights.home / "inbox/crm1.csv").chmod(0o640)
    assert nights.night(3) == {"1": CURRENT, "2": GONE}


@pytest.mark.parametrize("kind", ["unreadable", "refused", "unsettled"])
def test_a_list_without_one_of_its_parts_deletes_nobody(tmp_path, kind, monkeypatch):
    nights = Nights(tmp_path, crm=SNAPSHOT)
    nights.put("crm1.csv", HEAD, ONE, TWO)
    part = nights.put("crm2.csv", HEAD, THREE, FOUR)
    everybody = dict.fromkeys("1234", CURRENT)
    assert nights.night(1) == everybody
    nights.put("crm1.csv", HEAD, ["1", "new@example.com"])
    part.unlink()
    if kind == "unreadable":
        part.symlink_to(tmp_path / "nowhere")
    elif kind == "refused":
        part.write_bytes(b"%PDF-1.7 no table")
    else:
        part.write_text("id,email\n3,")
        monkeypatch.setattr(offers, "sleep", lambda _: part.write_text("id,email\n3,p3@exam"))
    assert nights.night(2) == everybody
    newest = "select email from raw.leads join raw.versions using (file_id, row_number) where state = 'current'"
    assert "new@example.com" in nights.engine.collect(newest)["email"]
    assert nights.breaks("snapshot_incomplete") == [("crm:leads", "1 files wait for the rest of their list")]
    monkeypatch.undo()
    part.unlink()
    nights.put("crm2.csv", HEAD, THREE)
    assert nights.night(3) == {"1": CURRENT, "2": GONE, "3": CURRENT, "4": GONE}
    assert nights.breaks("snapshot_incomplete") == []


@pytest.mark.parametrize("days", [(5, 5), (5, 1)])
def test_deliveries_follow_the_runs_whatever_time_they_call_now(tmp_path, days):
    nights = Nights(tmp_path, crm=SNAPSHOT)
    nights.put("crm1.csv", HEAD, ONE, TWO)
    nights.night(days[0])
    nights.put("crm2.csv", HEAD, ONE)
    assert nights.night(days[1]) == {"1": CURRENT, "2": GONE}


def test_a_list_of_deletions_is_not_dated_by_the_creation_of_its_records(tmp_path):
    lists = {"path": "inbox/list*", "mode": "deletions", "of": "crm"}
    nights = Nights(tmp_path, crm={"path": "inbox/crm*"}, list=lists)
    nights.put("crm.csv", ["id", "email", "created at", "updated at"], [*ONE, "2025-01-01", "2026-01-01"])
    nights.put("list.csv", ["id", "email", "created at"], [*ONE, "2025-01-01"])
    assert nights.night(1) == {"1": GONE}


@pytest.mark.parametrize("name", ["accounts", "orders", "events"])
def test_deletions_of_other_objects_count_from_their_own_time(home, engine, name):
    time = {"accounts": "created_at", "orders": "ordered_at", "events": "occurred_at"}[name]
    make_run(home, engine)
    rows = [{"file_id": "a", "row_number": 1, "record_id": "r", "source": "crm", time: day(5), "row_hash": "x"}]
    rows += [rows[0] | {"file_id": "d", "source": "list", "row_hash": "y", time: day(1)}]
    if name != "events":
        rows[0]["updated_at"], rows[1]["updated_at"] = day(5), day(4)
    if name == "orders":
        rows[0]["amount"] = 1.0
    for other in OBJECTS:
        make_table(engine, f"raw.{other}", rows if other == name else [])
    make_table(engine, "raw.files", [
        {"file_id": row["file_id"], "source": row["source"], "object": name, "status": "taken", "rows_accepted": 1,
         "ingested_at": day(6), "mode": "deletions" if row["file_id"] == "d" else "append"} for row in rows])  # fmt: skip
    run = run_with(home, {"crm": {"path": "x"}}, engine)
    config_tables.load(run)
    build_versions(run)
    # changed after it was deleted; an event cannot say so, and was listed the day after it happened
    assert states(engine) == ({"a1": OLD, "d1": GONE} if name == "events" else {"a1": CURRENT, "d1": OLD})


SHORT = "00Q1x000003AbCd"


@pytest.mark.parametrize("told", ["sources.yaml", "the files", "the files of a later night"])
def test_ids_of_a_list_of_deletions_are_those_of_the_records(tmp_path, told):
    nights = Nights(tmp_path)
    nights.sources = {
        "list": {"path": "inbox/list*", "object": "leads", "mode": "deletions", "of": "crm"},
        "crm": {"path": "inbox/crm*", "object": "leads"} | ({"system": "salesforce"} if told == "sources.yaml" else {}),
    }
    nights.put("list.csv", ["id"], [SHORT])
    if told == "the files of a later night":
        nights.night(1)
        assert nights.breaks("deletion_unknown_record") == [("list:leads", "1 of 1 records that no file has")]
    nights.put("crm.csv", ["Id", "FirstName", "LastName", "Email", "LastModifiedDate", "LeadSource", "IsConverted"],
               [f"{SHORT}EAQ"[:15], "Ada", "Byron", "a@example.com", "2026-01-01", "Web", "0"])  # fmt: skip
    assert set(nights.night(2).values()) == {GONE}
    assert nights.engine.collect("select distinct system from raw.files where source = 'crm'").item() == "salesforce"
    assert nights.breaks("deletion_unknown_record") == []


@pytest.mark.parametrize("text", ["03/04/2026", "some day"])
def test_a_deletion_without_a_clear_time_is_a_deletion(tmp_path, text):
    nights = Nights(
        tmp_path, crm={"path": "inbox/crm*"}, list={"path": "inbox/list*", "mode": "deletions", "of": "crm"}
    )
    nights.put("crm.csv", [*HEAD, "updated at"], [*ONE, "2026-08-01"])
    nights.put("list.csv", ["id", "Deleted At"], ["1", text])
    assert nights.night(1) == {"1": GONE}


@pytest.mark.parametrize(("unknown", "expected"), [(1, []), (2, [("list:leads", "2 of 6 records that no file has")])])
def test_deletions_of_nobody_are_told(tmp_path, unknown, expected):
    nights = Nights(
        tmp_path, crm={"path": "inbox/crm*"}, list={"path": "inbox/list*", "mode": "deletions", "of": "crm"}
    )
    nights.put("crm.csv", HEAD, ONE, TWO, THREE, FOUR)
    nights.put("list.csv", ["id"], *([str(n)] for n in range(1, 5 + unknown)))
    nights.night(1)
    assert nights.breaks("deletion_unknown_record") == expected


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
