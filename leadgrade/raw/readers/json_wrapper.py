"""Objects that wrap the array with the records, as the answers of APIs do."""

from __future__ import annotations

import re
from typing import Any

from leadgrade.raw.readers.json_flat import PAIRS
from leadgrade.raw.readers.json_window import LARGEST, Malformed, Window

_STRUCTURE = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)|[{}\[\]]', re.DOTALL)
_STEPS = {"{": 1, "[": 1, "}": -1, "]": -1}
# names of what an answer of an API holds, and of what stands beside it
_ENVELOPES = {"results", "result", "data", "records", "items", "value", "values", "rows", "entries", "elements", "leads",
              "contacts", "companies", "deals", "orders", "events", "d", "_embedded", "response", "body", "payload"}  # fmt: skip
_BESIDE = {"paging", "pagination", "page", "per_page", "pages", "limit", "offset", "total", "totalsize", "count", "next",
           "previous", "prev", "hasmore", "has_more", "done", "nextrecordsurl", "meta", "metadata", "links", "_links",
           "cursor", "next_cursor", "after", "success", "status", "additional_data", "info", "@odata.context",
           "@odata.nextlink"}  # fmt: skip
# what only a record has: a list behind it is the record's own
_OWN = {"id", "uuid", "guid", "email", "phone", "name", "first_name", "firstname", "last_name", "lastname", "full_name",
        "lead_id", "contact_id", "order_id", "event_id", "customer_id", "created_time"}  # fmt: skip


def is_wrapper(text: str) -> bool:
    """Whether an object wraps an array of records."""
    return enter(Window([text])) > 0


def is_page(record: dict[str, Any]) -> bool:
    """Whether one of several objects wraps records: it holds nothing but them and what stands beside them."""
    lists = [name for name, value in record.items() if name.lower() in _ENVELOPES and isinstance(value, list)]
    others = {name.lower() for name in record} - {name.lower() for name in lists}
    if len(lists) != 1 or lists[0] in PAIRS or not others <= _BESIDE:
        return False
    return all(isinstance(item, dict) for item in record[lists[0]]) and bool(record[lists[0]])


def enter(window: Window) -> int:
    """Move into the array of records that the object here wraps.

    It is the first list of objects that no sign of a record (an id, an address) goes before, or that has a name of an
    envelope; objects with such a name are looked into.

    Returns:
        The number of objects around the array; 0, with nothing moved, where the object wraps none.
    """
    window.sign()
    try:
        return _enter(window)
    except Malformed:
        return 0


def _enter(window: Window) -> int:
    ahead, depth, is_own = 1, 1, False
    while ahead < LARGEST:
        sign, ahead = window.peek(ahead)
        depth -= sign == "}"
        if sign not in {"}", ",", '"'} or not depth:
            return 0
        if sign != '"':
            ahead += 1
            continue
        key, ahead = _key(window, ahead)
        opening, inner = window.peek(ahead)[0], window.peek(ahead + 1)[0]
        if opening == "[" and _wraps(key, inner, is_own=is_own):
            window.at += ahead + 1
            return depth
        if opening == "{" and key.lower() in _ENVELOPES:
            depth, ahead = depth + 1, ahead + 1
        else:
            is_own = is_own or key.lower() in _OWN
            ahead = window.decode(ahead)[1]
    return 0


def _key(window: Window, ahead: int) -> tuple[str, int]:
    """A key, and the place of its value."""
    key, ahead = window.decode(ahead)
    sign, ahead = window.peek(ahead)
    if sign != ":":
        raise Malformed(ahead, "no colon")
    return str(key), window.peek(ahead + 1)[1]


def _wraps(key: str, inner: str, *, is_own: bool) -> bool:
    if inner == "{":
        return key not in PAIRS and (not is_own or key.lower() in _ENVELOPES)
    return inner == "]" and key.lower() in _ENVELOPES and not is_own


def leave(window: Window, depth: int) -> None:
    """Move behind the objects around an array; what else they hold is no record."""
    while depth:
        for match in _STRUCTURE.finditer(window.text, window.at):
            is_cut = match.end() == len(window.text) and match[0][0] == '"' and not window.is_done
            if is_cut and len(match[0]) < LARGEST:
                window.at = match.start()  # the string may go on
                break
            depth += _STEPS.get(match[0], 0)
            if not depth:
                window.at = match.end()
                return
        else:
            window.at = len(window.text)
        if not window.more() and window.at >= len(window.text):
            return
