from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from leadgrade.raw.inbox.offers import offered
from leadgrade.raw.rework import retry
from leadgrade.raw.rework.quarantine import retry_folder
from tests.raw.corrections import change, exported, give_back, night, publish
from tests.raw.files import rows, run_with

NAMES = [
    "web",
    "..",
    ".",
    "",
    " ",
    "../../etc",
    "a/b",
    "a_b",
    "a\\b",
    ".hidden",
    "Kunden [neu] *?",
    "x" * 300,
    "a\0b",
    "~",
]


@pytest.mark.parametrize("name", NAMES)
def test_the_night_looks_where_corrections_are_placed(name, tmp_path):
    folder = retry_folder(tmp_path, name)
    assert folder.resolve().parent == tmp_path / "retry"
    assert retry_folder(tmp_path, name) == folder
    folder.mkdir(parents=True)
    (folder / "x.csv").write_text("a\n1\n", encoding="utf-8")
    found = [offer.location for offer in offered(run_with(tmp_path, {name: {"path": "inbox/*"}, "z": {"path": "z/*"}}))]
    assert found == [f"retry/{folder.name}/x.csv"]


def test_every_source_has_a_folder_of_its_own(tmp_path):
    assert len({retry_folder(tmp_path, name) for name in NAMES}) == len(NAMES)


# --- two corrections of one row before the night ---------------------------------------------------------------------


def waiting(home: Path) -> dict[str, list[tuple[str, str]]]:
    """Name of each file in the retry folder -> row number and page title of its rows."""
    found = {}
    for path in sorted((home / "retry" / "web").iterdir()):
        with path.open(encoding="utf-8", newline="") as file:
            found[path.name] = [(row["_row_number"], row["page_title"]) for row in csv.DictReader(file)]
    return found


def given(home: Path, records: list[dict[str, str]], title: str) -> retry.Checked:
    checked = give_back(home, [change(row, page_title=title, _surplus="") for row in records])
    assert checked.problems == []
    retry.place(checked)
    return checked


def test_the_newer_correction_of_a_row_takes_the_place_of_the_one_that_waits(first, tmp_path):
    records = exported(tmp_path)
    assert given(tmp_path, records, "old").replaced == []
    newer = given(tmp_path, records[1:2], "new")
    assert [(old.rows, old.left) for old in newer.replaced] == [(1, 2)]
    expected = [[("2", "old"), ("4", "old")], [("3", "new")]]
    assert sorted(waiting(tmp_path).values()) == expected
    before = waiting(tmp_path)
    again = given(tmp_path, records[1:2], "new")
    assert (again.replaced, [c.is_known for c in again.corrections], waiting(tmp_path)) == ([], [True], before)
    last = given(tmp_path, records, "last")
    assert sorted((old.rows, old.left) for old in last.replaced) == [(1, 0), (2, 0)]
    assert list(waiting(tmp_path).values()) == [[("2", "last"), ("3", "last"), ("4", "last")]]
    assert [path.stat().st_mode & 0o777 for path in (tmp_path / "retry" / "web").iterdir()] == [0o600]


def test_what_was_taken_in_gives_way_no_more(first, tmp_path):
    records = exported(tmp_path)
    given(tmp_path, records[1:], "old")
    publish(night(tmp_path, 1, first), tmp_path)
    assert given(tmp_path, records[:1], "new").replaced == []
    assert sorted(waiting(tmp_path).values()) == [[("2", "new")], [("3", "old"), ("4", "old")]]


def test_one_row_is_taken_in_once_after_two_corrections(first, tmp_path):
    records = [change(exported(tmp_path)[0], occurred_at="2025-02-28")]
    for title in ("old", "new"):
        given(tmp_path, records, title)
    run = night(tmp_path, 1, first)
    found = rows(run, "select answers from raw.events where subject_email = 'b@example.com'")
    assert [json.loads(row["answers"])["page_title"] for row in found] == ["new"]
