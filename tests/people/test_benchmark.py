"""The measures of the benchmark, and that its lock says where nothing comes from."""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl
import pytest

from benchmarks.people import measures, sets

ROOT = Path(__file__).parents[2]


def known(*rows: tuple[str, str]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=["truth", "person_id"], orient="row").with_row_index("lead_id")


CASES = {
    "all right": ((("a", "1"), ("a", "1"), ("b", "2")), (1.0, 1.0, 1.0), 1.0, 0.0),
    "all apart": ((("a", "1"), ("a", "2"), ("b", "3")), (0.0, 0.0, 0.0), 0.8, 0.0),
    # one of three pairs that are said is true; of two people one is lost
    "one person of two": ((("a", "1"), ("a", "1"), ("b", "1")), (1 / 3, 1.0, 0.5), 5 / 7, 5000.0),
    "half of a pair of pairs": (
        (("a", "1"), ("a", "1"), ("b", "2"), ("b", "3")), (1.0, 0.5, 2 / 3), 6 / 7, 0.0,
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_accuracy(case: str) -> None:
    rows, pairwise, b_cubed, merges = CASES[case]
    frame = known(*rows)
    assert measures.pairwise(frame) == pytest.approx(pairwise)
    assert measures.b_cubed(frame) == pytest.approx(b_cubed)
    assert measures.false_merges(frame) == pytest.approx(merges)


def test_leads_that_nobody_found_are_people_of_their_own() -> None:
    truth = pl.DataFrame({"lead_id": ["x", "y", "z"], "truth": ["a", "a", None]})
    found = measures.with_people(truth, pl.DataFrame({"lead_id": ["x"], "person_id": ["1"]}))
    assert found.sort("lead_id")["person_id"].to_list() == ["1", "alone y"]


def test_calibration_by_tenths() -> None:
    truth = pl.DataFrame({"lead_id": ["x", "y", "z"], "truth": ["a", "a", "b"]})
    pairs = pl.DataFrame(
        {"lead_id_a": ["x", "x", "y"], "lead_id_b": ["y", "z", "z"], "match_probability": [1.0, 0.05, 0.15]}
    )
    bins = measures.calibration(truth, pairs)
    assert bins.rows() == [(0, 1, 0.05, 0.0), (1, 1, 0.15, 0.0), (9, 1, 1.0, 1.0)]
    assert measures.calibration_error(bins) == pytest.approx((0.05 + 0.15) / 3)


@pytest.mark.parametrize(
    ("name", "spec"),
    [
        ("febrl4", "febrl4"),
        ("febrl2", "febrl3"),
        ("demo 20000 low 1", "leads"),
        ("fake_1000", "fake_1000"),
        ("x", None),
    ],
)
def test_settings_of_a_set(name: str, spec: str | None) -> None:
    assert sets.spec_of(name) == spec


def test_the_locks_name_no_index_and_pin_by_hash() -> None:
    for lock in ("requirements.lock", "requirements-bench.lock"):
        text = (ROOT / lock).read_text()
        assert "://" not in text
        assert all("--hash=sha256:" in entry for entry in re.split(r"\n(?=[a-z])", text)[1:])
    assert "splink" not in (ROOT / "requirements.lock").read_text()
