from __future__ import annotations

import csv
import io
import re

import pytest

from leadgrade.errors import InputError
from leadgrade.raw.rework import retry, worklist
from leadgrade.raw.rework.quarantine import is_retry
from tests.raw.corrections import EVENTS, HEAD, as_text, as_workbook, change, exported, give_back, mended, opened
from tests.raw.files import put


@pytest.mark.parametrize(
    ("edit", "why"),
    [
        ({"_row_number": "77"}, "no such row"),
        ({"_row_number": "two"}, "empty or changed"),
        ({"_row_number": "9" * 20}, "empty or changed"),
        ({"_row_number": "9" * 19}, "empty or changed"),
        ({"_row_number": "２"}, "empty or changed"),
        ({"_row_number": "0"}, "empty or changed"),
        ({"_file_id": ""}, "empty or changed"),
        ({"_file_id": "0" * 64}, "nothing is known of a file"),
        ({"_row_number": "3"}, "named before"),
        ({"_surplus": "more", "page_title": "x"}, "_surplus is still filled"),
    ],
)
def test_rows_that_name_no_open_entry_stop_the_retry(first, tmp_path, edit, why):
    found = exported(tmp_path)
    checked = give_back(tmp_path, [found[1], change(found[0], **edit), found[2]])
    assert [(problem.row, why in problem.why) for problem in checked.problems] == [(2, True)]
    assert "example.com" not in repr(checked.problems)


def test_a_missing_column_stops_the_retry(first, tmp_path):
    found = [{name: cell for name, cell in row.items() if name != "type"} for row in exported(tmp_path)]
    (problem,) = give_back(tmp_path, found).problems
    assert "1 column(s) of events.csv are missing: type" in problem.why


def test_what_is_no_export_is_refused(first, tmp_path):
    with opened(tmp_path / "published") as published:
        with pytest.raises(InputError, match="no column _file_id"):
            retry.check(published, tmp_path, [put(tmp_path, "events.csv", "a,b\n1,2\n")], EVENTS)
        with pytest.raises(InputError, match="no such file"):
            retry.check(published, tmp_path, [tmp_path / "nowhere.csv"], EVENTS)
        old = put(tmp_path, "old.csv", b"_file_id,_row_number,x\nf,1,\x81\x8d\n")
        with pytest.raises(InputError, match="neither in UTF-8 nor in cp1252"):
            retry.check(published, tmp_path, [old], EVENTS)


def test_rows_that_nobody_changed_stay(first, tmp_path):
    found = exported(tmp_path)
    checked = give_back(tmp_path, found)
    assert (checked.untouched, checked.corrections, checked.problems) == (3, [], [])
    wanted = give_back(tmp_path, [found[0], found[2]], with_untouched=True)
    assert [c.rows for c in wanted.corrections] == [2]


def test_corrected_rows_are_placed_without_the_marks(first, tmp_path):
    checked = give_back(tmp_path, mended(exported(tmp_path)), delimiter=";")
    assert checked.problems == []
    retry.place(checked)
    (path,) = (tmp_path / "retry" / "web").iterdir()
    assert re.fullmatch(r"events_[0-9a-f]{8}\.csv", path.name)
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    with path.open(encoding="utf-8", newline="") as file:
        head, *records = csv.reader(file)
    assert is_retry(head)
    assert head == ["_file_id", "_row_number", *HEAD]
    assert [record[1:] for record in records] == [
        ["2", "b@example.com", "form_submit", "2025-02-28", "=2+2"],
        ["3", "c@example.com", "form_submit", "2026-01-01", "Prices"],
        ["4", "", "form_submit", "2026-01-01", "still nobody"],
    ]
    again = give_back(tmp_path, mended(exported(tmp_path, "again")))
    assert [c.is_known for c in again.corrections] == [True]
    retry.place(again)
    assert len(list((tmp_path / "retry" / "web").iterdir())) == 1


@pytest.mark.parametrize(
    "save",
    [as_text(",", "utf-8-sig"), as_text(";", "utf-8"), as_text("\t", "utf-16"), as_workbook],
    ids=["csv", "semicolons", "utf-16", "workbook"],
)
def test_a_file_comes_back_however_it_was_saved(first, tmp_path, save):
    found = [change(row, page_title='Übersicht; Preise, "neu"') for row in exported(tmp_path)[::2]]
    path = save(tmp_path / "edited.csv", [list(found[0]), *(list(row.values()) for row in found)])
    with opened(tmp_path / "published") as published:
        checked = retry.check(published, tmp_path, [path], EVENTS)
    assert checked.problems == []
    text = checked.corrections[0].content.decode()
    assert [row["page_title"] for row in csv.DictReader(io.StringIO(text))] == ['Übersicht; Preise, "neu"'] * 2


def test_rows_of_a_source_that_nobody_looks_for_are_refused(first, tmp_path):
    with opened(tmp_path / "published") as published:
        path = worklist.export(published, tmp_path / "out").files[0][1]
        (problem,) = retry.check(published, tmp_path, [path], ["other"], with_untouched=True).problems
    assert (problem.row, "'web' is not in sources.yaml" in problem.why) == (0, True)
