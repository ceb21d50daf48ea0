from __future__ import annotations

import datetime as dt
import json
import random
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadgrade.raw.readers import json_records, json_stream, json_window, sheets
from leadgrade.raw.readers.batches import read_batches
from leadgrade.raw.readers.sheets import filled_sheets
from leadgrade.raw.readers.sniff import sniff
from leadgrade.raw.readers.sniffed import ROW_NUMBER
from tests.raw.workbooks import write_workbook


def read(path, sheet=None):
    """Rows by number as dicts of the filled cells, and reasons of the rejects by number."""
    result = sniff(path, sheet)
    assert result.refused is None, result.detail
    rows, rejects = {}, {}
    for batch in read_batches(path, result):
        for row in batch.rows.iter_rows(named=True):
            cells = dict(zip(result.headers, (row[f"c{i}"] for i in range(len(result.headers))), strict=True))
            rows[row[ROW_NUMBER]] = {name: cell for name, cell in cells.items() if cell is not None}
        rejects |= {reject.row_number: reject.reason for reject in batch.rejects}
        assert all(reject.payload is None or reject.payload.encode() for reject in batch.rejects)
    assert sorted([*rows, *rejects]) == list(range(1, len(rows) + len(rejects) + 1))
    return rows, rejects


def read_json(tmp_path, content):
    path = tmp_path / "data"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read(path)


GOOD = [
    ('{"a": "x"}\n\n{"a": "y"}\n', [{"a": "x"}, {"a": "y"}]),
    ('{"a": "x"}\r\n{"b": "y"}', [{"a": "x"}, {"b": "y"}]),
    ('{"a": 1}{"a": 2} {"a": 3}', [{"a": "1"}, {"a": "2"}, {"a": "3"}]),
    ('{\n "a": 1\n}\n{\n "a": 2\n}\n', [{"a": "1"}, {"a": "2"}]),
    ('[{"a": 1},\n {"a": 2}\n]', [{"a": "1"}, {"a": "2"}]),
    ('[{"a": 1}]\n[{"a": 2}]', [{"a": "1"}, {"a": "2"}]),
    ('{"results": [{"a": 1}, {"a": 2}], "paging": {"next": {"x": ["]}"]}}}', [{"a": "1"}, {"a": "2"}]),
    ('{"took": 3, "people": [{"a": 1}], "others": [{"b": 2}]}', [{"a": "1"}]),
    ('{"data": {"leads": [{"a": 1}]}}', [{"a": "1"}]),
    ('{"data": [{"a": 1}], "next": "x"}\n{"data": [{"a": 2}], "next": null}\n', [{"a": "1"}, {"a": "2"}]),
    ('{"id": 7, "lines": [{"sku": "k", "n": 1.50}]}', [{"id": "7", "lines": '[{"sku":"k","n":1.50}]'}]),
    ('{"id": 7, "items": [{"s": 1}]}\n{"id": 8}', [{"id": "7", "items": '[{"s":1}]'}, {"id": "8"}]),
    ('{"a": 1.10, "b": 12345678901234567890, "c": -0.0, "d": 1e5}',
     [{"a": "1.10", "b": "12345678901234567890", "c": "-0.0", "d": "1e5"}]),
    ('{"a": true, "b": false, "c": null, "d": NaN, "e": -Infinity}',
     [{"a": "true", "b": "false", "d": "NaN", "e": "-Infinity"}]),
    ('{"a": ["x", null, 1, true], "b": [], "c": {}, "d": [[1], {"k": "\u00e4"}]}',
     [{"a": "x;1;true", "d": '[[1],{"k":"\u00e4"}]'}]),
    ('{"a": {"b": {"c": 1}}, "d": {"e": [1, 2]}}', [{"a.b.c": "1", "d.e": "1;2"}]),
    ('{"a": 1, "a": 2}', [{"a": "2"}]),
    ('{"a.b": 1, "a": {"b": 2}}', [{"a.b": "1;2"}]),
    ('{"id": 1, "properties": {"email": "x", "id": 5}}', [{"id": "1", "email": "x", "properties.id": "5"}]),
    ('{"properties": {"email": {"value": "x", "at": 1}}}', [{"email": "x", "email.at": "1"}]),
    ('{"attributes": {"type": "Lead"}, "Email": "x"}', [{"type": "Lead", "Email": "x"}]),
    ('{"id": 1, "field_data": [{"name": "email", "values": ["x", "y"]}, {"name": "id", "values": []}]}',
     [{"id": "1", "email": "x;y"}]),
    ('{"lead_id": 1, "user_column_data": [{"column_id": "EMAIL", "string_value": "x"}]}', [{"lead_id": "1", "EMAIL": "x"}]),
    ('{"a": "\\u00e9 \\ud83d\\ude00"}', [{"a": "\u00e9 \U0001f600"}]),
    ('{"a": "\\ud800x", "\\udc00": 1}', [{"a": "\ufffdx", "\ufffd": "1"}]),
    ('{"id": ["\\uD800"], "b": [{"c": "\\udfff"}]}', [{"id": "\ufffd", "b": '[{"c":"\ufffd"}]'}]),
    ('{"a": "tab\there"}', [{"a": "tab\there"}]),
    ('{"a": "\u2028 \u0085"}\n{"a": "\u20ac"}', [{"a": "\u2028 \u0085"}, {"a": "\u20ac"}]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), GOOD)
@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_json_as_cells(tmp_path, text, expected, codec):
    assert read_json(tmp_path, text.encode(codec)) == (dict(enumerate(expected, start=1)), {})


# the second record is malformed in many ways; the others are whole
BROKEN = [
    '{"a": , "b": 2}', '{"a": "x, "b": 2}', '{"a": {"q": 1, "b": 2}', '{"a": [{"q": 1}, {"q": 2}, "b": 3}',
    '{"z" 1, "a": [{"q": 1}, {"q": 2}], "b": 2}', '{"a": "\\x"}', '{"a": tru}', '{"a": "\\u12"}', "{a: 1}", "{'a': 1}",
    '{"a": 1,}', '{"a" 2, "b": "text with {}, [braces], {\\"k\\": 1}"}', '{"a": [1, 2}', "7", "null", '["x"]', '"x"', "x",
    '{"a": ' + "[" * 50_000 + "]" * 50_000 + "}",
]  # fmt: skip


@pytest.mark.parametrize("broken", BROKEN, ids=range(len(BROKEN)))
@pytest.mark.parametrize("form", ["[{}]", "[\n{}\n]", '{{"total": 4, "data": [{}]}}', "{}"])
def test_a_malformed_record_costs_only_itself(tmp_path, broken, form):
    glue = "\n" if form == "{}" else ",\n" if "\n" in form else ", "
    records = ['{"a": 1}', broken, '{"a": 3, "n": [{"k": 1}, {"k": 2}]}', '{"a": 4}']
    rows, rejects = read_json(tmp_path, form.format(glue.join(records)))
    assert {number: row["a"] for number, row in rows.items()} == {1: "1", 3: "3", 4: "4"}
    assert rejects == {2: "bad_json"}


@pytest.mark.parametrize("form", [b"[%s]", b"%s"])
@pytest.mark.parametrize("bad", [b"\xff", b"\xed\xa0\x80", b"\xc3"])
def test_broken_bytes_cost_only_their_record(tmp_path, form, bad):
    glue = b"," if form.startswith(b"[") else b"\n"
    content = form % glue.join([b'{"a": "\xc3\xa9"}', b'{"a": "' + bad + b'"}', b'{"a": 3}'])
    assert read_json(tmp_path, content) == ({1: {"a": "\u00e9"}, 3: {"a": "3"}}, {2: "bad_encoding"})


def test_a_broken_unit_of_utf16_costs_only_its_record(tmp_path):
    content = '\ufeff{"a": "x"}\n{"a": "?"}\n{"a": 3}'.encode("utf-16-le").replace(b"?\0", b"\x00\xd8")
    assert read_json(tmp_path, content) == ({1: {"a": "x"}, 3: {"a": "3"}}, {2: "bad_encoding"})


def test_a_cut_off_array_keeps_what_is_whole(tmp_path):
    text = json.dumps([{"a": i, "b": "x"} for i in range(20)])
    for end in range(30, len(text), 7):
        rows, rejects = read_json(tmp_path, text[:end])
        assert len(rows) == text[:end].count("}")
        assert set(rejects.values()) <= {"bad_json"}


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64])
def test_json_does_not_depend_on_how_it_is_cut_into_pieces(tmp_path, monkeypatch, size):
    monkeypatch.setattr(json_records, "CHUNK", size)
    text = '{"meta": {"k": "]}\\""}, "leads": [{"a": 1.5, "b": "\u20ac\\u00e9"}, {"a": tru, "b": 2}, {"a": "\\\\"}], "x": ["}"]}'
    pieces = [text[i : i + size] for i in range(0, len(text), size)]
    found = list(json_stream.stream_records(json_window.Window(pieces)))
    assert found == list(json_stream.stream_records(json_window.Window([text])))
    assert len(found) == 3


def test_batches_are_bounded(tmp_path, monkeypatch):
    monkeypatch.setattr(json_records, "ROWS", 10)
    path = tmp_path / "data"
    path.write_text("\n".join(f'{{"a": {i}}}' if i % 7 else "{" for i in range(1, 101)))
    batches = list(read_batches(path, sniff(path)))
    assert [batch.records for batch in batches] == [10] * 10


@pytest.mark.parametrize("head", ["", "["])
def test_a_record_without_end_is_given_up(tmp_path, monkeypatch, head):
    for module in (json_window, json_stream):
        monkeypatch.setattr(module, "LARGEST", 1 << 20)
    text = head + '{"a": 1}' + (",\n" if head else "\n") + '{"a": "' + "x" * (5 << 20) + '\n{"a": 2}\n'
    rows, rejects = read_json(tmp_path, text)
    assert "1" in {row["a"] for row in rows.values()}
    assert set(rejects.values()) == {"bad_json"}


def test_too_many_keys_are_refused(tmp_path):
    path = tmp_path / "data"
    path.write_text("\n".join(f'{{"k{i}": 1}}' for i in range(5_100)))
    assert sniff(path).refused == "unreadable"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab.\u00e9", max_size=2), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(records=st.lists(st.dictionaries(st.text("xyz", min_size=1, max_size=2), JSON, min_size=1, max_size=3), max_size=5),
       form=st.sampled_from(["lines", "array", "pretty"]), ascii_only=st.booleans())  # fmt: skip
def test_every_object_is_a_record_and_texts_stay(tmp_path, records, form, ascii_only):
    records = [{"id": f"r{i}", **record} for i, record in enumerate(records)]
    dumps = [json.dumps(record, ensure_ascii=ascii_only) for record in records]
    text = "\n".join(dumps) if form == "lines" else json.dumps(records, indent=1 if form == "pretty" else None)
    if records:
        rows, rejects = read_json(tmp_path, text)
        assert not rejects
        assert [row["id"] for row in rows.values()] == [record["id"] for record in records]
        for row, record in zip(rows.values(), records, strict=True):
            for key, value in record.items():
                assert not isinstance(value, str) or row[key] == value


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6), form=st.sampled_from(["array", "lines", "wrapped"]))
def test_damaged_json_never_raises(tmp_path, seed, form):
    chance = random.Random(seed)
    records = [json.dumps({"a": i, "b": "x, {y}", "c": [{"d": 1}]}) for i in range(12)]
    joined = (b"\n" if form == "lines" else b",").join(record.encode() for record in records)
    content = bytearray({"lines": b"%s", "array": b"[%s]", "wrapped": b'{"data": [%s]}'}[form] % joined)
    for _ in range(chance.randint(1, 6)):
        content[chance.randrange(len(content))] = chance.choice(b'"{}[]:,\\x\n\xff\x00')
    path = tmp_path / "data"
    path.write_bytes(content)
    result = sniff(path)
    if result.refused is None:
        records = sum(batch.records for batch in read_batches(path, result))
        assert records > 0 or result.format == "csv"  # without its first bracket it is no JSON


def parquet(tmp_path, table, **options):
    path = tmp_path / "data"
    pq.write_table(table, path, **options)
    return path


MOMENT = dt.datetime(2024, 1, 2, 3, 4, 5, 60)
COLUMNS = {
    "int": (pa.array([7], pa.int8()), "7"),
    "big": (pa.array([2**63], pa.uint64()), "9223372036854775808"),
    "whole_float": (pa.array([51.0]), "51"),
    "float": (pa.array([0.1], pa.float32()), "0.1"),
    "large_float": (pa.array([1e20]), "1e+20"),
    "bool": (pa.array([True]), "true"),
    "decimal": (pa.array([Decimal("1.10")], pa.decimal128(9, 2)), "1.10"),
    "small_decimal": (pa.array([Decimal("0.00000010")], pa.decimal128(12, 8)), "0.00000010"),
    "date": (pa.array([dt.date(2024, 1, 2)]), "2024-01-02"),
    "midnight": (pa.array([dt.datetime(2024, 1, 2)]), "2024-01-02 00:00:00"),
    "moment": (pa.array([MOMENT], pa.timestamp("ns")), "2024-01-02 03:04:05.000060"),
    "zoned": (pa.array([MOMENT], pa.timestamp("us", "America/New_York")), "2024-01-02 03:04:05.000060"),
    "out_of_range": (pa.array([2**62], pa.timestamp("ms")), None),
    "time": (pa.array([dt.time(1, 2, 3)]), "01:02:03"),
    "text": (pa.array(["\u00e9"], pa.large_string()), "\u00e9"),
    "category": (pa.array(["x"]).dictionary_encode(), "x"),
    "bytes": (pa.array([b"\xc3\xa9"]), "\u00e9"),
    "no_text": (pa.array([b"\xff"]), None),
    "null": (pa.nulls(1), None),
    "list": (pa.array([["x", None, "y"]]), "x;y"),
    "numbers": (pa.array([[1.0, 2.5]]), "1;2.5"),
    "empty_list": (pa.array([[]], pa.list_(pa.string())), None),
    "lists": (pa.array([[["x"], ["y"]]]), '[["x"],["y"]]'),
    "map": (pa.array([[("k", 1)]], pa.map_(pa.string(), pa.int64())), '{"k":1}'),
    "structs": (pa.array([[{"k": "\u00e9"}]]), '[{"k":"\u00e9"}]'),
}


@pytest.mark.parametrize("name", COLUMNS)
def test_parquet_as_text(tmp_path, name):
    values, expected = COLUMNS[name]
    path = parquet(tmp_path, pa.table({name: pa.concat_arrays([values, pa.nulls(1, values.type)])}))
    assert read(path) == ({1: {} if expected is None else {name: expected}, 2: {}}, {})


def test_structs_are_flattened(tmp_path):
    path = parquet(tmp_path, pa.table({"p": [{"name": "x", "at": {"city": "y"}}, None], "id": [1, 2]}))
    assert sniff(path).headers == ("p.name", "p.at.city", "id")
    assert read(path)[0] == {1: {"p.name": "x", "p.at.city": "y", "id": "1"}, 2: {"id": "2"}}


@pytest.mark.parametrize("is_list", [True, False])
def test_a_text_that_is_none_costs_only_its_row(tmp_path, is_list):
    texts = pa.Array.from_buffers(pa.string(), 2, pa.array([b"\xff", b"ok"]).buffers())
    column = pa.ListArray.from_arrays(pa.array([0, 1, 2]), texts) if is_list else texts
    path = parquet(tmp_path, pa.table({"a": column, "a b": [1, 2]}))
    assert read(path) == ({2: {"a": "ok", "a b": "2"}}, {1: "bad_encoding"})


def test_parquet_of_many_groups_keeps_its_numbers(tmp_path):
    path = parquet(tmp_path, pa.table({"i": range(50_000)}), row_group_size=7_000)
    rows, _ = read(path)
    assert all(row["i"] == str(number - 1) for number, row in rows.items())
    assert len(rows) == 50_000


def test_damaged_parquet_is_unreadable_or_read(tmp_path):
    path = parquet(tmp_path, pa.table({name: values for name, (values, _) in COLUMNS.items()}))
    whole = path.read_bytes()
    for seed in range(60):
        chance = random.Random(seed)
        content = bytearray(whole)
        for _ in range(chance.randint(1, 4)):
            content[chance.randrange(4, len(content))] = chance.randrange(256)
        path.write_bytes(content[: chance.randrange(4, len(content))] if seed % 3 == 0 else content)
        result = sniff(path)
        if result.refused is None:
            list(read_batches(path, result))
    path.write_bytes(whole[:-20])
    assert sniff(path).refused == "unreadable"


def test_a_parquet_file_without_rows(tmp_path):
    assert read(parquet(tmp_path, pa.table({"a": pa.array([], pa.string())}))) == ({}, {})


TABLE = [["Name", "Age", "City"], ["x", 51, "y"], ["z", 1.5, ""]]
SHEETS = [
    (TABLE, 0),
    ([["Export of today"], *TABLE], 1),
    ([["", "Export of today"], [], ["from", "1 May"], [], ["to"], ["a", "b", "c", "d"], [1, 2, 3, 4]], 3),
    ([*TABLE, [], ["late", 2, "w", "over"]], 0),
    ([["email"], ["x"], ["y"]], 0),
]


@pytest.mark.parametrize(("rows", "titles"), SHEETS)
def test_titles_of_a_sheet(tmp_path, rows, titles):
    path = tmp_path / "data"
    write_workbook(path, rows)
    assert sniff(path).title_lines == titles


def test_cells_of_a_sheet(tmp_path):
    path = tmp_path / "data.csv"
    write_workbook(path, [["Report"], *TABLE, ["", "", ""], ["w", True, "v", "", ""], ["u"], ["t", 2, "s", "r", ""]])
    result = sniff(path)
    assert (result.format, result.headers, result.title_lines) == ("xlsx", ("Name", "Age", "City", ""), 1)
    rows, rejects = read(path)
    assert [list(row.values()) for row in rows.values()] == [
        ["x", "51", "y", ""], ["z", "1.5", "", ""], ["w", "true", "v", ""], ["u", "", "", ""], ["t", "2", "s", "r"],
    ]  # fmt: skip
    assert not rejects


def test_sheets_by_name(tmp_path):
    path = tmp_path / "data"
    write_workbook(path, [], TABLE, [["email"], ["x"]])
    assert filled_sheets(path) == ["S2", "S3"]
    assert sniff(path).headers == ("Name", "Age", "City")
    assert read(path, "S3")[0] == {1: {"email": "x"}}
    assert sniff(path, "S1").refused == "empty"
    absent = sniff(path, "Leads")
    assert (absent.refused, "changed" in absent.detail) == ("unreadable", True)


def test_a_damaged_workbook_is_unreadable_or_read(tmp_path):
    path = tmp_path / "data"
    write_workbook(path, TABLE)
    whole = path.read_bytes()
    for seed in range(60):
        chance = random.Random(seed)
        content = bytearray(whole)
        content[chance.randrange(4, len(content))] = chance.randrange(256)
        path.write_bytes(content[: chance.randrange(4, len(content))] if seed % 2 else content)
        result = sniff(path)
        if result.refused is None:
            list(read_batches(path, result))
    path.write_bytes(whole[:200])
    assert (sniff(path).refused, filled_sheets(path)) == ("unreadable", [])


def test_a_workbook_that_would_not_fit_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(sheets, "_LARGEST", 100)
    path = tmp_path / "data"
    write_workbook(path, TABLE)
    assert sniff(path).refused == "unreadable"
