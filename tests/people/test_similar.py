"""Texts of pairs compared in columns, against the same done pair by pair."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import OSA, JaroWinkler

from leadgrade.people.compare import FEATURES
from leadgrade.people.names import nickname_pairs
from leadgrade.people.similar import LEAST_ALIKE, MOST_EDITS, alike, edits, similarity, with_similarity

NAME = st.none() | st.text("abcé ", min_size=1, max_size=9) | st.sampled_from(["bob", "robert", "ann", "anna", "lee"])
# a text and what slips of the pen make of it
TEXT = st.text("abcdé@.", min_size=4, max_size=9)
SLIPPED = st.builds(lambda a, at, gone, more: (a, a[:at] + more + a[at + gone :]), TEXT, st.integers(0, 4), st.integers(0, 3),
                    st.text("xy", max_size=2))  # fmt: skip


def pairs(texts: list[tuple[str | None, ...]], columns: tuple[str, ...]) -> pl.DataFrame:
    """Rows of compare_query with these columns filled."""
    blank = dict.fromkeys((f"{f}_{side}" for f in FEATURES for side in "ab"), pl.lit(None, pl.String))
    return pl.DataFrame(texts, schema=dict.fromkeys(columns, pl.String), orient="row").with_columns(
        **{name: value for name, value in blank.items() if name not in columns}
    )


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(NAME, NAME) | SLIPPED, min_size=1, max_size=30), st.sampled_from(sorted(LEAST_ALIKE)))
def test_likeness(texts: list[tuple[str | None, ...]], field: str) -> None:
    found = with_similarity(pairs(texts, (f"{field}_a", f"{field}_b")))[f"{field}_jw"].to_list()
    for (a, b), value in zip(texts, found, strict=True):
        if a is None or b is None or a == b:
            assert value is None
        else:
            exact = JaroWinkler.similarity(a, b)
            assert value == (exact if exact >= LEAST_ALIKE[field] - 1e-6 else 0)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(NAME, NAME) | SLIPPED, min_size=1, max_size=30), st.sampled_from(sorted(MOST_EDITS)))
def test_edits(texts: list[tuple[str | None, ...]], field: str) -> None:
    frame = with_similarity(pairs(texts, (f"{field}_a", f"{field}_b")))
    for most in range(MOST_EDITS[field] + 1):
        found = frame.select(edits(field, most).fill_null(value=False)).to_series().to_list()
        assert found == [a is not None and b is not None and a != b and OSA.distance(a, b) <= most for a, b in texts]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(NAME, NAME, NAME, NAME), min_size=1, max_size=20))
@example(
    [
        ("carmen", "daniels", "daniels", "carmen"),
        ("carmen", "daniels", "daniel", "carmen"),
        ("ann", "lee", "lew", "ann"),
    ]
)
def test_names_in_each_others_box(texts: list[tuple[str | None, ...]]) -> None:
    frame = with_similarity(pairs(texts, ("first_a", "last_a", "first_b", "last_b")))

    def crossed(first_a: str | None, last_a: str | None, first_b: str | None, last_b: str | None) -> bool:
        if None in (first_a, last_a, first_b, last_b):
            return False
        straight = JaroWinkler.similarity(first_a, first_b) < 0.8 and JaroWinkler.similarity(last_a, last_b) < 0.8
        return straight and JaroWinkler.similarity(f"{first_a} {last_a}", f"{last_b} {first_b}") >= 0.95

    assert frame["is_swapped"].to_list() == [crossed(*row) for row in texts]
    assert frame["is_nickname"].fill_null(value=False).to_list() == [(r[0], r[2]) in nickname_pairs() for r in texts]


def test_values_that_come_again_are_compared_once_and_told_each_time() -> None:
    a, b = pl.Series(["ulm", "ulm", None, "bonn"] * 50), pl.Series(["ulme", "ulme", "x", "bonn"] * 50)
    once, each = (similarity(a, b, JaroWinkler.similarity, 0.5, once=once) for once in (True, False))
    assert once.to_list() == each.to_list()


def test_a_level_may_not_ask_for_more_than_is_compared() -> None:
    with pytest.raises(AssertionError, match="MOST_EDITS of phone"):
        edits("phone", MOST_EDITS["phone"] + 1)
    with pytest.raises(AssertionError, match="LEAST_ALIKE of city"):
        alike("city", LEAST_ALIKE["city"] - 0.1)
