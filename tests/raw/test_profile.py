"""The profile of a file's columns: exact counts, and looks told from a sample."""

from __future__ import annotations

from collections import Counter

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadgrade.engine.duckdb import polars_schema
from leadgrade.raw.profile import SAMPLE, Profile


def frame_of(batches: list[list[list[str | None]]], width: int) -> pl.DataFrame:
    """The profile of batches of rows."""
    profile = Profile([f"h{i}" for i in range(width)], {0: "email"})
    for rows in batches:
        cells = {f"c{i}": pl.Series([row[i] for row in rows], dtype=pl.String()) for i in range(width)}
        profile.add(pl.DataFrame(cells | {"row_number": range(len(rows))}), {})
    return profile.frame("f1", "crm", "leads")


def look(*values: str | None) -> str:
    return str(frame_of([[[value] for value in values]], 1)["look"].item())


LOOKS = {
    "email": ["a@example.com", "Bo Li <bo@example.com>", "c@example.com; d@example.org"],
    "url": ["https://example.com/x?y=1", "www.example.com", "example.co.uk", "EXAMPLE.COM/path"],
    "boolean": ["true", "No", "X", "Ja", "checked"],
    "date": [
        *("2026-01-02", "2026-01-02T03:04:05Z", "2024-01-31 10:00:00 UTC", "12/21/2025", "1/23/2023 12:00 AM"),
        *("31.12.2025", "31.12.25", "15 Apr, 2021 00:03:00", "Apr 15, 2021", "5-Mar-2021", "20240131"),
    ],
    "number": [
        *("1", "0", "12,5", "-3.5", "$22,700.00", "R$ 100.000", "$342.09K", "38 %", "146536,25", "1 200", "(1,200)"),
        *("12345678", "0.5"),
    ],
    "phone": [
        *("+14155550100", "(415) 555-0100", "030 1234567", "p:+4915112345678", "415-555-0100 x12"),
        *("0049 151 2345678", "0301234567", "415.555.0100"),
    ],
    "id": [
        *("00Q5e00001AbCdE", "l:123456789", "123456789012", "INV-2024-001", "f81d4fae-7dec-11d0-a765-00a0c91e6bf6"),
        *("02134", "#123"),
    ],
    "text": ["Ann Lee", "Head of Sales", "51-200 employees", "ann@", "a.b", "http", "-", "12 Main St", "select"],
}


@pytest.mark.parametrize(("expected", "value"), [(name, value) for name, values in LOOKS.items() for value in values])
def test_looks_of_one_value(expected: str, value: str) -> None:
    assert look(value) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], "empty"),
        ([None] * 5, "empty"),
        ([None] * 500 + ["a@example.com"], "email"),
        (["a@example.com"] * 9 + ["none yet"], "email"),
        (["a@example.com"] * 8 + ["none yet"] * 2, "text"),
        (["4155550100"] * 5 + ["(415) 555-0100"] * 5, "text"),
        (["415 555 0100"] * 5 + ["(415) 555-0100"] * 5, "phone"),
        (["94103"] * 93 + ["02134"] * 7, "number"),
        (["94103"] * 50 + ["02134"] * 50, "id"),
        (["0", "1", "1"], "number"),
        (["true", "false"] * 3, "boolean"),
    ],
)
def test_a_column_has_the_look_of_nine_tenths(values: list[str | None], expected: str) -> None:
    assert look(*values) == expected


def test_a_column_that_changes_halfway_is_text() -> None:
    early, late = [["2026-01-02"]] * SAMPLE, [["tomorrow"]] * SAMPLE
    assert frame_of([early, late], 1)["look"].item() == "text"
    assert frame_of([early] * 3 + [late] * 2, 1)["look"].item() == "text"
    assert frame_of([early] * 4 + [early[:5]], 1)["look"].item() == "date"


def test_only_the_first_values_of_a_batch_are_looked_at() -> None:
    rows = [["7"]] * SAMPLE + [["many words"]] * (10 * SAMPLE)
    assert frame_of([rows], 1).select("look", "filled").row(0) == ("number", 11 * SAMPLE)


def test_a_column_that_is_filled_late_is_looked_at() -> None:
    nothing: list[list[str | None]] = [[None]] * 10
    assert frame_of([nothing, nothing, [["a@example.com"]]], 1)["look"].item() == "email"
    assert frame_of([[], nothing, []], 1)["look"].item() == "empty"


def test_frame_is_that_of_the_contract() -> None:
    profile = Profile(["E-Mail", "Ort", "x" * 900], {0: "email", 1: "city"})
    batch = pl.DataFrame(
        {"c0": ["a@example.com", None], "c1": ["Rom", "Kiel"], "c2": [None, None], "row_number": [1, 2]}
    )
    profile.add(batch.cast({"c2": pl.String()}), {0: 1})
    profile.add(batch.cast({"c2": pl.String()}), {0: 1, 2: 2}, {1: 3})
    frame = profile.frame("f1", "crm", "leads")
    assert dict(frame.schema) == polars_schema("raw.columns")
    assert frame.drop("file_id", "source", "object", "header").rows() == [
        (1, "email", 2, 2, 0, "email"),
        (2, "city", 4, 0, 3, "text"),
        (3, None, 0, 2, 0, "empty"),
    ]
    assert frame["header"].to_list() == ["E-Mail", "Ort", "x" * 900]
    assert set(frame.select("file_id", "source", "object").row(0)) == {"f1", "crm", "leads"}


def test_a_file_without_rows_or_columns() -> None:
    assert Profile([], {}).frame("f1", "crm", "leads").is_empty()
    assert Profile(["a"], {}).frame("f1", "crm", "leads").select("filled", "look").rows() == [(0, "empty")]


CELLS = st.one_of(st.none(), st.text(max_size=12), st.sampled_from(["a@example.com", "1", "true", "2026-01-02"]))


@given(
    st.integers(1, 4).flatmap(
        lambda n: st.lists(st.lists(st.lists(CELLS, min_size=n, max_size=n), max_size=6), max_size=5)
    )
)
@settings(max_examples=60, deadline=None)
def test_counts_equal_a_plain_count(batches: list[list[list[str | None]]]) -> None:
    width = len(next((row for rows in batches for row in rows), [None]))
    expected: Counter[int] = Counter()
    for row in (row for rows in batches for row in rows):
        expected.update(p for p, cell in enumerate(row) if cell is not None)
    frame = frame_of(batches, width)
    assert frame["filled"].to_list() == [expected[p] for p in range(width)]
    assert [name == "empty" for name in frame["look"]] == [expected[p] == 0 for p in range(width)]
