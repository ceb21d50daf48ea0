"""The reader of delimited text does what the plain rules say, whatever the text and wherever its blocks are cut."""

from __future__ import annotations

from random import Random

import pytest

from leadgrade.raw.readers import delimited
from leadgrade.raw.readers.sniffed import Sniffed
from tests.raw.rules import records

SIGNS = ("a", "b", "é", " ", ",", ",", '"', '"', '""', '",', ',"', '","', "{end}", "{end}", '{end}"', '"{end}')
WHOLE = ("a,b{end}", '"a","b"{end}', "a,b,c{end}")


def read(path, width):
    """Cells or reason of each record, by its number."""
    sniffed = Sniffed("csv", None, "utf-8", ",", tuple("abc"[:width]), 0, 1)
    told = {}
    for batch in delimited.read_delimited(path, sniffed):
        found = [
            (n, tuple(cells)) for *cells, n in batch.rows.select(*(f"c{i}" for i in range(width)), "row_number").rows()
        ]
        for number, what in [*found, *((r.row_number, r.reason) for r in batch.rejects)]:
            assert number not in told
            told[number] = what
    assert sorted(told) == list(range(1, len(told) + 1))
    return [told[n] for n in sorted(told)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1,2\n\n3,4", [("1", "2"), ("3", "4")]),
        ('"1\n""x""",2\r\n', [('1\n"x"', "2")]),
        ('1,a"b\n', [("1", 'a"b')]),
        ('1,"a\n2,b\n', ["unterminated_quote", ("2", "b")]),
        ('1,"a\n2,"b"\n', ["bad_quote", ("2", "b")]),
        ('1,"a"b\n2,b\n', ["bad_quote", ("2", "b")]),
        ('1\n1,2,3\n"",\n', ["column_count", "column_count", ("", "")]),
        ('1,"a\n2,b\n3,c",x\n', ["bad_quote", ("2", "b"), "column_count"]),
    ],
)
def test_the_rules(text, expected):
    assert records(text, 2) == expected


@pytest.mark.parametrize("seed", range(4))
def test_the_reader_keeps_the_rules_wherever_its_blocks_end(seed, tmp_path, monkeypatch):
    rng, path = Random(seed), tmp_path / "file"
    for _ in range(250):
        width, end = rng.choice((2, 2, 3)), rng.choice(("\n", "\r\n", "\r"))
        signs = SIGNS + (("\n", "\r") if rng.random() < 0.2 and end != "\r" else ()) + WHOLE * rng.choice((0, 3))
        text = "".join(rng.choices(signs, k=rng.randint(1, 25))).replace("{end}", end)
        path.write_bytes((",".join("abc"[:width]) + end + text).encode())
        for block in (1 << 20, rng.choice((1, 3, 7, 16))):
            monkeypatch.setattr(delimited, "BLOCK", block)
            assert read(path, width) == records(text, width), (block, text)
