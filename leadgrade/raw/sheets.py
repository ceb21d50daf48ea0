"""Workbooks: the first sheet that has a filled cell, as rows of text."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, XmlError, ZipError

_FAULTS = (CalamineError, PasswordError, XmlError, ZipError, OSError)


def _text(cell: object) -> str:
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


def sheet_rows(path: Path) -> Iterator[list[str]]:
    """Rows of the first sheet that has any, blank rows left out; the first is the header."""
    workbook = CalamineWorkbook.from_path(path)
    for name in workbook.sheet_names:
        found = False
        for row in workbook.get_sheet_by_name(name).iter_rows():
            cells = [_text(cell) for cell in row]
            if any(cell.strip() for cell in cells):
                found = True
                yield cells
        if found:
            return


def sheet_header(path: Path) -> tuple[str, ...] | None:
    """The header; empty where no cell is filled, None where the workbook cannot be opened."""
    try:
        return tuple(next(sheet_rows(path), ()))
    except _FAULTS:
        return None
