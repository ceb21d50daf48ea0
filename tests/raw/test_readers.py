from __future__ import annotations

import csv
import gzip
import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadgrade.raw import readers
from leadgrade.raw.readers import ROW_NUMBER, ReadFault, read_batches
from leadgrade.raw.sniff import sniff
from tests.raw.workbooks import write_workbook


def read(path, *, fast=True):
    """Rows and rejects by their number."""
    result = sniff(path)
    rows, rejects = {}, {}
    for batch in read_batches(path, result, fast=fast):
        for row in batch.rows.iter_rows(named=True):
            number = row.pop(ROW_NUMBER)
            assert number not in rows
            rows[number] = list(row.values())
        rejects |= {r.row_number: r.reason for r in batch.rejects}
    return rows, rejects


def read_as_intake_does(path):
    try:
        return read(path)
    except ReadFault:
        return read(path, fast=False)


def by_csv_module(text, delimiter, width):
    records = [record for record in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if record][1:]
    good = {n: r for n, r in enumerate(records, start=1) if len(r) == width}
    bad = {n: "column_count" for n, r in enumerate(records, start=1) if len(r) != width}
    return good, bad


CELLS = st.text("abc,;|\"\n é€\t'", max_size=6)
RECORDS = st.lists(
    st.one_of(st.lists(CELLS, min_size=3, max_size=3), st.lists(CELLS, min_size=2, max_size=5), st.just(None)),
    max_size=12,
)


@pytest.mark.parametrize("fast", [True, False])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    records=RECORDS,
    delimiter=st.sampled_from(",;\t|"),
    codec=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
    ending=st.sampled_from(["\n", "\r\n"]),
)
def test_rows_and_numbers_are_those_of_the_csv_module(tmp_path, fast, records, delimiter, codec, ending):
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator=ending, quoting=csv.QUOTE_ALL)
    for record in [["one", "two", "three"], *records]:
        if record is None:
            text.write(ending)
        else:
            writer.writerow(record)
    path = tmp_path / "data.csv"
    path.write_bytes(text.getvalue().encode(codec))
    result = sniff(path)
    if result.delimiter != delimiter or result.encoding not in {codec, "utf-8", "utf-16"}:
        return  # a table of three columns may be too small to tell
    found = read(path) if fast else read(path, fast=False)
    assert found == by_csv_module(text.getvalue(), delimiter, 3)


def test_numbers_hold_across_blocks_with_bad_and_blank_lines(tmp_path, monkeypatch):
    monkeypatch.setattr(readers, "BLOCK", 200)
    lines = [f"{i},{i}{',x' if i % 7 == 0 else ''}" + ("\n" if i % 5 == 0 else "") for i in range(1, 300)]
    text = "a,b\n" + "\n".join(lines) + "\n"
    path = tmp_path / "data.csv"
    path.write_text(text)
    rows, rejects = read(path)
    assert rows == {i: [str(i), str(i)] for i in range(1, 300) if i % 7}
    assert rejects == {i: "column_count" for i in range(1, 300) if i % 7 == 0}


def test_only_bad_records(tmp_path):
    path = tmp_path / "data.csv"
    path.write_text("a,b\n1\n2\n")
    assert read(path) == ({}, {1: "column_count", 2: "column_count"})


def test_a_header_alone_has_no_rows(tmp_path):
    path = tmp_path / "data.csv"
    path.write_text("a,b\n")
    assert read_as_intake_does(path) == ({}, {})


def test_an_open_quote_costs_the_last_record_only(tmp_path):
    path = tmp_path / "data.csv"
    path.write_text('a,b\n1,2\n3,"4\n')
    assert read(path) == ({1: ["1", "2"]}, {2: "unterminated_quote"})


def test_undecodable_bytes_cost_their_row_only(tmp_path):
    path = tmp_path / "data.csv"
    path.write_bytes("a,b\nKöln,é\nBonn,ü\n".encode() + b"bad\xff,x\nUlm,y\n")
    rows, rejects = read(path)
    assert (sorted(rows), rejects) == ([1, 2, 4], {3: "bad_encoding"})


def test_the_payload_of_an_undecodable_row_is_text(tmp_path):
    path = tmp_path / "data.csv"
    path.write_bytes("a,b\nKöln,éü\n".encode() + b"bad\xff,x\n")
    rejects = [r for batch in read_batches(path, sniff(path)) for r in batch.rejects]
    assert rejects[0].payload == "bad\ufffd,x"


def test_a_cell_larger_than_a_block_is_read_by_the_slow_reader(tmp_path, monkeypatch):
    monkeypatch.setattr(readers, "BLOCK", 64)
    path = tmp_path / "data.csv"
    path.write_text("a,b\n1," + "x" * 500 + "\n2,y\n")
    assert read_as_intake_does(path) == ({1: ["1", "x" * 500], 2: ["2", "y"]}, {})


def test_gzip(tmp_path):
    path = tmp_path / "data.csv"
    path.write_bytes(gzip.compress(b"a,b\n1,2\n"))
    assert read(path) == ({1: ["1", "2"]}, {})


def test_a_workbook_is_read_from_its_first_filled_sheet(tmp_path):
    path = tmp_path / "leads.csv"
    write_workbook(path, [], [["Email", "Employees"], ["a@example.com", 51], ["", ""], ["b@example.com", 7.5]])
    assert sniff(path).format == "xlsx"
    assert read(path) == ({1: ["a@example.com", "51"], 2: ["b@example.com", "7.5"]}, {})
