"""Finds the way out of a malformed record.

Brackets are counted up to the fault, where all is well. From there the next ``{`` is looked for that can only begin a
record: it is no value of a key, the innermost open bracket is no ``[``, and an object with a key parses there. The fault
may lie inside a string or outside of one; both are tried, and the nearer record wins. A string without an end ends with
its line.
"""

from __future__ import annotations

import json
import re

from leadgrade.raw.readers.json_window import BLANK, DECODER, LARGEST, Window, is_at_end

_FIRST_SEARCH = 4096
_PIECE = 2048
_TOKEN = re.compile(r'"[^"\\\n]*(?:\\.[^"\\\n]*)*"?|[{}\[\]:,]')
_QUOTE = re.compile(r'[^"\\\n]*(?:\\.[^"\\\n]*)*"')
_OBJECT = re.compile(r'\{\s*"[^"\\\n]*(?:\\.[^"\\\n]*)*"\s*(?::|\Z)')
_ARRAY_END = re.compile(r'\s*(?:\Z|[}\]]|,\s*")')


def skip(window: Window, ahead: int) -> str:
    """Move from a malformed record to the next one, or to the end of the array.

    Args:
        window: At the beginning of the record.
        ahead: Where its fault lies.

    Returns:
        The record.
    """
    search, (stack, last) = _FIRST_SEARCH, _opened(window, ahead)
    while (found := _next_good(window, ahead, search, stack, last)) is None:
        is_seen = window.at + ahead + search >= len(window.text)
        if is_seen and (len(window.text) - window.at > LARGEST or not window.more()):
            found = len(window.text) - window.at
            break
        search *= 2
    return window.take(found).strip(f"{BLANK},")


def _opened(window: Window, ahead: int) -> tuple[list[str], str]:
    """Brackets that are open at the fault, and the last sign before it."""
    stack: list[str] = []
    last = ""
    for match in _TOKEN.finditer(window.text, window.at, window.at + ahead):
        last = match[0][0]
        _track(stack, last)
    return stack, last


def _next_good(window: Window, ahead: int, search: int, stack: list[str], last: str) -> int | None:
    start = window.at + ahead
    end = min(start + search, len(window.text))
    found = [_candidate(window, start, end, stack, last)]
    if quote := _QUOTE.match(window.text, start, end):
        found.append(_candidate(window, quote.end(), end, stack, '"'))
    return min((place - window.at for place in found if place is not None), default=None)


def _candidate(window: Window, start: int, end: int, stack: list[str], last: str) -> int | None:
    stack = stack.copy()
    for match in _TOKEN.finditer(window.text, start, end):
        sign, place = match[0][0], match.start()
        if place > window.at and _is_way_out(window, place, sign, stack, last):
            return place
        _track(stack, sign)
        last = sign
    return None


def _is_way_out(window: Window, place: int, sign: str, stack: list[str], last: str) -> bool:
    if sign == "{":
        return last != ":" and stack[-1:] != ["["] and _is_record(window, place)
    return sign == "]" and "[" not in stack and _ARRAY_END.match(window.text, place + 1) is not None


def _is_record(window: Window, place: int) -> bool:
    """Whether a whole object begins here, or one that goes on behind the window."""
    if not _OBJECT.match(window.text, place):
        return False
    # a piece first, for an error counts the lines before it
    for piece in (window.text[place : place + _PIECE], window.text[place:]):
        try:
            end = DECODER.raw_decode(piece)[1]
        except json.JSONDecodeError as error:
            if not is_at_end(error, len(piece)):
                return False
        except RecursionError:
            return False
        else:
            return window.text[window.blank_end(place + end) :][:1] in {"", ",", "]", "}", "{"}
    return not window.is_done


def _track(stack: list[str], sign: str) -> None:
    """Keep the open brackets; one that closes an outer one closes those inside it."""
    if sign in "{[":
        stack.append(sign)
    elif sign in "}]":
        opening = "{" if sign == "}" else "["
        if opening in stack:
            while stack.pop() != opening:
                pass
