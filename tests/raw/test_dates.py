from __future__ import annotations

from datetime import date, datetime

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadgrade.raw.cells.dates import DateForm, Evidence, Told, decide, decide_all, evidence, is_ambiguous, parse

MDY, DMY, MIXED = DateForm("mdy"), DateForm("dmy"), DateForm("mdy", "mixed", is_known=False)


@pytest.mark.parametrize(
    ("text", "form", "expected"),
    [
        ("12/21/2025", MDY, datetime(2025, 12, 21)),
        ("5/6/2026", MDY, datetime(2026, 5, 6)),
        ("5/6/2026", DMY, datetime(2026, 6, 5)),
        ("5/6/2026", MIXED, None),
        ("6/6/2026", MIXED, datetime(2026, 6, 6)),
        ("25/6/2026", MIXED, datetime(2026, 6, 25)),
        ("6/25/2026", MIXED, datetime(2026, 6, 25)),
        ("31.12.2024 14:05", MDY, datetime(2024, 12, 31, 14, 5)),
        ("31-12-24", DMY, datetime(2024, 12, 31)),
        ("1/23/2023 12:00 AM", MDY, datetime(2023, 1, 23)),
        ("1/23/2023 1:05 PM", MDY, datetime(2023, 1, 23, 13, 5)),
        ("15 Apr, 2021 00:03:00", MDY, datetime(2021, 4, 15, 0, 3)),
        ("Mon, 15 Apr 2021 10:00:00 GMT", MDY, datetime(2021, 4, 15, 10)),
        ("Apr 15, 2021", MDY, datetime(2021, 4, 15)),
        ("15-Apr-21", MDY, datetime(2021, 4, 15)),
        ("15. März 2021", MDY, datetime(2021, 3, 15)),
        ("15 de abril de 2021", MDY, datetime(2021, 4, 15)),
        ("10 juillet 2021", MDY, datetime(2021, 7, 10)),
        ("1617235200", MDY, datetime(2021, 4, 1)),
        ("1617235200123", MDY, datetime(2021, 4, 1, 0, 0, 0, 123000)),
        ("20240131", MDY, datetime(2024, 1, 31)),
        ("2024/01/31 10:00", MDY, datetime(2024, 1, 31, 10)),
        ("2025-10-27T00:00:00Z", MDY, datetime(2025, 10, 27)),
        ("4/31/2024", MDY, None),
        ("13/13/2020", DMY, None),
        ("99999999", MDY, None),
        ("202411", MDY, None),
        ("2025123", MDY, None),
        ("soon", MDY, None),
        (None, MDY, None),
    ],
)
def test_parse(text, form, expected):
    assert parse(pl.Series("at", [text], dtype=pl.String), form).to_list() == [expected]


@pytest.mark.parametrize(
    ("texts", "form"),
    [
        (["1/2/2025", "12/21/2025"], DateForm("mdy", "evidence")),
        (["1/2/2025", "21/12/2025"], DateForm("dmy", "evidence")),
        (["1/2/2025"], DateForm("mdy", "country")),
        (["21/12/2025", "12/21/2025"], DateForm("mdy", "mixed", is_known=False)),
        (["2025-01-02", "31.12.2025", None], DateForm("mdy", "country")),
    ],
)
def test_the_column_decides_the_order(texts, form):
    assert decide(evidence(pl.Series("at", texts)), Told("mdy", "country")) == form


@pytest.mark.parametrize(
    ("told", "known"), [(Told("mdy", "configured"), True), (Told("mdy", "system"), True), (Told(), False)]
)
def test_a_known_order_reads_what_a_mixed_column_leaves_open(told, known):
    form = decide(Evidence(5, 1, 1), told)
    texts = pl.Series("at", ["3/4/2025", "25/4/2025", "4/25/2025", "5/5/2025", "3.4.2025"])
    days = [(2025, 3, 4), (2025, 4, 25), (2025, 4, 25), (2025, 5, 5), (2025, 4, 3)]
    expected = [datetime(*day) for day in days]
    assert parse(texts, form).to_list() == (expected if known else [None, *expected[1:]])


@pytest.mark.parametrize(
    ("text", "expected"),
    [("3/4/2025", True), ("03-04-25 10:00", True), ("3/3/2025", False), ("13/4/2025", False), ("3.4.2025", False),
     ("2025-03-04", False), (None, False)],
)  # fmt: skip
def test_ambiguous(text, expected):
    assert pl.select(is_ambiguous(pl.lit(text, dtype=pl.String))).item() is expected


def test_a_column_that_does_not_tell_follows_those_that_do():
    found = {0: Evidence(3, 0, 1), 1: Evidence(2), 2: Evidence()}
    assert decide_all(found, Told("dmy", "country")) == {0: DateForm("mdy", "evidence"), 1: DateForm("mdy", "file")}


def test_columns_that_disagree_leave_the_third_to_the_assumption():
    found = {0: Evidence(3, 0, 1), 1: Evidence(3, 1, 0), 2: Evidence(2)}
    assert decide_all(found, Told("dmy", "country"))[2] == DateForm("dmy", "country")


@settings(max_examples=6, deadline=None)
@given(st.lists(st.text("0123456789/.-: TZapm+JanMär,", max_size=24), min_size=1, max_size=60))
def test_no_text_makes_parse_raise(texts):
    for form in (MDY, DMY, MIXED):
        assert len(parse(pl.Series("at", texts), form)) == len(texts)


@settings(max_examples=4, deadline=None)
@given(st.lists(st.dates(min_value=date(1971, 1, 1), max_value=date(2069, 12, 31)), min_size=1, max_size=40))
def test_written_dates_are_read_back(days):
    texts = {"%m/%d/%Y": MDY, "%d/%m/%Y": DMY, "%d.%m.%Y": MDY, "%d %b %Y": DMY, "%Y/%m/%d": DMY}
    for written, form in texts.items():
        column = pl.Series([day.strftime(written) for day in days])
        assert parse(column, form).dt.date().to_list() == days
