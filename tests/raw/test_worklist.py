from __future__ import annotations

import pytest

from leadgrade.errors import InputError
from leadgrade.raw.rework import retry, worklist
from tests.raw.corrections import EVENTS, GOOD, HEAD, exported, give_back, night, opened, publish
from tests.raw.files import csv_text, put


def test_the_list_counts_what_is_open(first, tmp_path):
    put(tmp_path, "zzz.csv", csv_text(["colour", "shape"], ["red", "round"]))
    put(tmp_path, "none.csv", "")
    publish(night(tmp_path, 1, first), tmp_path)
    with opened(tmp_path / "published") as published:
        found = {row["reason"]: row for row in worklist.groups(published)}
        assert worklist.groups(published, "other") == []
        assert [row["reason"] for row in worklist.groups(published, "web", "bad_date")] == ["bad_date"]
    assert {code: (row["rows"], row["example_row"], row["is_whole_file"]) for code, row in found.items()} == {
        "bad_date": (1, 2, False),
        "column_count": (1, 3, False),
        "missing_value": (1, 4, False),
        found["empty"]["reason"]: (0, None, True),
        # the headers of the second file tell nothing of an event
        next(code for code, row in found.items() if row["file_name"] == "zzz.csv"): (1, 1, True),
    }
    assert found["bad_date"]["value_class"] == "99/99/9999"
    assert found["bad_date"]["column_name"] == "occurred_at"
    assert all(row["what_to_do"].endswith(".") for row in found.values())
    assert "example.com" not in repr(found)


def test_a_refused_file_is_mended_by_the_next_one_in_its_place(tmp_path):
    put(tmp_path, "none.csv", "")
    put(tmp_path, "other.csv", csv_text(["colour", "shape"], ["red", "round"]))
    first = night(tmp_path, 0)
    publish(first, tmp_path)
    with opened(tmp_path / "published") as published:
        assert [row["file_name"] for row in worklist.groups(published)] == ["other.csv", "none.csv"]
    put(tmp_path, "none.csv", csv_text(HEAD, GOOD))
    publish(night(tmp_path, 1, first.engine), tmp_path)
    with opened(tmp_path / "published") as published:
        assert [row["file_name"] for row in worklist.groups(published)] == ["other.csv"]
    put(tmp_path, "other.csv", csv_text(HEAD, [*GOOD[:3], "more"]))
    publish(night(tmp_path, 2, first.engine), tmp_path)
    with opened(tmp_path / "published") as published:
        assert worklist.groups(published) == []


def test_few_rows_are_all_named(tmp_path):
    put(tmp_path, "few.csv", csv_text(HEAD, GOOD, *[["", *GOOD[1:3], str(n)] for n in range(9)]))
    put(tmp_path, "more.csv", csv_text(HEAD, *[["", *GOOD[1:3], f"p{n}"] for n in range(10)]))
    publish(night(tmp_path, 0), tmp_path)
    with opened(tmp_path / "published") as published:
        found = {row["file_name"]: (row["rows"], row["row_numbers"]) for row in worklist.groups(published)}
    assert found == {"few.csv": (9, list(range(2, 11))), "more.csv": (10, None)}


def test_the_export_shows_the_rows_as_they_came(first, tmp_path):
    found = exported(tmp_path)
    assert list(found[0]) == ["_file_id", "_row_number", "_reason", "_column", "_detail", *HEAD, "_surplus"]
    assert [[row[name] for name in ("_row_number", "_reason", *HEAD, "_surplus")] for row in found] == [
        ["2", "bad_date", "b@example.com", "form_submit", "31/02/2025", "'=2+2", ""],
        ["3", "column_count", "c@example.com", "form_submit", "2026-01-01", "Prices", ",one too many"],
        ["4", "missing_value", "", "form_submit", "2026-01-01", "+49 30 901820", ""],
    ]
    path = tmp_path / "out" / "web" / "events.quarantine.csv"
    assert path.read_bytes().startswith(b"\xef\xbb\xbf_file_id")
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    with opened(tmp_path / "published") as published, pytest.raises(InputError, match="is there already"):
        worklist.export(published, tmp_path / "out")


def test_files_of_one_name_are_exported_side_by_side(first, tmp_path):
    put(tmp_path, "events.csv", csv_text(HEAD, ["", "form_submit", "2026-01-01", ""]))
    publish(night(tmp_path, 1, first), tmp_path)
    with opened(tmp_path / "published") as published:
        made = worklist.export(published, tmp_path / "out", reason_code="missing_value")
    assert [rows for _, _, rows in made.files] == [1, 1]
    assert len({path for _, path, _ in made.files}) == 2


ODD = ["Revenue 2024 2025 2026", "ann@example.com", "bob@example.com", "_detail", "never filled ann@example.com"]


def test_an_export_has_the_headers_of_the_file(tmp_path):
    text = csv_text([*HEAD, *ODD], [*GOOD, *"12345"], ["", *GOOD[1:], *"1234", ""], [*GOOD, *"123456"])
    put(tmp_path, "odd.csv", text)
    run = night(tmp_path, 0)
    folder = publish(run, tmp_path)
    found = exported(tmp_path)
    shown = [*HEAD, *(name for name in ODD if name != "_detail")]
    assert list(found[0]) == [*worklist.MARKS, *shown, "_surplus"]
    assert [[row[name] for name in (*shown[4:], "_surplus")] for row in found] == [
        ["1", "2", "3", "", ""],
        ["1", "2", "3", "5", ",6"],
    ]
    with opened(folder) as published:
        told = published.rows("select headers: list(header) from warehouse.raw.columns")
        columns = published.connection.sql("from warehouse.raw.files limit 0").columns
    assert "@" not in repr(told)
    (problem,) = give_back(tmp_path, [{name: row[name] for name in row if "@" not in name} for row in found]).problems
    assert ("3 column(s) of odd.csv are missing" in problem.why, "@" in problem.why) == (True, False)
    assert "headers" not in columns


def test_an_export_may_have_semicolons(first, tmp_path):
    with opened(tmp_path / "published") as published:
        path = worklist.export(published, tmp_path / "out", delimiter=";").files[0][1]
        assert path.read_text("utf-8-sig").startswith("_file_id;_row_number;")
        checked = retry.check(published, tmp_path, [path], EVENTS)
    assert (checked.untouched, checked.problems) == (3, [])
