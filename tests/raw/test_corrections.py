from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from leadgrade.audit.runner import check_table
from leadgrade.engine import sql_file
from leadgrade.raw.config_tables import load
from leadgrade.raw.inspection import inspect
from leadgrade.raw.intake import take_in
from leadgrade.raw.rework import retry, worklist
from leadgrade.raw.rework.quarantine import retry_folder
from leadgrade.raw.versions import build_versions
from tests.raw.corrections import (
    EVENTS,
    GOOD,
    HEAD,
    as_text,
    as_workbook,
    change,
    exported,
    give_back,
    mended,
    night,
    publish,
)
from tests.raw.files import csv_text, rows, run_with
from tests.support import AS_OF, make_table

ENTRIES = """
select files.file_name like 'retry/%' as is_retry, entry.row_number, entry.reason, entry.closed_at,
    closer.file_name like 'retry/%' as is_closed_by_retry
from raw.quarantine as entry
inner join raw.files as files on entry.file_id = files.file_id
left join raw.files as closer on entry.closed_by_file_id = closer.file_id
order by all
"""


def ledger(run) -> list[tuple]:
    """Dispositions by file and row; what the later stages would add is empty."""
    for table in ("contacts.blocked_leads", "people.members", "meta.rules", "meta.rule_results", "meta.rule_failures"):
        make_table(run.engine, table)
    load(run)
    build_versions(run)
    run.engine.materialize("raw.row_ledger", sql_file("raw.row_ledger").query)
    query = """
        select files.file_name like 'retry/%' as is_retry, ledger.row_number, ledger.disposition, ledger.reason
        from raw.row_ledger as ledger inner join raw.files as files on ledger.file_id = files.file_id order by all
    """
    return run.engine.collect(query).rows()


def test_a_corrected_file_closes_the_entries_and_every_row_keeps_one_disposition(first, tmp_path):
    retry.place(give_back(tmp_path, mended(exported(tmp_path))))
    run = night(tmp_path, 1, first)
    at = datetime(2026, 10, 2)
    assert [tuple(row.values()) for row in rows(run, ENTRIES)] == [
        (False, 2, "bad_date", at, True),
        (False, 3, "column_count", at, True),
        (False, 4, "missing_value", at, True),
        (True, 3, "missing_value", None, None),
    ]
    (corrected,) = rows(run, "select * from raw.files where file_name like 'retry/%'")
    assert (corrected["source"], corrected["object"], corrected["rows_accepted"]) == ("web", "events", 2)
    found = rows(run, "select subject_email, occurred_at, answers from raw.events order by subject_email")
    assert [(row["subject_email"], row["occurred_at"]) for row in found] == [
        ("a@example.com", datetime(2026, 1, 1, 10)),
        ("b@example.com", datetime(2025, 2, 28)),
        ("c@example.com", datetime(2026, 1, 1)),
    ]
    assert not [row for row in found if "_file_id" in (row["answers"] or "")]
    assert ledger(run) == [
        (False, 1, "golden", None),
        (False, 2, "superseded", "corrected"),
        (False, 3, "superseded", "corrected"),
        (False, 4, "superseded", "corrected"),
        (True, 1, "golden", None),
        (True, 2, "golden", None),
        (True, 3, "quarantined", "missing_value"),
    ]
    assert [result.rule.rule for result in check_table(run, "raw.files") if result.blocks] == []
    publish(run, tmp_path)
    # the rest of the work: the row that was refused again, and what is closed cannot be given back again
    again = exported(tmp_path, "again")
    assert [(row["_row_number"], row["page_title"]) for row in again] == [("3", "still nobody")]
    assert [name for name in again[0] if name.startswith("_")] == [*worklist.MARKS, "_surplus"]


def test_the_same_wrong_file_and_a_second_look_leave_the_entries_closed(first, tmp_path):
    old, *others = exported(tmp_path)
    retry.place(give_back(tmp_path, mended([old, *others])))
    run = night(tmp_path, 1, first)
    before = rows(run, ENTRIES)
    (tmp_path / "inbox" / "events.csv").rename(tmp_path / "inbox" / "copy.csv")
    run = night(tmp_path, 2, first)
    assert rows(run, ENTRIES) == before
    # another description of the source makes both files be read again
    changed = {"web": EVENTS["web"] | {"mapping": {"colour": "answers"}}}
    take_in(run_with(tmp_path, changed, first, as_of=AS_OF + timedelta(days=3)))
    assert rows(run, ENTRIES) == before
    publish(run, tmp_path)
    (problem,) = give_back(tmp_path, [change(old, occurred_at="2025-02-27")]).problems
    assert "its entry is closed" in problem.why


def test_a_row_that_is_refused_again_can_be_corrected_again(first, tmp_path):
    retry.place(give_back(tmp_path, mended(exported(tmp_path))))
    run = night(tmp_path, 1, first)
    publish(run, tmp_path)
    (last,) = exported(tmp_path, "again")
    retry.place(give_back(tmp_path, [change(last, subject_email="d@example.com")]))
    run = night(tmp_path, 2, first)
    assert rows(run, "select count(*) as open from raw.quarantine where closed_at is null") == [{"open": 0}]
    assert run.engine.count("raw.events") == 4
    # read after the file that it corrects
    names = [path.name for path in sorted((tmp_path / "retry" / "web").iterdir())]
    assert names[1].startswith(names[0].removesuffix(".csv") + "_")


# --- files with the headers of a correction, wherever and whatever they are ------------------------------------------


def as_lines(path: Path, records: list[list[str]]) -> Path:
    head, *others = records
    path.write_text("".join(json.dumps(dict(zip(head, one, strict=True))) + "\n" for one in others), encoding="utf-8")
    return path


def below_a_title(path: Path, records: list[list[str]]) -> Path:
    path.write_text("Corrected events\n" + csv_text(*records), encoding="utf-8")
    return path


FORMS = {
    "csv": as_text(",", "utf-8"),
    "semicolons": as_text(";", "utf-8"),
    "utf-16": as_text(",", "utf-16"),
    "workbook": as_workbook,
    "json lines": as_lines,
    "title": below_a_title,
}
each_form = pytest.mark.parametrize("save", FORMS.values(), ids=FORMS)


def naming(first, **cells: str) -> list[list[str]]:
    """A correction of the second row of the seed."""
    ((file_id,),) = first.collect("select distinct file_id from raw.quarantine").rows()
    row = {"_file_id": file_id, "_row_number": "2"} | dict(zip(HEAD, GOOD, strict=True)) | cells
    return [list(row), list(row.values())]


OPEN = "select row_number from raw.quarantine where closed_at is null order by all"


@each_form
def test_a_corrected_file_counts_in_whatever_form_it_lies_in_the_retry_folder(first, tmp_path, save):
    folder = retry_folder(tmp_path, "web")
    folder.mkdir(parents=True)
    save(folder / "by_hand.csv", naming(first, occurred_at="2025-02-28"))
    run = night(tmp_path, 1, first)
    assert [row["row_number"] for row in rows(run, OPEN)] == [3, 4]


@each_form
def test_its_headers_in_the_inbox_close_nothing(first, tmp_path, save):
    save(tmp_path / "inbox" / "export.csv", naming(first, subject_email="e@example.com"))
    run = night(tmp_path, 1, first)
    assert [row["row_number"] for row in rows(run, OPEN)] == [2, 3, 4]
    assert first.count("raw.corrections") == 0
    (found,) = rows(run, "select answers from raw.events where subject_email = 'e@example.com'")
    assert "_file_id" not in (found["answers"] or "")


def test_row_numbers_that_are_none_close_nothing_and_stop_no_night(first, tmp_path):
    folder = retry_folder(tmp_path, "web")
    folder.mkdir(parents=True)
    head, row = naming(first)
    wrong = [[row[0], number, *row[2:]] for number in ("9" * 20, "２", "2.0", "", "+2")]
    (folder / "by_hand.csv").write_text(csv_text(head, *wrong), encoding="utf-8")
    run = night(tmp_path, 1, first)
    assert [row["row_number"] for row in rows(run, OPEN)] == [2, 3, 4]


def test_inspecting_such_a_file_tells_what_it_is(first, tmp_path):
    path = as_lines(tmp_path / "export.json", naming(first, subject_email="e@example.com"))
    (found,) = inspect([path], night(tmp_path, 1, first).settings, object="events")
    assert (found.facts["status"], found.facts["rows_accepted"]) == ("taken", 1)
