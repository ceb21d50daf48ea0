from __future__ import annotations

import bz2
import gzip
import io
import zipfile

import pyarrow as pa
import pytest

from leadgrade.raw.readers.sniff import file_hash, sniff
from leadgrade.raw.readers.streams import open_bytes

ROWS = 'Name;Email;City\nJosé Muñoz;a@example.com;Köln\n"Smith; John";b@example.com;"Bad ""Q"" Town"\n'


def sniffed(tmp_path, content, name="data.csv"):
    path = tmp_path / name
    path.write_bytes(content)
    return sniff(path)


@pytest.mark.parametrize(
    ("codec", "found"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8"), ("utf-16", "utf-16"), ("utf-16-le", "utf-16-le"),
     ("utf-16-be", "utf-16-be"), ("cp1252", "cp1252")],
)  # fmt: skip
def test_encoding(tmp_path, codec, found):
    result = sniffed(tmp_path, ROWS.encode(codec))
    assert (result.encoding, result.delimiter, result.headers) == (found, ";", ("Name", "Email", "City"))


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiter(tmp_path, delimiter):
    rows = [["a", "b", "c"], ["1,5", "x y", "z"], ["2,5", "", "k"]]
    text = "\n".join(delimiter.join(f'"{cell}"' if "," in cell else cell for cell in row) for row in rows)
    assert sniffed(tmp_path, text.encode()).delimiter == delimiter


def test_semicolons_with_decimal_commas_are_not_commas(tmp_path):
    assert sniffed(tmp_path, b"Channel;Spend\nSocial;10,5\nSearch;20,5\n").delimiter == ";"


def test_one_column_is_a_table(tmp_path):
    assert sniffed(tmp_path, b"email\na@example.com\n").headers == ("email",)


def test_a_few_broken_bytes_do_not_make_utf8_another_encoding(tmp_path):
    content = ROWS.encode() * 5 + b"broken \xff;x@example.com;Bonn\n"
    assert sniffed(tmp_path, content).encoding == "utf-8"


def zstd(content):
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as file:
        file.write(content)
    return sink.getvalue().to_pybytes()


def packed(content):
    """The same bytes each time: test ids must not hold the clock."""
    return gzip.compress(content, mtime=0)


PACKERS = {"gzip": packed, "bz2": bz2.compress, "zstd": zstd}


@pytest.mark.parametrize("name", PACKERS)
@pytest.mark.parametrize(
    ("content", "form"), [(ROWS.encode(), "csv"), (b'[{"Name": 1}]', "json"), (b'{"Name": 1}', "jsonl")]
)
def test_compression_is_seen_through_whatever_the_name(tmp_path, name, content, form):
    result = sniffed(tmp_path, PACKERS[name](content), "data.csv")
    assert (result.compression, result.format, result.headers[0]) == (name, form, "Name")


@pytest.mark.parametrize("name", PACKERS)
def test_packed_members_that_follow_one_another_are_read_as_one(tmp_path, name):
    path = tmp_path / "data"
    path.write_bytes(b"".join(PACKERS[name](part) for part in (b"", b"a,b\n", b"1,2\n" * 50_000, b"3,4\n")))
    with open_bytes(path, name) as file:
        assert sum(len(part) for part in iter(lambda: file.read(1000), b"")) == 4 * 50_002


@pytest.mark.parametrize("name", PACKERS)
@pytest.mark.parametrize("content", [ROWS.encode() * 20_000, b'{"a": 1}\n' * 100_000])
def test_a_packed_file_that_is_cut_off_is_unreadable(tmp_path, name, content):
    packed = PACKERS[name](content)
    result = sniffed(tmp_path, packed[: len(packed) - 20])
    assert (result.refused, result.compression) == ("unreadable", name)


def archive(names):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        for name in names:
            file.writestr(name, "x")
    return content.getvalue()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b" \n\n ", "empty"),
        (b"%PDF-1.7 ...", "unreadable"),
        (b"PAR1xxxx", "unreadable"),
        (b"PK\x03\x04 nonsense", "unreadable"),
        (archive(["data.csv"]), "unreadable"),
        (archive(["xl/workbook.xml"]), "unreadable"),
        (bytes(range(256)) * 40, "unreadable"),
        (b"\x1f\x8b broken", "unreadable"),
        (b"BZh91AY&SY broken", "unreadable"),
        (b"\xd0\xcf\x11\xe0 nothing", "unreadable"),
        (packed(b"PAR1xxxx"), "unreadable"),
        (packed(packed(b"a,b\n")), "unreadable"),
        (packed(b""), "empty"),
        (packed("".join(f"{n},x\n" for n in range(9999)).encode("utf-16"))[:20_000], "unreadable"),
        (b"\xef\xbb\xbf", "empty"),
        (b"<!DOCTYPE html><html><body>Sign in</body></html>", "unreadable"),
        (b"{\\rtf1\\ansi a,b}", "unreadable"),
        (b"[]", "empty"),
        (b'{"data": [], "paging": {}}', "empty"),
        (b"[1, 2]", "unreadable"),
        (b'{"a": ', "unreadable"),
    ],
)
def test_what_is_no_table_says_so(tmp_path, content, reason):
    result = sniffed(tmp_path, content)
    assert result.refused == reason
    assert result.detail


@pytest.mark.parametrize(
    "first", ["PK", "BZh9", "[Email]", "{Email}", "{{id}}", '["id"]', "[1]", "[{x}]", '{"x"}', "{", "<Name>"]
)
def test_a_text_that_begins_like_something_else_is_text(tmp_path, first):
    result = sniffed(tmp_path, f"{first},name\n1,x\n2,y\n".encode())
    assert (result.format, len(result.headers)) == ("csv", 2)


def test_the_hash_is_of_the_content(tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_bytes(b"same")
    two.write_bytes(b"same")
    assert file_hash(one) == file_hash(two)
