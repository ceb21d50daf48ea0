"""A short run over files that no system would write: none raises, hangs or loses a row."""

from __future__ import annotations

from tests.raw.fuzz import broken_account, fuzz
from tests.raw.mutations import SHAPES, mutated


def test_shapes_that_choke_readers_are_taken_or_refused():
    outcome = fuzz(range(-len(SHAPES), 0), seconds=60)
    assert outcome.failures == []
    assert outcome.files > 10


def test_no_file_raises_hangs_or_loses_a_row():
    outcome = fuzz(range(80), seconds=60)
    assert outcome.failures == []
    assert outcome.files > 10


def test_a_seed_makes_the_same_file_each_time():
    once, again = ([mutated(n, []) for n in range(30)] for _ in range(2))
    assert [n for n, (a, b) in enumerate(zip(once, again, strict=True)) if a != b] == []


def test_an_account_that_does_not_add_up_is_told():
    good = {"status": "taken", "rows_read": 2, "rows_accepted": 1, "rows_quarantined": 1, "in_tables": 1, "in_quarantine": 1,
            "numbers": 2, "first": 1, "last": 2}  # fmt: skip
    assert broken_account(good) is None
    for change in ({"rows_read": 3}, {"in_tables": 0}, {"last": 3}, {"numbers": 1}, {"status": "lost"}):
        assert broken_account(good | change) is not None
