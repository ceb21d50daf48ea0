from __future__ import annotations

import gzip
import io
import zipfile

import pytest

from leadgrade.raw.sniff import file_hash, sniff

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
    assert result.is_clean


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
    result = sniffed(tmp_path, content)
    assert (result.encoding, result.is_clean) == ("utf-8", False)


def test_an_open_quote_is_not_clean(tmp_path):
    assert not sniffed(tmp_path, b'a,b\n1,"2\n').is_clean


def test_gzip_is_seen_through_whatever_the_name(tmp_path):
    result = sniffed(tmp_path, gzip.compress(ROWS.encode()), "data.csv")
    assert (result.gzipped, result.format, result.headers[0]) == (True, "csv", "Name")


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
    ],
)
def test_what_is_no_table_says_so(tmp_path, content, reason):
    result = sniffed(tmp_path, content)
    assert result.refused == reason
    assert result.detail


def test_a_text_that_begins_like_a_zip_is_text(tmp_path):
    assert sniffed(tmp_path, b"PK,name\n1,x\n").headers == ("PK", "name")


def test_the_hash_is_of_the_content(tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_bytes(b"same")
    two.write_bytes(b"same")
    assert file_hash(one) == file_hash(two)
