"""The rules for records of delimited text, written down once more sign by sign, slowly, to compare the reader with."""

from __future__ import annotations

import re

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")


def _quoted(text: str, at: int, delimiter: str) -> tuple[str, int]:
    """The cell whose quote opens at a place, and the place after it; ValueError tells the reason of a malformed one."""
    at, parts = at + 1, []
    while True:
        closing = text.find('"', at)
        if closing < 0:
            raise ValueError("unterminated_quote")
        parts.append(text[at:closing])
        if text[closing + 1 : closing + 2] != '"':
            break
        parts.append('"')
        at = closing + 2
    if closing + 1 < len(text) and text[closing + 1] not in {delimiter, "\r", "\n"}:
        raise ValueError("bad_quote")
    return "".join(parts), closing + 1


def _record(text: str, at: int, delimiter: str) -> tuple[list[str], int]:
    """The cells of the record at a place, and the place after its line end."""
    cells, plain = [], re.compile(f"[^\r\n{re.escape(delimiter)}]*")
    while True:
        if text[at : at + 1] == '"':
            cell, at = _quoted(text, at, delimiter)
        else:
            found = plain.match(text, at)
            assert found is not None
            cell, at = found.group(), found.end()
        cells.append(cell)
        if text[at : at + 1] != delimiter:
            return cells, at + (2 if text[at : at + 2] == "\r\n" else 1)
        at += 1


def records(text: str, width: int, delimiter: str = ",") -> list[tuple[str, ...] | str]:
    """Cells of each record, or the reason why it is refused.

    Malformed quotes cost the first line. So do those of a record of several lines and a wrong width that holds a line
    without quotes that would be a record of the right one.
    """
    told: list[tuple[str, ...] | str] = []
    at = 0
    while at < len(text):
        line = _LINE.match(text, at)
        assert line is not None
        if not line.group().strip("\r\n"):
            at = line.end()
            continue
        try:
            cells, end = _record(text, at, delimiter)
        except ValueError as error:
            told.append(str(error))
            at = line.end()
            continue
        inside = _LINE.findall(text[line.end() : end])
        is_swallowed = any('"' not in part and part.count(delimiter) == width - 1 for part in inside)
        if len(cells) != width and width > 1 and is_swallowed:
            told.append("bad_quote")
            at = line.end()
        else:
            told.append(tuple(cells) if len(cells) == width else "column_count")
            at = end
    return told
