"""Makes a minimal workbook: the parts that a reader needs, and nothing else."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape

_TYPES = """<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/>
<Override PartName="/xl/workbook.xml"
 ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>"""
_ROOT = """<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="rId1" Target="xl/workbook.xml"
 Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"/></Relationships>"""
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def _cell(place: str, value: object) -> str:
    if isinstance(value, bool):
        return f'<c r="{place}" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, int | float):
        return f'<c r="{place}"><v>{value}</v></c>'
    return f'<c r="{place}" t="inlineStr"><is><t>{escape(str(value))}</t></is></c>'


def _sheet(rows: Sequence[Sequence[object]]) -> str:
    lines = []
    for number, row in enumerate(rows, start=1):
        cells = "".join(_cell(f"{chr(65 + i)}{number}", value) for i, value in enumerate(row) if value != "")
        lines.append(f'<row r="{number}">{cells}</row>')
    return f'<?xml version="1.0"?><worksheet xmlns="{_MAIN}"><sheetData>{"".join(lines)}</sheetData></worksheet>'


def write_workbook(path: Path, *sheets: Sequence[Sequence[object]]) -> None:
    """Write a workbook with these sheets of rows."""
    numbers = range(1, len(sheets) + 1)
    entries = "".join(f'<sheet name="S{n}" sheetId="{n}" r:id="rId{n}"/>' for n in numbers)
    links = "".join(
        f'<Relationship Id="rId{n}" Target="worksheets/sheet{n}.xml" Type="{_LINKS}/worksheet"/>' for n in numbers
    )
    book = f'<?xml version="1.0"?><workbook xmlns="{_MAIN}" xmlns:r="{_LINKS}"><sheets>{entries}</sheets></workbook>'
    relations = "http://schemas.openxmlformats.org/package/2006/relationships"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(zipfile.ZipInfo("[Content_Types].xml"), _TYPES)
        archive.writestr(zipfile.ZipInfo("_rels/.rels"), _ROOT)
        archive.writestr(zipfile.ZipInfo("xl/workbook.xml"), book)
        text = f'<?xml version="1.0"?><Relationships xmlns="{relations}">{links}</Relationships>'
        archive.writestr(zipfile.ZipInfo("xl/_rels/workbook.xml.rels"), text)
        for n, rows in zip(numbers, sheets, strict=True):
            archive.writestr(zipfile.ZipInfo(f"xl/worksheets/sheet{n}.xml"), _sheet(rows))
