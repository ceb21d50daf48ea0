"""Writes one kept file anew, whatever its format, and makes sure that it reads as it did but for the changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from leadgrade.erasure.files import columns, delimited, json_text, workbook
from leadgrade.erasure.files.changes import CannotWrite, Changes
from leadgrade.erasure.files.comparison import compare
from leadgrade.erasure.redaction import Redactor
from leadgrade.raw.inbox.archives import Kind, kind
from leadgrade.raw.readers.sniffed import Sniffed


@dataclass(frozen=True, slots=True)
class Part:
    """A table of a file: the file itself, or a sheet of a workbook.

    Attributes:
        sniffed: What it is.
        changes: What is to change.
        sheet: Name of the sheet; None where there are none.
    """

    sniffed: Sniffed
    changes: Changes
    sheet: str | None = None


def write(path: Path, target: Path, parts: Mapping[str | None, Part], encoding: str | None, redactor: Redactor) -> None:
    """Write a file that is no archive with its changes.

    Args:
        path: The file.
        target: Where to write; removed again where it cannot be done.
        parts: Sheet, or None for the file itself -> the table.
        encoding: What its source says of its encoding.
        redactor: Knows what belongs to erased people.

    Raises:
        CannotWrite: the file would not read as it should, or is of a kind that cannot be written.
    """
    try:
        _write(kind(path), path, target, parts, redactor)
        for part in parts.values():
            compare(path, target, part.sniffed, encoding, part.changes, redactor)
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def _write(container: Kind, path: Path, target: Path, parts: Mapping[str | None, Part], redactor: Redactor) -> None:
    if container == "workbook":
        sheets = {part.sheet or "": (part.sniffed, part.changes) for part in parts.values()}
        workbook.write(path, target, sheets, redactor)
        return
    [part] = parts.values()
    match part.sniffed.format:
        case "parquet":
            columns.write(path, target, part.changes, redactor)
        case "json" | "jsonl":
            json_text.write(path, target, part.sniffed, part.changes, redactor)
        case "csv":
            delimited.write(path, target, part.sniffed, part.changes, redactor)
        case _:
            raise CannotWrite("not a table")
