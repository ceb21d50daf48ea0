from __future__ import annotations

from pathlib import Path

import pytest

from leadgrade.raw.rework import retry
from leadgrade.raw.rework.letters import is_spoilt
from tests.raw.corrections import EVENTS, GOOD, HEAD, as_text, change, exported, night, opened, publish
from tests.raw.files import csv_text, put


def old_letters(home: Path, records: list[dict[str, str]], encoding: str = "cp1252") -> retry.Checked:
    path = as_text(";", encoding)(home / "edited.csv", [list(records[0]), *(list(row.values()) for row in records)])
    with opened(home / "published") as published:
        return retry.check(published, home, [path], EVENTS)


@pytest.fixture
def accents(tmp_path):
    """Two refused rows with letters outside of ASCII, the second with one that western Windows lacks."""
    records = [["", *GOOD[1:3], "Übersicht für Zoë"], ["", *GOOD[1:3], "Łódź"], ["", *GOOD[1:3], "plain"]]
    put(tmp_path, "accents.csv", csv_text(HEAD, *records))
    publish(night(tmp_path, 0), tmp_path)
    return exported(tmp_path)


def test_an_old_encoding_is_taken_where_unchanged_cells_prove_it(accents, tmp_path):
    first, _, third = accents
    edited = [change(first, subject_email="é@example.com"), change(third, page_title="Größe")]
    checked = old_letters(tmp_path, edited)
    assert checked.problems == []
    assert "Größe" in checked.corrections[0].content.decode()


@pytest.mark.parametrize(
    ("edit", "encoding", "why"),
    [
        (lambda one, two, three: [change(three, page_title="Größe")], "cp1252", "no unchanged cell proves which"),
        (lambda one, two, three: [change(one, subject_email="x")], "mac_roman", "letters of it were lost"),
        (lambda one, two, three: [change(one, subject_email="x"), change(two, page_title="?ód?")], "cp1252", "lost"),
        (lambda one, two, three: [change(two, page_title="?ód?")], "utf-8", "letters of it were lost"),
    ],
)
def test_letters_that_did_not_survive_stop_the_retry(accents, tmp_path, edit, encoding, why):
    checked = old_letters(tmp_path, edit(*accents), encoding)
    assert any(why in problem.why for problem in checked.problems)
    assert all("CSV UTF-8" in problem.why for problem in checked.problems)


@pytest.mark.parametrize(
    ("before", "now", "is_guessed", "expected"),
    [
        ("Łódź", "Łódź", True, False),
        ("Łódź", "Lódz", True, True),  # Windows takes the nearest letter that it has
        ("Łódź", "Lódz", False, False),
        ("Łódź", "?ód?", False, True),
        ("Łódź", "?ód? 5", False, False),
        ("Müller", "Muller", True, False),
        ("Müller", "MŸller", True, True),
        ("Müller", "M?ller", False, False),
        ("Muller", "Müller", True, False),
    ],
)
def test_spoilt_letters(before, now, is_guessed, expected):
    assert is_spoilt(before, now, is_guessed=is_guessed) is expected
