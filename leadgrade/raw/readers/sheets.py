"""Workbooks: one sheet as rows of text, its header found below a title."""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path

from python_calamine import CalamineWorkbook

from leadgrade.raw.mappings_data import is_header
from leadgrade.raw.readers.sniffed import Batch, Sniffed, make_frame

ROWS = 20_000
_FIRST = 20  # filled rows that are looked at to find the header
_LARGEST = 2 << 30  # bytes of the unpacked parts: the reader holds a sheet in memory
_ZIP = b"PK\x03\x04"


class _Damaged(Exception):
    """A workbook that cannot be read; its text is for people. Never leaves this module."""


def sniff_workbook(path: Path, sheet: str | None = None) -> Sniffed:
    """Tell the header of a sheet.

    The header is the first of the first 20 filled rows that has at least two filled cells and at least 60 % of those
    of the widest of them; a sheet of one column begins with its header. What is filled above it is a title.

    Args:
        path: A workbook: xlsx, xlsm, xlsb, xls or ods.
        sheet: Name of the sheet; absent: the first one with a filled cell.
    """
    try:
        rows = _rows(path, sheet)
        first = list(islice(rows, _FIRST))
        if not first:
            place = "no sheet of the workbook" if sheet is None else "the sheet"
            return Sniffed(format="xlsx", sheet=sheet, refused="empty", detail=f"{place} has a filled cell")
        titles = _title_lines(first)
        width = max(_width(row) for row in chain(first[titles:], rows))
    except _Damaged as error:
        return Sniffed(format="xlsx", sheet=sheet, refused="unreadable", detail=str(error))
    return Sniffed(format="xlsx", headers=tuple(_fitted(first[titles], width)), title_lines=titles, sheet=sheet)


def filled_sheets(path: Path) -> list[str]:
    """Names of the sheets that have a filled cell, in the order of the workbook; empty where it cannot be read."""
    try:
        book = _open(path)
        return [name for name in book.sheet_names if next(_sheet_rows(book, name), None)]
    except _Damaged:
        return []


def read_sheet(path: Path, sniffed: Sniffed) -> Iterator[Batch]:
    """Yield the rows below the header as text, shorter ones filled up with blanks; blank rows are no rows."""
    width = len(sniffed.headers)
    rows = enumerate(islice(_rows(path, sniffed.sheet), sniffed.title_lines + 1, None), start=1)
    while part := list(islice(rows, ROWS)):
        yield Batch(make_frame([_fitted(row, width) for _, row in part], [number for number, _ in part], width))


def _title_lines(rows: list[list[str]]) -> int:
    filled = [sum(bool(cell.strip()) for cell in row) for row in rows]
    least = max(2, 0.6 * max(filled))
    return next((i for i, count in enumerate(filled) if count >= least or is_header(rows[i])), 0)


def _width(row: list[str]) -> int:
    """Cells up to the last filled one."""
    return max((i for i, cell in enumerate(row, start=1) if cell.strip()), default=0)


def _fitted(row: list[str], width: int) -> list[str]:
    return row[:width] + [""] * (width - len(row))


def _rows(path: Path, sheet: str | None) -> Iterator[list[str]]:
    """Filled rows of a sheet, or of the first sheet that has any."""
    book = _open(path)
    if sheet is not None and sheet not in book.sheet_names:
        raise _Damaged("the workbook changed while it was read: a sheet is gone")
    for name in book.sheet_names if sheet is None else [sheet]:
        rows = _sheet_rows(book, name)
        if (first := next(rows, None)) is not None:
            yield first
            yield from rows
            return


def _open(path: Path) -> CalamineWorkbook:
    try:
        with path.open("rb") as file:
            is_zip = file.read(4) == _ZIP
        if is_zip:
            with zipfile.ZipFile(path) as archive:
                if sum(part.file_size for part in archive.infolist()) > _LARGEST:
                    raise _Damaged("the workbook unpacks to more than 2 GiB; export its table as csv")
        return CalamineWorkbook.from_path(path)
    except _Damaged:
        raise
    except BaseException as error:  # noqa: BLE001  a panic of the reader is no Exception
        raise _fault(error) from None


def _sheet_rows(book: CalamineWorkbook, name: str) -> Iterator[list[str]]:
    """Filled rows as text; none where the sheet is a chart."""
    try:
        for row in book.get_sheet_by_name(name).iter_rows():
            cells = [cell_text(cell) for cell in row]
            if any(cell.strip() for cell in cells):
                yield cells
    except BaseException as error:  # noqa: BLE001  a panic of the reader is no Exception
        raise _fault(error) from None


def _fault(error: BaseException) -> BaseException:
    """What a reader's error means; it ends in a panic, which is no ``Exception``, where a file is broken on purpose."""
    if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
        return error
    if type(error).__name__ == "PasswordError":
        return _Damaged("the workbook is locked with a password; save it without one")
    return _Damaged("a damaged workbook, or a document that is none; export it again")


def cell_text(cell: object) -> str:
    """A cell as a csv file would hold it: ISO times, no ``.0`` behind whole numbers."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, dt.datetime):
        return cell.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(cell, dt.date | dt.time):
        return cell.isoformat()
    return str(cell)
