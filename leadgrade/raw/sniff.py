"""What a file is, told by its bytes and never by its name: container, encoding, delimiter, header."""

from __future__ import annotations

import codecs
import csv
import gzip
import hashlib
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from charset_normalizer import from_bytes

from leadgrade.raw.sheets import sheet_header

CHUNK = 1 << 20
SAMPLE = 1 << 18
DELIMITERS = (",", ";", "\t", "|")
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_BINARY = (b"%PDF", b"PAR1", b"\x89PNG", b"\xff\xd8\xff", b"Rar!", b"7z\xbc\xaf")
_ZIP = b"PK\x03\x04"
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\f\x1a\x1b"))
_OLE = b"\xd0\xcf\x11\xe0"  # the old .xls
_WESTERN = ["cp1252", "iso8859_15", "mac_roman"]

# a cell may be longer than Python's default of 128 KB
csv.field_size_limit(2**31 - 1)


@dataclass(frozen=True, slots=True)
class Sniffed:
    """What a file is.

    Attributes:
        format: ``csv`` (any delimiter) or ``xlsx`` (any workbook); None where it is no table.
        gzipped: The bytes are compressed with gzip.
        encoding: Encoding of the text, a Python codec.
        delimiter: Field delimiter of the text.
        is_clean: Every byte decodes and the quotes are even, so that the fast reader can be trusted with the file.
        headers: The header record as it stands there.
        refused: Why it is no table: ``empty`` or ``unreadable``.
        detail: The same for people.
    """

    format: str | None = None
    gzipped: bool = False
    encoding: str | None = None
    delimiter: str | None = None
    is_clean: bool = True
    headers: tuple[str, ...] = ()
    refused: str | None = None
    detail: str = ""


def file_hash(path: Path) -> str:
    """sha256 of the bytes of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def open_bytes(path: Path, *, gzipped: bool) -> BinaryIO:
    """The content of a file as bytes, decompressed where it is gzipped."""
    return gzip.open(path, "rb") if gzipped else path.open("rb")  # type: ignore[return-value]


def _chunks(path: Path, *, gzipped: bool) -> Iterator[bytes]:
    with open_bytes(path, gzipped=gzipped) as file:
        while chunk := file.read(CHUNK):
            yield chunk


def sniff(path: Path) -> Sniffed:
    """Tell what a file is. Never raises for content: what is no table says so in ``refused``."""
    with path.open("rb") as file:
        head = file.read(8)
    if not head:
        return Sniffed(refused="empty", detail="the file has no bytes")
    if head.startswith((_ZIP, _OLE)):
        return _sniff_workbook(path, head)
    if head.startswith(_BINARY):
        return Sniffed(refused="unreadable", detail="a document or archive, not a table of text")
    try:
        return _sniff_text(path, gzipped=head.startswith(b"\x1f\x8b"))
    except (OSError, EOFError) as error:
        return Sniffed(refused="unreadable", detail=f"cannot be read: {type(error).__name__}")


def _sniff_workbook(path: Path, head: bytes) -> Sniffed:
    if head.startswith(_ZIP):
        try:
            with zipfile.ZipFile(path) as archive:
                is_workbook = any(name.startswith("xl/") for name in archive.namelist())
        except zipfile.BadZipFile:
            return Sniffed(refused="unreadable", detail="a damaged zip archive or workbook")
        if not is_workbook:
            return Sniffed(refused="unreadable", detail="a zip archive that is no workbook; unpack it into the folder")
    headers = sheet_header(path)
    if headers is None:
        return Sniffed(format="xlsx", refused="unreadable", detail="a damaged workbook")
    if not headers:
        return Sniffed(format="xlsx", refused="empty", detail="no sheet of the workbook has a filled cell")
    return Sniffed(format="xlsx", headers=headers)


def _sniff_text(path: Path, *, gzipped: bool) -> Sniffed:
    with open_bytes(path, gzipped=gzipped) as file:
        sample = file.read(SAMPLE)
        is_whole = not file.read(1)
    if not sample.strip():
        return Sniffed(format="csv", gzipped=gzipped, refused="empty", detail="the file holds blanks only")
    encoding, decodes = _encoding(path, sample, gzipped=gzipped)
    if encoding is None:
        return Sniffed(gzipped=gzipped, refused="unreadable", detail="binary data, not text")
    even = _quotes(path, encoding, gzipped=gzipped) % 2 == 0
    lines = _lines(sample, encoding, is_whole=is_whole)
    delimiter = _delimiter(lines)
    headers = next((tuple(row) for row in csv.reader(lines, delimiter=delimiter) if row), ())
    if not headers:
        return Sniffed(format="csv", gzipped=gzipped, refused="empty", detail="the file holds no header")
    return Sniffed("csv", gzipped, encoding, delimiter, decodes and even, headers)


def _quotes(path: Path, encoding: str, *, gzipped: bool) -> int:
    """Quote characters of the whole file; an odd number means that one is not closed."""
    quote = '"'.encode("utf-16-be" if encoding == "utf-16-be" else "utf-16-le") if "16" in encoding else b'"'
    return sum(chunk.count(quote) for chunk in _chunks(path, gzipped=gzipped))


def _encoding(path: Path, sample: bytes, *, gzipped: bool) -> tuple[str | None, bool]:
    """The encoding, and whether every byte of the file is valid in it."""
    encoding = next((name for bom, name in _BOMS if sample.startswith(bom)), None) or _wide_without_bom(sample)
    if encoding is None and len(sample) - len(sample.translate(None, _CONTROLS)) > len(sample) // 100:
        return None, False
    if encoding and "16" in encoding:
        return encoding, _decodes(path, encoding, gzipped=gzipped)
    if _decodes(path, "utf-8", gzipped=gzipped):
        return "utf-8", True
    if encoding == "utf-8" or _is_damaged_utf8(path, gzipped=gzipped):
        return "utf-8", False
    found = _single_byte(path, gzipped=gzipped)
    return found, _decodes(path, found, gzipped=gzipped)


def _wide_without_bom(sample: bytes) -> str | None:
    """UTF-16 without a mark: every other byte of mostly Latin text is zero."""
    half = max(1, len(sample) // 2)
    if sample[1::2].count(0) > 0.4 * half:
        return "utf-16-le"
    return "utf-16-be" if sample[0::2].count(0) > 0.4 * half else None


def _decodes(path: Path, encoding: str, *, gzipped: bool) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for chunk in _chunks(path, gzipped=gzipped):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _is_damaged_utf8(path: Path, *, gzipped: bool) -> bool:
    """UTF-8 with a few broken bytes, rather than another encoding: most of what is not ASCII is valid."""
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    good = bad = 0
    for chunk in _chunks(path, gzipped=gzipped):
        text = decoder.decode(chunk)
        if not text.isascii():
            broken = sum("\udc80" <= c <= "\udcff" for c in text)
            bad += broken
            good += sum(c > "\x7f" for c in text) - broken
    return good >= 3 * bad


def _single_byte(path: Path, *, gzipped: bool) -> str:
    """The western single-byte encoding that fits the lines with accents best; cp1252 where nothing tells."""
    odd: list[bytes] = []
    for chunk in _chunks(path, gzipped=gzipped):
        odd += [line for line in chunk.splitlines() if not line.isascii()]
        if sum(map(len, odd)) > SAMPLE:
            break
    best = from_bytes(b"\n".join(odd)[:SAMPLE], cp_isolation=_WESTERN).best()
    return best.encoding if best and best.encoding in _WESTERN else "cp1252"


def _lines(sample: bytes, encoding: str, *, is_whole: bool) -> list[str]:
    """Lines of the sample with their ends; the last one, which may be cut, only where the sample is the whole file."""
    text = codecs.getincrementaldecoder(encoding)("replace").decode(sample).removeprefix("\ufeff")
    lines = text.splitlines(keepends=True)
    # str.splitlines also cuts at characters that are no line ends in a file
    joined: list[str] = []
    for line in lines:
        if joined and not joined[-1].endswith(("\n", "\r")):
            joined[-1] += line
        else:
            joined.append(line)
    return joined if is_whole or len(joined) < 2 else joined[:-1]


def _delimiter(lines: list[str]) -> str:
    """The delimiter that cuts the first 200 records most evenly, then the widest."""

    def fit(delimiter: str) -> tuple[bool, int, float]:
        rows = [row for _, row in zip(range(201), csv.reader(lines, delimiter=delimiter), strict=False) if row]
        width = len(rows[0]) if rows else 0
        even = sum(len(row) == width for row in rows) / max(1, len(rows))
        return (width > 1 and even >= 0.6, width, even)

    return max(DELIMITERS, key=fit)
