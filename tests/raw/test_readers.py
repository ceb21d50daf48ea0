"""Delimited text: what is a record, what is not, and what it costs its neighbours."""

from __future__ import annotations

import csv
import gzip
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadgrade.raw.readers import delimited
from leadgrade.raw.readers.batches import read_batches
from leadgrade.raw.readers.sniff import sniff
from leadgrade.raw.readers.sniffed import ROW_NUMBER


def read(path):
    """Rows and reasons by record number."""
    rows, rejects = {}, {}
    for batch in read_batches(path, sniff(path)):
        for row in batch.rows.to_dicts():
            number = row.pop(ROW_NUMBER)
            rows[number] = list(row.values())
        rejects |= {reject.row_number: reject.reason for reject in batch.rejects}
    return rows, rejects


def written(tmp_path, content):
    path = tmp_path / "data.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


# control characters in numbers make a file binary
cells = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], include_characters="\n\r\t"), max_size=8)


@settings(deadline=None)
@given(st.lists(st.lists(cells, min_size=3, max_size=3), max_size=30), st.sampled_from([40, 200, 1 << 20]))
def test_every_cell_comes_back(tmp_path_factory, records, block):
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n", quoting=csv.QUOTE_ALL)
    writer.writerows([["first", "second", "third"], *records])
    path = written(tmp_path_factory.mktemp("cells"), text.getvalue())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(delimited, "BLOCK", block)
        assert read(path) == (dict(enumerate(records, start=1)), {})


def test_bad_records_keep_their_numbers_over_blocks(tmp_path, monkeypatch):
    monkeypatch.setattr(delimited, "BLOCK", 200)
    lines = [f"{i},{i}{',x' if i % 7 == 0 else ''}" + ("\n" if i % 5 == 0 else "") for i in range(1, 300)]
    rows, rejects = read(written(tmp_path, "a,b\n" + "\n".join(lines) + "\n"))
    assert rows == {i: [str(i), str(i)] for i in range(1, 300) if i % 7}
    assert rejects == {i: "column_count" for i in range(1, 300) if i % 7 == 0}


CASES = {
    "header alone": ("a,b\n", {}, {}),
    "only bad records": ("a,b\n1\n2\n", {}, {1: "column_count", 2: "column_count"}),
    "no line end at the end": ("a,b\n1,2", {1: ["1", "2"]}, {}),
    "blank lines are no records": ("a,b\n\n1,2\n\n\n3,4\n\n", {1: ["1", "2"], 2: ["3", "4"]}, {}),
    "old line ends": ("a,b\r1,2\r3,4\r", {1: ["1", "2"], 2: ["3", "4"]}, {}),
    "an open quote at the end": ('a,b\n1,2\n3,"4\n', {1: ["1", "2"]}, {2: "unterminated_quote"}),
    "an open quote costs its line alone": (
        'a,b\n1,"2\n3,4\n5,6\n', {2: ["3", "4"], 3: ["5", "6"]}, {1: "unterminated_quote"},
    ),
    "an open quote before quoted fields": (
        'a,b\n1,"2\n3,"4"\n5,"6, or ""six"""\n', {2: ["3", "4"], 3: ["5", '6, or "six"']}, {1: "bad_quote"},
    ),
    "two open quotes": ('a,b\n1,"2\n3,4\n5,"6\n7,8\n', {2: ["3", "4"], 4: ["7", "8"]}, {1: "bad_quote", 3: "unterminated_quote"}),
    "text behind a closed quote": ('a,b\n1,"2"x\n3,4\n', {2: ["3", "4"]}, {1: "bad_quote"}),
    "a quote that swallows a whole record": (
        'a,b,c\n1,"2,x\n3,4,5\n6,"\n7,8,9\n', {2: ["3", "4", "5"], 4: ["7", "8", "9"]}, {1: "bad_quote", 3: "unterminated_quote"},
    ),
    "a quoted line end in a record of the wrong width": ('a,b\n1,"2\nx",3\n4,5\n', {2: ["4", "5"]}, {1: "column_count"}),
    "a quote inside a field is text": ('a,b\n1,5" pipe\n3,4\n', {1: ["1", '5" pipe'], 2: ["3", "4"]}, {}),
    "doubled quotes": ('a,b\n"1","say ""hi"""\n"""",""\n', {1: ["1", 'say "hi"'], 2: ['"', ""]}, {}),
    "titles above the header": ("Leads of May\nmade on;;\na;b;c;d\n1;2;3;4\n5;6;7;8\n", {1: [*"1234"], 2: [*"5678"]}, {}),
    "the delimiter told": ("sep=;\na;b\n1;2\n", {1: ["1", "2"]}, {}),
    "a header of two lines": ('"a\nx",b\n1,2\n', {1: ["1", "2"]}, {}),
}  # fmt: skip


@pytest.mark.parametrize("block", [16, 64, 1 << 20])
@pytest.mark.parametrize(("content", "rows", "rejects"), CASES.values(), ids=CASES)
def test_records(tmp_path, monkeypatch, content, rows, rejects, block):
    monkeypatch.setattr(delimited, "BLOCK", block)
    assert read(written(tmp_path, content)) == (rows, rejects)


def test_undecodable_bytes_cost_their_row_only(tmp_path):
    path = written(tmp_path, "a,b\nKöln,é\nBonn,ü\n".encode() + b"bad\xff,x\nUlm,y\n")
    rows, rejects = read(path)
    assert (sorted(rows), rejects) == ([1, 2, 4], {3: "bad_encoding"})


def test_the_payload_of_a_refused_row_is_its_text(tmp_path):
    path = written(tmp_path, "a,b\nKöln,éü\n".encode() + b'bad\xff,x\n1,"2" ,3\n4,"5\n')
    payloads = [r.payload for batch in read_batches(path, sniff(path)) for r in batch.rejects]
    assert payloads == ["bad\ufffd,x", '1,"2" ,3', '4,"5']


def test_a_quote_that_is_never_closed_does_not_fill_the_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(delimited, "BLOCK", 1000)
    monkeypatch.setattr(delimited, "LONGEST_RECORD", 2000)
    path = written(tmp_path, 'a,b\n0,"1\n' + "".join(f"{n},x\n" for n in range(2, 3000)))
    rows, rejects = read(path)
    assert (len(rows), rejects) == (2998, {1: "record_too_long"})


def test_a_line_without_end_does_not_fill_the_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(delimited, "BLOCK", 1000)
    monkeypatch.setattr(delimited, "LONGEST_RECORD", 2000)
    rows, rejects = read(written(tmp_path, "a,b\n1,2\n" + "x" * 10_000 + "\n3,4\n"))
    assert (rows[1], rows[max(rows)]) == (["1", "2"], ["3", "4"])
    assert "record_too_long" in rejects.values()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_encodings(tmp_path, monkeypatch, encoding):
    monkeypatch.setattr(delimited, "BLOCK", 33)  # cuts characters in two
    lines = ["name,city", *(f"Zoë {n},Köln – Süd" for n in range(50))]
    rows, rejects = read(written(tmp_path, "\n".join(lines).encode(encoding)))
    assert (rows[50], len(rows), rejects) == (["Zoë 49", "Köln – Süd"], 50, {})


def test_a_configured_encoding_reads_what_is_no_utf(tmp_path):
    path = written(tmp_path, "name,city\nZoë,Köln\n".encode("mac_roman"))
    assert [sniff(path).encoding, sniff(path, encoding="mac_roman").encoding] == ["cp1252", "mac_roman"]
    utf = tmp_path / "utf.csv"
    utf.write_bytes("name,city\nZoë,Köln\n".encode())
    assert sniff(utf, encoding="mac_roman").encoding == "utf-8"


def test_a_header_with_few_names_is_no_title(tmp_path):
    rows, _ = read(written(tmp_path, "Record ID,Email,,,,\n1,a@example.com,c,d,e,f\n2,b@example.com,c,d,e,f\n"))
    assert rows == {1: ["1", "a@example.com", *"cdef"], 2: ["2", "b@example.com", *"cdef"]}


def test_half_a_unit_of_utf_16_costs_its_record_only(tmp_path):
    content = "a,b\n1,2\n".encode("utf-16") + "3,".encode("utf-16-le") + b"\x00\xd8" + "x\n5,6\n".encode("utf-16-le")
    assert read(written(tmp_path, content)) == ({1: ["1", "2"], 3: ["5", "6"]}, {2: "bad_encoding"})


def test_gzip(tmp_path):
    assert read(written(tmp_path, gzip.compress(b"a,b\n1,2\n"))) == ({1: ["1", "2"]}, {})
