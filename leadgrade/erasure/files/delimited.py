"""Delimited text with single records changed; every other byte stays as it is."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from leadgrade.erasure.files.changes import Changes, packed
from leadgrade.erasure.forms import MARK
from leadgrade.erasure.redaction import Redactor
from leadgrade.raw.readers.delimited import read_blocks, split_header
from leadgrade.raw.readers.malformed import Record, records_in
from leadgrade.raw.readers.sniffed import Sniffed
from leadgrade.raw.readers.streams import open_bytes
from leadgrade.raw.readers.text import split_lines

_MARKS = {"utf-8": (codecs.BOM_UTF8,), "utf-16": (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)}
_CODECS = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_END = re.compile(r"[\r\n]*\Z")


def write(path: Path, target: Path, sniffed: Sniffed, changes: Changes, redactor: Redactor) -> None:
    """Write the file with its changes."""
    mark, encode = _encoder(path, sniffed)
    head, blocks = split_header(path, sniffed)
    following = 1
    with packed(target, sniffed.compression) as file:
        file.write(mark + encode(head))
        for text, batch in read_blocks(blocks, sniffed):
            numbers = range(following, following + batch.records)
            is_changed = any(number in numbers for number in changes.records)
            file.write(encode(_changed(text, sniffed, following, changes, redactor) if is_changed else text))
            following += batch.records


def _encoder(path: Path, sniffed: Sniffed) -> tuple[bytes, Callable[[bytes], bytes]]:
    """The mark at the beginning of the file, and the way from UTF-8 back to its encoding."""
    encoding = sniffed.encoding or "utf-8"
    with open_bytes(path, sniffed.compression) as file:
        first = file.read(3)
    mark = next((m for m in _MARKS.get(encoding, ()) if first.startswith(m)), b"")
    if encoding == "utf-8":
        return mark, bytes
    codec = _CODECS.get(mark, encoding)
    errors = "surrogatepass" if "16" in codec else "surrogateescape"
    return mark, lambda text: text.decode("utf-8", "surrogateescape").encode(codec, errors)


def _changed(text: bytes, sniffed: Sniffed, following: int, changes: Changes, redactor: Redactor) -> bytes:
    """A piece of whole records with those among them changed."""
    lines = split_lines(text.decode("utf-8", "surrogateescape"))
    parts, end = list[str](), 0
    for number, record in _numbered(lines, sniffed, following):
        if number in changes.records:
            old = "".join(lines[record.start : record.end])
            parts += lines[end : record.start]
            parts.append(_record(record, old, sniffed, None if number in changes.rows else redactor))
            end = record.end
    return "".join(parts + lines[end:]).encode("utf-8", "surrogateescape")


def _numbered(lines: list[str], sniffed: Sniffed, following: int) -> Iterator[tuple[int, Record]]:
    """The records of the lines with their numbers; blank lines are none."""
    records = records_in(lines, sniffed.delimiter or ",", len(sniffed.headers), is_last=True, must_move=True)
    for record in records:
        if record.cells or record.fault:
            yield following, record
            following += 1


def _record(record: Record, old: str, sniffed: Sniffed, redactor: Redactor | None) -> str:
    """The record anew: emptied, or, with a redactor, with marks in its cells."""
    end = _END.search(old)
    delimiter, line_end = sniffed.delimiter or ",", end[0] if end else ""
    if redactor is None:
        return MARK + delimiter * (len(sniffed.headers) - 1) + line_end
    written = io.StringIO()
    csv.writer(written, delimiter=delimiter, lineterminator="").writerow(redactor.redacted(record.cells))
    return written.getvalue() + line_end
