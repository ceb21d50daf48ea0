"""A JSON object as cells of text: nested objects under dotted names, lists joined."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

# objects that merely hold the fields: HubSpot, Salesforce and JSON:API, Airtable
_WRAPPERS = ("properties", "attributes", "fields")
# lists of name and value: Meta lead ads, HubSpot forms, Google lead forms
PAIRS: Mapping[str, tuple[str, str]] = {
    "field_data": ("name", "values"),
    "values": ("name", "value"),
    "user_column_data": ("column_id", "string_value"),
}
_PREFIXES = tuple(f"{name}." for name in (*_WRAPPERS, *PAIRS))


class Number(str):
    """A number of JSON as it is written there: ``1.10`` and ids of twenty digits keep their digits."""

    __slots__ = ()


def cells_of(record: Mapping[str, Any], text: str) -> dict[str, str | None]:
    """The cells of a record by their dotted name.

    Args:
        record: The object, its numbers as ``Number``.
        text: The same as it stands in the file.

    Raises:
        RecursionError: It is nested too deep.
    """
    cells: dict[str, str | None] = {}
    _flatten(record, "", cells)
    if "\\ud" in text or "\\uD" in text:  # half of a pair of surrogates is no text
        return {_whole(name): None if cell is None else _whole(cell) for name, cell in cells.items()}
    return cells


def headers_of(names: Iterable[str]) -> tuple[str, ...]:
    """Headers of the dotted names of a file: ``properties.email`` is ``email`` where no other name is."""
    taken = set(names := list(names))
    headers: list[str] = []
    for name in names:
        short = short_name(name)
        headers.append(name if short in taken else short)
        taken.add(short)
    return tuple(headers)


def short_name(name: str) -> str:
    """A dotted name without the object that merely holds the fields (``properties.email``, ``properties.email.value``)."""
    prefix = next((p for p in _PREFIXES if name.startswith(p) and len(name) > len(p)), "")
    return name[len(prefix) :].removesuffix(".value") or name if prefix else name


def _flatten(record: Mapping[str, Any], prefix: str, cells: dict[str, str | None]) -> None:
    for key, value in record.items():
        name = prefix + key
        if isinstance(value, dict):
            _flatten(value, f"{name}.", cells)
        elif key in PAIRS and (pairs := _pairs(value, *PAIRS[key])):
            for label, cell in pairs:
                _put(cells, f"{name}.{label}", cell)
        else:
            _put(cells, name, _cell(value))


def _put(cells: dict[str, str | None], name: str, cell: str | None) -> None:
    """Two values of one name (``a.b`` beside ``a: {b}``, a question asked twice) are both kept."""
    before = cells.get(name)
    if before is None or cell is None:
        cells[name] = before if cell is None else cell
    else:
        cells[name] = f"{before};{cell}"


def _pairs(value: Any, name_key: str, value_key: str) -> list[tuple[str, str | None]]:
    """Name and value of each member; empty where the list is another one."""
    if not isinstance(value, list) or not value:
        return []
    if not all(isinstance(item, dict) and isinstance(item.get(name_key), str) for item in value):
        return []
    return [(str(item[name_key]), _cell(item.get(value_key))) for item in value]


def _cell(value: Any) -> str | None:
    kind = type(value)
    if kind is str or value is None:
        return value  # type: ignore[no-any-return]
    if kind is list:
        if any(isinstance(item, dict | list) for item in value):
            return compact(value)
        return ";".join(cell for item in value if (cell := _cell(item)) is not None) or None
    return _word(value) if kind is bool or kind is Number else compact(value)


def _word(value: Any) -> str:
    return str(value) if isinstance(value, str) else "true" if value else "false"


def compact(value: Any) -> str:
    """JSON without blanks, numbers as they were written."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{_quoted(key)}:{compact(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join([compact(item) for item in value]) + "]"
    if value is None:
        return "null"
    return _word(value) if isinstance(value, Number | bool) else _quoted(value)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _whole(text: str) -> str:
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
