"""Reads a table file batch by batch, every cell as text, every record with its number in the file.

Record 1 is the first after the header; blank lines are not records. Records that do not fit the header are not lost:
they come as rejects with the same numbering. pyarrow reads what is well formed; what it cannot read (or would read
differently: an open quote, undecodable bytes) goes through Python's csv module, slower and exact.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.csv as pc

from leadgrade.raw.sheets import sheet_rows
from leadgrade.raw.sniff import Sniffed, open_bytes

BLOCK = 16 << 20
_BROKEN = re.compile("[\udc80-\udcff]")
codecs.register_error("leadgrade_broken", lambda error: ("\udcff", getattr(error, "end", 0)))
SLOW_ROWS = 20_000
ROW_NUMBER = "row_number"


@dataclass(frozen=True, slots=True)
class Reject:
    """A record that is no row of the table."""

    row_number: int
    reason: str
    detail: str
    payload: str | None


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows as text in columns ``c0 .. cN`` with their ``row_number``, and the records between them that are no rows."""

    rows: pl.DataFrame
    rejects: list[Reject] = field(default_factory=list)

    @property
    def records(self) -> int:
        """Records of the file in this batch, good and bad."""
        return len(self.rows) + len(self.rejects)


def column_names(width: int) -> list[str]:
    """Names of the columns of a batch; the header's own names may repeat or be empty."""
    return [f"c{i}" for i in range(width)]


def read_batches(path: Path, sniffed: Sniffed, *, fast: bool = True) -> Iterator[Batch]:
    """Yield the batches of a file.

    Args:
        path: The file.
        sniffed: What it is.
        fast: Use pyarrow where the file is clean; it may raise ``ReadFault`` in the middle, then read again without.

    Raises:
        ReadFault: The fast reader cannot read this file.
    """
    if sniffed.format == "xlsx":
        yield from _workbook(path, len(sniffed.headers))
    elif fast and sniffed.is_clean:
        try:
            yield from _fast(path, sniffed)
        except (pa.ArrowException, UnicodeError) as error:
            # the message of the reader quotes the cell: leave it out
            raise ReadFault(type(error).__name__) from None
    else:
        yield from _slow(path, sniffed)


class ReadFault(Exception):
    """The fast reader cannot read a file; the slow one can. Never leaves the intake."""


def _fast(path: Path, sniffed: Sniffed) -> Iterator[Batch]:
    width = len(sniffed.headers)
    bad: list[Reject] = []

    def keep(row: pc.InvalidRow) -> str:
        detail = f"expected {row.expected_columns} fields, found {row.actual_columns}"
        # the reader counts the header as its first record
        bad.append(Reject(row.number - 1, "column_count", detail, row.text))
        return "skip"

    with open_bytes(path, gzipped=sniffed.gzipped) as file:
        reader = _open_arrow(file, sniffed, width, keep)
        following, is_first = 1, True
        for block in reader:
            if len(block.schema) != width:
                raise pa.ArrowInvalid("width")
            rows = pl.DataFrame(block).rename(dict(zip(block.schema.names, column_names(width), strict=True)))
            if is_first and len(rows):
                rows, is_first = rows.slice(1), False
            rows = _numbered(rows, [reject.row_number for reject in bad], following)
            following = int(rows[ROW_NUMBER][-1]) + 1 if len(rows) else following
            # the reader is a block ahead: its later rejects belong to the next batch
            yield Batch(rows, [reject for reject in bad if reject.row_number < following])
            bad[:] = [reject for reject in bad if reject.row_number >= following]
        if bad:
            yield Batch(_no_rows(width), list(bad))


def _open_arrow(file: object, sniffed: Sniffed, width: int, keep: object) -> pc.CSVStreamingReader:
    try:
        return pc.open_csv(
            file,
            read_options=pc.ReadOptions(
                autogenerate_column_names=True, use_threads=False, block_size=BLOCK, encoding=sniffed.encoding
            ),
            parse_options=pc.ParseOptions(
                delimiter=sniffed.delimiter, newlines_in_values=True, invalid_row_handler=keep
            ),
            convert_options=pc.ConvertOptions(
                column_types={f"f{i}": pa.string() for i in range(width)}, strings_can_be_null=False
            ),
        )
    except StopIteration:
        raise pa.ArrowInvalid("no rows") from None


def _numbered(rows: pl.DataFrame, taken: list[int], following: int) -> pl.DataFrame:
    """The block's rows with the numbers that the rejects leave free."""
    numbers = pl.int_range(following, following + len(rows) + len(taken), eager=True, dtype=pl.Int64)
    free = numbers.filter(~numbers.is_in(taken)) if taken else numbers
    return rows.with_columns(free.head(len(rows)).alias(ROW_NUMBER))


def _no_rows(width: int) -> pl.DataFrame:
    return pl.DataFrame(schema=dict.fromkeys(column_names(width), pl.String()) | {ROW_NUMBER: pl.Int64()})


def _frame(rows: list[list[str]], numbers: list[int], width: int) -> pl.DataFrame:
    names = column_names(width)
    columns = zip(*rows, strict=True) if rows else [()] * width
    data = {name: pl.Series(name, list(values), dtype=pl.String()) for name, values in zip(names, columns, strict=True)}
    return pl.DataFrame(data | {ROW_NUMBER: pl.Series(ROW_NUMBER, numbers, dtype=pl.Int64())})


def _workbook(path: Path, width: int) -> Iterator[Batch]:
    rows = enumerate(islice(sheet_rows(path), 1, None), start=1)
    while part := list(islice(rows, SLOW_ROWS)):
        yield Batch(_frame([row for _, row in part], [n for n, _ in part], width))


class _Lines:
    """The lines of a text, and those since the last record, to tell whether the last one was closed."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self.since: list[str] = []

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = next(self._text)
        self.since.append(line)
        return line


def _records(path: Path, sniffed: Sniffed) -> Iterator[tuple[list[str], bool]]:
    """Records with a flag: its quote is still open at the end of the file."""
    encoding = sniffed.encoding or "utf-8"
    # UTF-16 has no escape for broken units: they become a surrogate all the same, by our own handler
    errors = "leadgrade_broken" if "16" in encoding else "surrogateescape"
    delimiter = sniffed.delimiter or ","
    # utf-8-sig drops the mark that some programs put first
    codec = "utf-8-sig" if encoding == "utf-8" else encoding
    with io.TextIOWrapper(open_bytes(path, gzipped=sniffed.gzipped), codec, errors, newline="") as text:
        lines = _Lines(text)
        for record in csv.reader(lines, delimiter=delimiter):
            since, lines.since = lines.since, []
            if record:
                yield record, _is_open(since, delimiter)


def _is_open(lines: list[str], delimiter: str) -> bool:
    if len("".join(lines).split('"')) % 2:
        return False  # an even number of quotes
    try:
        list(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error as error:
        return "end of data" in str(error)
    return False


def _fault(record: list[str], width: int, *, is_open: bool) -> tuple[str, str] | None:
    if is_open:
        return "unterminated_quote", "a quote is opened and not closed before the file ends"
    if any(_BROKEN.search(cell) for cell in record if not cell.isascii()):
        return "bad_encoding", "bytes that the file's encoding does not have"
    if len(record) != width:
        return "column_count", f"expected {width} fields, found {len(record)}"
    return None


def _payload(record: list[str], delimiter: str) -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="").writerow(record)
    return _BROKEN.sub("\ufffd", text.getvalue())


def _slow(path: Path, sniffed: Sniffed) -> Iterator[Batch]:
    width, delimiter = len(sniffed.headers), sniffed.delimiter or ","
    records = enumerate(_records(path, sniffed))
    next(records, None)  # the header
    while part := list(islice(records, SLOW_ROWS)):
        rows, numbers, rejects = [], [], []
        for number, (record, is_open) in part:
            fault = _fault(record, width, is_open=is_open)
            if fault:
                rejects.append(Reject(number, *fault, _payload(record, delimiter)))
            else:
                rows.append(record)
                numbers.append(number)
        yield Batch(_frame(rows, numbers, width), rejects)
