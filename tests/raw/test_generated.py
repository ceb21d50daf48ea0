"""Every record and value of 300 drawn files is where it belongs."""

from __future__ import annotations

import pytest

from tests.raw.generated import faults
from tests.raw.maker import cleaned, generate


@pytest.mark.parametrize("case", range(10))
def test_every_record_and_value_of_drawn_files_is_told_rightly(case):
    block = (None, 97, 700, 5000, None)[case % 5]
    assert faults([generate(case * 1000 + n) for n in range(30)], block) == []


def test_a_seed_makes_the_same_file_each_time():
    assert [generate(n) for n in range(5)] == [generate(n) for n in range(5)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\u00a0Ada\u200b ", "Ada"),
        (" N/A ", None),
        ("Na", "Na"),
        ("a\x00b", "ab"),
        ("\u200f", None),
        ("a \n b", "a \n b"),
    ],
)
def test_the_truth_of_a_cell(text, expected):
    assert cleaned(text) == expected
