"""Reads a file that was written anew as the intake reads it, and holds it against the old one, record by record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import polars as pl

from leadgrade.erasure.files.changes import CannotWrite, Changes
from leadgrade.erasure.forms import MARK
from leadgrade.erasure.redaction import Redactor
from leadgrade.raw.readers.batches import read_batches
from leadgrade.raw.readers.sniff import sniff
from leadgrade.raw.readers.sniffed import ROW_NUMBER, Batch, Sniffed, column_names

_DIFFERS = "written anew, it does not read as it should; nothing was changed"
_FAULT, _PAYLOAD = "fault", "payload"


def compare(old: Path, new: Path, sniffed: Sniffed, encoding: str | None, changes: Changes, redactor: Redactor) -> None:
    """Make sure that nothing but the changes differs.

    Args:
        old: The file as it was.
        new: The file written anew.
        sniffed: What the old one is.
        encoding: What its source says of its encoding.
        changes: What was to change.
        redactor: Knows what belongs to erased people.

    Raises:
        CannotWrite: a record differs that should not, or one does not that should.
    """
    again = _again(new, sniffed, encoding)
    was, now = _Stream(_records(old, sniffed)), _Stream(_records(new, again))
    while (count := min(was.ready(), now.ready())) > 0:
        expected = _expected(was.take(count), changes, redactor)
        if not expected.equals(_without_faults(now.take(count), changes)):
            raise CannotWrite(_DIFFERS)
    if was.ready() or now.ready():
        raise CannotWrite(_DIFFERS)


def _again(new: Path, sniffed: Sniffed, encoding: str | None) -> Sniffed:
    """What the new file is: the same as the old one; of JSON a key may be gone that one record alone had."""
    again = sniff(new, sniffed.sheet, encoding)
    told_by_records = sniffed.format in {"json", "jsonl"} and set(again.headers) <= set(sniffed.headers)
    if again.format != sniffed.format or (again.headers != sniffed.headers and not told_by_records):
        raise CannotWrite(_DIFFERS)
    return replace(again, headers=sniffed.headers, refused=None)


class _Stream:
    """Frames of records, taken in pieces of any size."""

    def __init__(self, frames: Iterator[pl.DataFrame]) -> None:
        self._frames = frames
        self._held = pl.DataFrame()

    def ready(self) -> int:
        """Records at hand; 0 at the end."""
        while self._held.is_empty():
            following = next(self._frames, None)
            if following is None:
                return 0
            self._held = following
        return len(self._held)

    def take(self, count: int) -> pl.DataFrame:
        """The next records."""
        taken, self._held = self._held.head(count), self._held.slice(count)
        return taken


def _records(path: Path, sniffed: Sniffed) -> Iterator[pl.DataFrame]:
    for batch in read_batches(path, sniffed):
        yield _frame(batch, len(sniffed.headers))


def _frame(batch: Batch, width: int) -> pl.DataFrame:
    """Rows and rejects of a batch in their order, blanks as nothing."""
    names = column_names(width)
    rows = batch.rows.select(ROW_NUMBER, *(pl.col(n).fill_null("").str.replace_all("\r\n?", "\n") for n in names))
    rejects = pl.DataFrame(
        [(r.row_number, r.reason, r.payload or "") for r in batch.rejects],
        schema={ROW_NUMBER: pl.Int64(), _FAULT: pl.String(), _PAYLOAD: pl.String()},
        orient="row",
    )
    return pl.concat([rows, rejects], how="diagonal").select(ROW_NUMBER, *names, _FAULT, _PAYLOAD).sort(ROW_NUMBER)


def _expected(records: pl.DataFrame, changes: Changes, redactor: Redactor) -> pl.DataFrame:
    """The records as they are to be read."""
    first, last = records[ROW_NUMBER][0], records[ROW_NUMBER][-1]
    emptied = [number for number in changes.rows if first <= number <= last]
    marked = [number for number in changes.mentions if first <= number <= last]
    if marked:
        records = _marked(records, marked, redactor)
    return _blank(records, emptied) if emptied else records


def _marked(records: pl.DataFrame, numbers: list[int], redactor: Redactor) -> pl.DataFrame:
    is_marked = pl.col(ROW_NUMBER).is_in(numbers)
    texts = [name for name, kind in records.schema.items() if kind == pl.String]
    mended = records.filter(is_marked).with_columns(
        pl.Series(name, redactor.redacted(records.filter(is_marked)[name].fill_null("").to_list()), dtype=pl.String())
        for name in texts
        if name not in {_FAULT, _PAYLOAD}
    )
    return pl.concat([records.filter(~is_marked), mended]).sort(ROW_NUMBER)


def _blank(records: pl.DataFrame, numbers: list[int]) -> pl.DataFrame:
    """Emptied records: no cell and no fault; which cell bears the mark is looked at by itself."""
    is_blank = pl.col(ROW_NUMBER).is_in(numbers)
    return records.with_columns(
        pl.when(~is_blank).then(pl.col(name)).alias(name) for name in records.columns if name != ROW_NUMBER
    )


def _without_faults(records: pl.DataFrame, changes: Changes) -> pl.DataFrame:
    """The new records, those that were emptied as nothing where they hold nothing but the mark."""
    first, last = records[ROW_NUMBER][0], records[ROW_NUMBER][-1]
    emptied = [number for number in changes.rows if first <= number <= last]
    if not emptied:
        return records
    texts = [name for name in records.columns if name != ROW_NUMBER]
    here = records.filter(pl.col(ROW_NUMBER).is_in(emptied))
    if here.filter(~_is_emptied(here)).height:
        raise CannotWrite(_DIFFERS)
    return _blank(records, emptied) if texts else records


def _is_emptied(records: pl.DataFrame) -> pl.Expr:
    """At most one filled cell, the mark; columns that may not be empty hold a plain value."""
    cells = [name for name in records.columns if name not in {ROW_NUMBER, _FAULT, _PAYLOAD}]
    plain = pl.concat_list(cells).list.set_difference(["", MARK, "0", "false", "1970-01-01", "1970-01-01 00:00:00"])
    return pl.col(_FAULT).is_null() & (plain.list.len() == 0)
