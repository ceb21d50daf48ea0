from __future__ import annotations

import random

import polars as pl
import pytest

from leadgrade.contacts import numbering

COLUMNS = [
    [],
    ["a"],
    [None, None],
    ["a", None, "b", "a", "", None, "b"],
    random.Random(1).choices([str(n) for n in range(300)], k=2000),
]


@pytest.mark.parametrize("bits", [None, 1, 4])
@pytest.mark.parametrize("values", COLUMNS, ids=len)
def test_each_distinct_value_has_one_number(
    values: list[str | None], bits: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if bits:  # a table so small that most hashes meet in it
        monkeypatch.setattr(numbering, "_bits", lambda _: bits)
    column = pl.Series("value", values, dtype=pl.String)
    distinct, places = numbering.numbered(column)
    assert distinct.gather(places).to_list() == values
    assert sorted(distinct.to_list(), key=str) == sorted(set(values), key=str)


def test_values_are_put_into_a_copy() -> None:
    column = pl.Series(["a", "b", None])
    assert numbering.placed(column, pl.Series([2, 0], dtype=pl.UInt32), pl.Series(["c", None])).to_list() == [
        None,
        "b",
        "c",
    ]
    assert column.to_list() == ["a", "b", None]
