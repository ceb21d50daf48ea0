from __future__ import annotations

import re

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from leadgrade.raw.rework.quarantine import file_safe, value_class
from leadgrade.raw.rework.spreadsheet import neutralise, restore
from leadgrade.raw.rework.worklist import File, cells_of

TEXT = st.text(alphabet=st.one_of(st.sampled_from("'=+-@ \t\r\n\x00＝1a."), st.characters(codec="utf-8")), max_size=12)


def through(function, *texts):
    return pl.DataFrame({"x": list(texts)}, schema={"x": pl.String()}).select(function(pl.col("x")))["x"].to_list()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("31/02/2025", "99/99/9999"),
        ("Ünal, O'Néill", "aaaa, a'aaaaa"),
        ("soon\n", "aaaa "),
        ("1 000,50 €", "9 999,99 €"),
        ("x" * 40, "a" * 24),
        ("", ""),
        (None, None),
    ],
)
def test_value_class(value, expected):
    assert through(value_class, value) == [expected]


@given(TEXT)
@settings(max_examples=50)
def test_a_value_class_tells_no_letter_and_no_digit(text):
    (found,) = through(value_class, text)
    assert len(found) <= 24
    assert not re.search(r"[^\Wa9_]", found)
    assert through(value_class, found) == [found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("=1+1", "'=1+1"),
        ("  =cmd|' /C calc'!A0", "'  =cmd|' /C calc'!A0"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("+A1", "'+A1"),
        ("-2+HYPERLINK(A1)", "'-2+HYPERLINK(A1)"),
        ("＝1+1", "'＝1+1"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("- a dash", "'- a dash"),
        ("'=1+1", "''=1+1"),
        ("'s-Hertogenbosch", "'s-Hertogenbosch"),
        ("+49 (30) 901820-77", "+49 (30) 901820-77"),
        ("-12.5", "-12.5"),
        ("-1,234.50", "-1,234.50"),
        ("+1e5", "+1e5"),
        ("a=b", "a=b"),
        ("", ""),
        (None, None),
    ],
)
def test_formula_starts_are_neutralised(text, expected):
    assert through(neutralise, text) == [expected]
    assert through(restore, expected) == [text]


@given(TEXT)
@example("''=")
@example("'+1")
@settings(max_examples=200)
def test_neutralising_is_undone_exactly(text):
    (safe,) = through(neutralise, text)
    assert through(restore, safe) == [text]
    if re.match(r"[\s\ufeff]*[=@＝＋－＠]", safe):
        pytest.fail("begins like a formula")


@pytest.mark.parametrize(
    ("name", "expected"),
    [("contacts 1.csv", "contacts 1.csv"), ("../..", "_"), ("a/b\\c", "a_b_c"), ("", "file"), ("Kunden_ä", "Kunden_ä")],
)
def test_names_from_outside_are_one_part_of_a_path(name, expected):
    assert file_safe(name) == expected


@pytest.mark.parametrize(
    ("code", "payload", "delimiter", "expected"),
    [
        ("no_identity", '{"b": "2", "a": "1"}', ",", ["1", "2", "", ""]),
        ("made_up", "1,2,3", ",", ["1", "2", "3", ""]),
        ("column_count", "1,2", ",", ["1", "2", "", ""]),
        ("column_count", "1;2;3;4;5", ";", ["1", "2", "3", ";4;5"]),
        ("column_count", "1,2,3,", ",", ["1", "2", "3", ","]),
        ("column_count", '"1,5",2,3,4', ",", ["1,5", "2", "3", ",4"]),
        ("column_count", '1,2,"3\n4",5', ",", ["1", "2", "3\n4", ",5"]),
        # an open quote swallows what follows: without regard to quotes the record fits
        ("bad_quote", '1,"2,3', ",", ["1", '"2', "3", ""]),
        ("bad_json", "{broken", None, ["", "", "", "{broken"]),
        ("column_count", "", ",", ["", "", "", ""]),
    ],
)
def test_a_refused_row_as_cells(code, payload, delimiter, expected):
    assert cells_of(File("f", "s", "x.csv", ("a", "b", "c"), delimiter), code, payload) == expected
