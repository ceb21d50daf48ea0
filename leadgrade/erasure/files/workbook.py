"""Workbooks with single rows changed.

A workbook keeps texts in many places (shared strings, comments, caches of pivots, properties), and the older formats
cannot be changed in place at all. So it is written anew as xlsx with the texts of its cells, sheet by sheet: colours,
widths and formulas are gone, what the intake reads is not.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from python_calamine import CalamineWorkbook

from leadgrade.erasure.files.changes import Changes
from leadgrade.erasure.forms import MARK
from leadgrade.erasure.redaction import Redactor
from leadgrade.raw.readers.sheets import cell_text
from leadgrade.raw.readers.sniffed import Sniffed

_KIND = "http://schemas.openxmlformats.org"
_MAIN, _LINKS = f"{_KIND}/spreadsheetml/2006/main", f"{_KIND}/officeDocument/2006/relationships"
_PACKAGE = f"{_KIND}/package/2006"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_TYPES = (
    f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
    '<Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>'
)
# signs that XML cannot hold are written as the format says
_UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")


def write(path: Path, target: Path, found: Mapping[str, tuple[Sniffed, Changes]], redactor: Redactor) -> None:
    """Write the workbook with its changes.

    Args:
        path: The workbook, of any format.
        target: Where to write.
        found: Sheet -> what it is and its changes.
        redactor: Knows what belongs to erased people.
    """
    book = CalamineWorkbook.from_path(path)
    target.unlink(missing_ok=True)
    target.touch(mode=0o600)
    sheets = [name for name in book.sheet_names if name in found]
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", _TYPES)
        archive.writestr("_rels/.rels", _relations({"rId1": ("officeDocument", "xl/workbook.xml")}))
        entries = "".join(f'<sheet name={quoteattr(s)} sheetId="{n}" r:id="rId{n}"/>' for n, s in enumerate(sheets, 1))
        archive.writestr(
            "xl/workbook.xml",
            f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_LINKS}"><sheets>{entries}</sheets></workbook>',
        )
        links = {f"rId{n}": ("worksheet", f"worksheets/sheet{n}.xml") for n in range(1, len(sheets) + 1)}
        archive.writestr("xl/_rels/workbook.xml.rels", _relations(links))
        for number, name in enumerate(sheets, start=1):
            sniffed, changes = found[name]
            with archive.open(f"xl/worksheets/sheet{number}.xml", "w") as file:
                file.write(f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetData>'.encode())
                for place, cells in enumerate(_rows(book, name, sniffed, changes, redactor), start=1):
                    file.write(_row(place, cells).encode())
                file.write(b"</sheetData></worksheet>")


def _rows(
    book: CalamineWorkbook, name: str, sniffed: Sniffed, changes: Changes, redactor: Redactor
) -> Iterator[list[str]]:
    """The filled rows of a sheet as they are to be; a row that is emptied still counts, by its mark."""
    number = -sniffed.title_lines - 1
    for row in book.get_sheet_by_name(name).iter_rows():
        cells = [cell_text(cell) for cell in row]
        if not any(cell.strip() for cell in cells):
            continue
        number += 1
        if number in changes.rows:
            yield [MARK]
        else:
            yield redactor.redacted(cells) if number in changes.mentions else cells


def _row(place: int, cells: list[str]) -> str:
    filled = ((i, cell) for i, cell in enumerate(cells) if cell)
    written = "".join(
        f'<c r="{_column(i)}{place}" t="inlineStr"><is><t xml:space="preserve">{_text(cell)}</t></is></c>'
        for i, cell in filled
    )
    return f'<row r="{place}">{written}</row>'


def _column(index: int) -> str:
    letters, index = "", index + 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _text(cell: str) -> str:
    return escape(_UNWRITABLE.sub(lambda sign: f"_x{ord(sign[0]):04X}_", cell))


def _relations(links: Mapping[str, tuple[str, str]]) -> str:
    each = "".join(
        f'<Relationship Id="{key}" Type="{_LINKS}/{kind}" Target="{to}"/>' for key, (kind, to) in links.items()
    )
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{each}</Relationships>'
