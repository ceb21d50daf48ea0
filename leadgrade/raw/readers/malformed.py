"""Reads a block of delimited text record by record: the exact and slow way, for blocks with something wrong in them.

A record with malformed quotes (one that is never closed, or closed in the middle of a field) costs its first line
alone: reading goes on at the next line. A record of several lines and a wrong number of fields is taken for one, too,
where a line inside it would be a whole record by itself: then an open quote swallowed it.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass

from leadgrade.raw.readers.sniffed import Batch, Reject, Sniffed, make_frame
from leadgrade.raw.readers.text import split_lines

FEW_LINES = 50
_BROKEN = re.compile("[\udc80-\udcff]")
_BAD_QUOTE = ("bad_quote", "a quote is opened or closed in the middle of a field, or never closed")
_OPEN = ("unterminated_quote", "a quote is opened and not closed before the file ends")
_TOO_LONG = ("record_too_long", "a quote is opened and not closed within 16 MiB")


@dataclass(slots=True)
class Record:
    """Physical lines ``start`` to ``end`` of a block: the cells, or what is wrong with the first of the lines."""

    start: int
    end: int
    cells: list[str]
    fault: tuple[str, str] | None = None


def read_block(text: bytes, sniffed: Sniffed, following: int, *, is_last: bool, must_move: bool) -> tuple[Batch, int]:
    """Read the whole records of a block.

    Args:
        text: UTF-8; bytes that do not decode are found in their record.
        sniffed: What the file is.
        following: Number of the first record.
        is_last: Nothing follows the block.
        must_move: A record that does not end in the block is malformed, not just unfinished.

    Returns:
        The batch, and the bytes that it used.
    """
    lines = split_lines(text.decode("utf-8", "surrogateescape"))
    complete = len(lines) if is_last else len(lines) - _unfinished(lines)
    if must_move and not complete:
        return _too_long(text, len(sniffed.headers), following)
    width, used = len(sniffed.headers), 0
    rows, numbers, rejects = list[list[str]](), list[int](), list[Reject]()
    for record in records_in(lines[:complete], sniffed.delimiter or ",", width, is_last=is_last, must_move=must_move):
        used = record.end
        fault = record.fault or _fault(record.cells, width)
        if fault:
            payload = "".join(lines[record.start : record.end]).rstrip("\r\n")
            rejects.append(Reject(following, *fault, _BROKEN.sub("\ufffd", payload)))
        elif record.cells:
            rows.append(record.cells)
            numbers.append(following)
        following += bool(fault or record.cells)
    size = sum(len(line.encode("utf-8", "surrogateescape")) for line in lines[:used])
    return Batch(make_frame(rows, numbers, width), rejects), size


def _too_long(text: bytes, width: int, following: int) -> tuple[Batch, int]:
    """A block without any line end: no table has such a line."""
    payload = text[:1000].decode("utf-8", "replace")
    return Batch(make_frame([], [], width), [Reject(following, *_TOO_LONG, payload)]), len(text)


def _unfinished(lines: list[str]) -> int:
    """1 where the last line has no end yet, or one whose other half may follow."""
    return int(bool(lines) and not lines[-1].endswith("\n"))


def _fault(cells: list[str], width: int) -> tuple[str, str] | None:
    if any(_BROKEN.search(cell) for cell in cells if not cell.isascii()):
        return "bad_encoding", "bytes that the file's encoding does not have"
    if cells and len(cells) != width:
        return "column_count", f"expected {width} fields, found {len(cells)}"
    return None


class _Feed:
    """Hands lines to the reader, up to a limit."""

    def __init__(self, lines: list[str]) -> None:
        self._lines = lines
        self.place = 0
        self.limit = len(lines)

    def __iter__(self) -> _Feed:
        return self

    def __next__(self) -> str:
        if self.place >= self.limit:
            raise StopIteration
        self.place += 1
        return self._lines[self.place - 1]


def records_in(lines: list[str], delimiter: str, width: int, *, is_last: bool, must_move: bool) -> Iterator[Record]:
    """Records and blank lines (no cells), in order; stops before a record that may go on in the next block.

    Where a record went wrong after many lines, the records in these lines may have few: else lines that each open a
    quote would be read again and again up to the end.
    """
    start = wary_until = 0
    feed = _Feed(lines)
    reader = csv.reader(feed, delimiter=delimiter, strict=True)
    while start < len(lines):
        feed.limit = min(start + FEW_LINES, len(lines)) if start < wary_until else len(lines)
        record = _next(reader, feed, start)
        if record.fault is _OPEN and feed.limit == len(lines) and not must_move:
            return
        if record.fault is _OPEN and not (is_last and feed.limit == len(lines)):
            record.fault = _TOO_LONG if feed.limit == len(lines) else _BAD_QUOTE
        if not record.fault and _swallowed(lines, record, delimiter, width):
            record = Record(start, start + 1, [], _BAD_QUOTE)
        if record.fault:
            wary_until = feed.place if feed.place - start > FEW_LINES else wary_until
            feed.place = record.end
            reader = csv.reader(feed, delimiter=delimiter, strict=True)
        yield record
        start = record.end


def _next(reader: Iterator[list[str]], feed: _Feed, start: int) -> Record:
    """The next record; its first line alone, with the fault, where its quotes are malformed or stay open."""
    try:
        cells = next(reader)
    except csv.Error as error:
        return Record(start, start + 1, [], _OPEN if "end of data" in str(error) else _BAD_QUOTE)
    return Record(start, feed.place, cells)


def _swallowed(lines: list[str], record: Record, delimiter: str, width: int) -> bool:
    """The record has another width, and a line inside it, one without quotes, is a whole record by itself."""
    if width < 2 or record.end - record.start < 2 or len(record.cells) == width:
        return False
    inside = lines[record.start + 1 : record.end]
    return any('"' not in line and line.count(delimiter) == width - 1 for line in inside)
