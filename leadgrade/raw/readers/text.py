"""Delimited text: its encoding, its delimiter, and where its header stands."""

from __future__ import annotations

import codecs
import csv
import re
from collections import Counter
from pathlib import Path

from leadgrade.raw.mappings_data import is_header
from leadgrade.raw.readers.encodings import SAMPLE, Content, encoding_of
from leadgrade.raw.readers.sniffed import Sniffed
from leadgrade.raw.readers.streams import open_bytes

DELIMITERS = (",", ";", "\t", "|")
_TOLD = re.compile(r"^sep=([,;\t|])\s*$", re.IGNORECASE)  # the line that Excel writes to say its delimiter
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|$)")
_FIRST = 20

# a cell may be longer than Python's default of 128 KB
csv.field_size_limit(2**31 - 1)


def sniff_text(path: Path, compression: str | None = None, configured: str | None = None) -> Sniffed:
    """Tell what a text file is. Content that is no table says so in ``refused``.

    Args:
        path: The file.
        compression: How it is packed.
        configured: Encoding of what is neither UTF-8 nor UTF-16.

    Raises:
        OSError, EOFError: The file cannot be read or decompressed.
    """
    content = Content(path, compression)
    with open_bytes(path, compression) as file:
        sample = file.read(SAMPLE)
        is_whole = not file.read(1)
    if not sample.strip():
        return Sniffed(format="csv", compression=compression, refused="empty", detail="the file holds blanks only")
    encoding = encoding_of(content, sample, configured)
    if encoding is None:
        return Sniffed(compression=compression, refused="unreadable", detail="binary data, not text")
    lines = _lines(sample, encoding, is_whole=is_whole)
    told = _TOLD.match(lines[0]) if lines else None
    delimiter = told.group(1) if told else _delimiter(lines)
    titles, first_line, headers = _header(lines, delimiter)
    if not headers:
        return Sniffed(format="csv", compression=compression, refused="empty", detail="the file holds no header")
    return Sniffed("csv", compression, encoding, delimiter, headers, titles, first_line)


def split_lines(text: str) -> list[str]:
    r"""Physical lines with their ends; ``\n``, ``\r\n`` and ``\r`` end one, other separators of Unicode do not."""
    return [line for line in _LINE.findall(text) if line]


def _lines(sample: bytes, encoding: str, *, is_whole: bool) -> list[str]:
    """Lines of the sample; the last one, which may be cut, only where the sample is the whole file."""
    lines = split_lines(codecs.getincrementaldecoder(encoding)("replace").decode(sample).removeprefix("\ufeff"))
    return lines if is_whole or len(lines) < 2 else lines[:-1]


def _records(lines: list[str], delimiter: str, most: int) -> list[tuple[list[str], int]]:
    """The first records that are not blank, with the number of lines read up to their end."""
    reader = csv.reader(lines, delimiter=delimiter)
    found: list[tuple[list[str], int]] = []
    while len(found) < most and (record := next(reader, None)) is not None:
        if record:
            found.append((record, reader.line_num))
    return found


def _usual_width(records: list[tuple[list[str], int]]) -> int:
    """The most common number of cells; of equally common ones the first seen."""
    return Counter(len(record) for record, _ in records).most_common(1)[0][0] if records else 0


def _delimiter(lines: list[str]) -> str:
    """The delimiter that cuts the first 200 records most evenly, then the first one, then the widest."""

    def fit(delimiter: str) -> tuple[bool, bool, int, float]:
        records = _records(lines, delimiter, 201)
        width = _usual_width(records)
        even = sum(len(record) == width for record, _ in records) / max(1, len(records))
        return (width > 1 and even >= 0.6, bool(records) and len(records[0][0]) > 1, width, even)

    return max(DELIMITERS, key=fit)


def _is_header(record: list[str], filled: int, width: int) -> bool:
    return len(record) == width and (filled >= 0.6 * width or width == 2 or is_header(record))


def _header(lines: list[str], delimiter: str) -> tuple[int, int, tuple[str, ...]]:
    """Titles above the header, lines up to its end, and the header.

    A title is a record with one filled cell, or with at most two fifths of the usual width, before the first record
    that fills three fifths of it or holds two headers that are known.
    """
    records = _records(lines, delimiter, _FIRST)
    if not records:
        return 0, 0, ()
    width = _usual_width(records)
    filled = [sum(bool(cell.strip()) for cell in record) for record, _ in records]
    first = 1 if _TOLD.match(lines[0]) and len(records) > 1 else 0
    fits = (i for i, n in enumerate(filled) if i >= first and _is_header(records[i][0], n, width))
    header = next(fits, first)
    if width < 2 or any(n > max(1, 0.4 * width) for n in filled[first:header]):
        header = first
    record, line = records[header]
    return header, line, tuple(record)
