from __future__ import annotations

from datetime import datetime

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadgrade.raw.cells import values


def apply(function, *texts):
    frame = pl.DataFrame({"text": list(texts)}, schema={"text": pl.String})
    return frame.select(function(pl.col("text")).alias("value"))["value"].to_list()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  Anna ", "Anna"),
        ("\u00a0Anna\u200b", "Anna"),
        ("\ufeffAn\x00na", "Anna"),
        ("two\nlines", "two\nlines"),
        ("Select", None),
        ("--None--", None),
        ("-", None),
        ("n/a", None),
        ("null", None),
        ("undefined", None),
        ("(unknown)", None),
        ("Not Specified", None),
        ("Example-Job-title", None),
        ("NA", None),
        ("Na", "Na"),
        ("Null", "Null"),
        ("none", "none"),
        ("   ", None),
        (None, None),
    ],
)
def test_clean_text(text, expected):
    assert apply(values.clean_text, text) == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("true", True), ("Yes", True), ("1", True), ("ON", True), ("ja", True), ("FALSE", False), ("no", False), ("0", False),
     ("maybe", None), ("", None), (None, None)],
)  # fmt: skip
def test_to_boolean(text, expected):
    assert apply(values.to_boolean, text) == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$22,700.00", 22700),
        ("146536,25", 146536.25),
        ("R$ 100.000", 100000),
        ("€ 12.345", 12345),
        ("12.345", 12.345),
        ("$342.09K", 342090),
        ("1.2M", 1.2e6),
        ("3 million", 3e6),
        ("38 %", 38),
        ("(1,200)", -1200),
        ("-5", -5),
        ("1 234,56", 1234.56),
        ("1'234.5", 1234.5),
        ("1.234.567", 1234567),
        ("1,00,000", 100000),
        ("1.234.567,89", 1234567.89),
        ("0.385", 0.385),
        ("USD 5,000", 5000),
        ("51-200", None),
        ("12abc", None),
        ("abc", None),
        ("", None),
        (None, None),
    ],
)
def test_to_number(text, expected):
    assert apply(values.to_number, text) == [pytest.approx(expected) if expected is not None else None]


@pytest.mark.parametrize(
    ("text", "low", "high", "middle"),
    [
        ("51-200", 51, 200, 125.5),
        ("51–200 employees", 51, 200, 125.5),
        ("1,001 to 5,000", 1001, 5000, 3000.5),
        ("10,001+", 10001, None, 10001),
        (">1000", 1000, None, 1000),
        ("< 10", 0, 10, 5),
        ("250", 250, 250, 250),
        ("$1M-$10M", 1e6, 10e6, 5.5e6),
        ("many", None, None, None),
    ],
)
def test_bands(text, low, high, middle):
    found = [apply(f, text)[0] for f in (values.band_lo, values.band_hi, values.band_mid)]
    assert found == [low, high, middle]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-01-05", datetime(2024, 1, 5)),
        ("2024-01-05 10:00", datetime(2024, 1, 5, 10)),
        ("2020-12-30 3:15:52", datetime(2020, 12, 30, 3, 15, 52)),
        ("2024-01-05T10:00:00Z", datetime(2024, 1, 5, 10)),
        ("2024-01-05 10:00:00.123 UTC", datetime(2024, 1, 5, 10, 0, 0, 123000)),
        ("2024-01-05T10:00:00+02:00", datetime(2024, 1, 5, 8)),
        ("2024-01-05T10:00:00-0530", datetime(2024, 1, 5, 15, 30)),
        ("2024-01-05 10:00:00+02", datetime(2024, 1, 5, 8)),
        ("2024-02-30", None),
        ("05/01/2024", None),
        (None, None),
    ],
)
def test_iso_timestamp(text, expected):
    assert apply(values.iso_timestamp, text) == [expected]


FUNCTIONS = [values.clean_text, values.to_boolean, values.to_number, values.band_lo, values.band_hi, values.band_mid,
             values.iso_timestamp]  # fmt: skip


@settings(max_examples=5, deadline=None)
@given(st.lists(st.text(max_size=30), min_size=1, max_size=40))
def test_no_text_makes_a_value_function_raise(texts):
    for function in FUNCTIONS:
        assert len(apply(function, *texts)) == len(texts)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(max_size=30), min_size=1, max_size=40))
def test_cleaning_twice_is_cleaning_once(texts):
    once = apply(values.clean_text, *texts)
    assert apply(values.clean_text, *once) == once


@settings(max_examples=5, deadline=None)
@given(st.lists(st.floats(min_value=-1e9, max_value=1e9, allow_nan=False), min_size=1, max_size=40))
def test_numbers_written_with_separators_are_read_back(numbers):
    # two decimals: never mistaken for a group of three
    expected = [pytest.approx(round(number, 2)) for number in numbers]
    assert apply(values.to_number, *(f"{number:,.2f}" for number in numbers)) == expected
    assert apply(values.to_number, *(f"{number:.2f}" for number in numbers)) == expected
