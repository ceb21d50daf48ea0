"""Columns of text that are laid down by hand equal those that polars makes."""

from __future__ import annotations

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from leadgrade.contacts.digit_text import digit_text
from leadgrade.contacts.text_views import alone

_NUMBER = st.integers(0, 19).flatmap(lambda size: st.tuples(st.integers(0, 10**size - 1), st.just(size), st.booleans()))


@given(rows=st.lists(_NUMBER, max_size=40), sign=st.sampled_from(["", "+"]))
def test_digits_with_their_zeros_and_sign(rows: list[tuple[int, int, bool]], sign: str) -> None:
    numbers = np.array([number for number, _, _ in rows], np.uint64)
    sizes = np.array([size for _, size, _ in rows], np.uint8)
    present = np.array([is_present for _, _, is_present in rows], np.bool_)
    expected = [
        f"{sign}{str(number).zfill(size) if size else ''}" if is_present else None for number, size, is_present in rows
    ]
    assert digit_text(numbers, sizes, present, sign=sign).to_list() == expected


def test_more_numbers_than_one_batch() -> None:
    numbers = np.arange(40_000, dtype=np.uint64) * np.uint64(123_456_789)
    sizes = np.full(len(numbers), 14, np.uint8)
    found = digit_text(numbers, sizes, np.ones(len(numbers), np.bool_), sign="+")
    assert found.to_list() == [f"+{number:014d}" for number in numbers.tolist()]
    # and they bear what polars does to strings
    assert found.str.slice(1).cast(pl.UInt64).to_list() == numbers.tolist()


@given(values=st.lists(st.none() | st.text(max_size=40), max_size=20), gap=st.integers(1, 4))
def test_texts_alone_in_a_column(values: list[str | None], gap: int) -> None:
    rows = np.arange(len(values)) * gap
    expected: list[str | None] = [None] * (len(values) * gap)
    for row, value in zip(rows.tolist(), values, strict=True):
        expected[row] = value
    assert alone(len(expected), rows, pl.Series(values, dtype=pl.String)).to_list() == expected


def test_texts_of_a_slice_alone_in_a_column() -> None:
    values = pl.Series(["no", "a text of more than twelve bytes", None, "short", "no"]).slice(1, 3)
    found = alone(5, np.array([0, 2, 4]), values)
    assert found.to_list() == ["a text of more than twelve bytes", None, None, None, "short"]
