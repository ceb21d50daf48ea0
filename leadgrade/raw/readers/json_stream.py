"""The records of a JSON text, read piece by piece.

They are objects: one to a line, one after another, in an array, or in an array that an object wraps. A record that
cannot be parsed costs only itself: in lines the next line goes on, elsewhere the next good object.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from leadgrade.raw.readers.json_resume import skip
from leadgrade.raw.readers.json_window import BLANK, DECODER, LARGEST, Malformed, Window
from leadgrade.raw.readers.json_wrapper import enter, leave

_NO_OBJECT = "the record is no JSON object"
_BYTES = "bytes that the file's encoding does not have; export as UTF-8"


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a record is none: a reason of docs/intake.md and a sentence without any value."""

    reason: str
    detail: str


Found = tuple[str, dict[str, Any] | Fault]  # a record as it stands there, and what it is


def parsed(text: str) -> dict[str, Any] | Fault:
    """A text that should be one object."""
    if not _is_sound(text):
        return Fault("bad_encoding", _BYTES)
    try:
        value = DECODER.decode(text)
    except json.JSONDecodeError as error:
        return Fault("bad_json", f"no JSON: {error.msg}")
    except RecursionError:
        return Fault("bad_json", "nested too deep")
    return value if isinstance(value, dict) else Fault("bad_json", _NO_OBJECT)


def line_records(chunks: Iterable[str]) -> Iterator[Found]:
    """Records of a text that has one to a line; blank lines are none."""
    for line in _lines(chunks):
        text = line.strip(BLANK)
        if len(text) > LARGEST:
            yield text, Fault("bad_json", f"a line of more than {LARGEST} characters")
        elif text:
            yield text, parsed(text)


def _lines(chunks: Iterable[str]) -> Iterator[str]:
    """Lines; of one that is too long its beginning."""
    rest, is_lost = "", False
    for chunk in chunks:
        lines = (rest + chunk).split("\n")
        rest = lines.pop()
        if lines and is_lost:
            del lines[0]
            is_lost = False
        yield from lines
        if is_lost:
            rest = ""
        elif len(rest) > LARGEST:
            yield rest
            rest, is_lost = "", True
    if not is_lost:
        yield rest


def stream_records(window: Window) -> Iterator[Found]:
    """Records of any other JSON text: each object, or those of an array, or those of the array that an object wraps."""
    while sign := window.sign():
        if sign == "[":
            window.at += 1
            yield from _elements(window)
        elif sign == "{" and (depth := enter(window)):
            yield from _elements(window)
            leave(window, depth)
        elif sign in ",]":
            window.at += 1
        else:
            yield _record(window)


def _elements(window: Window) -> Iterator[Found]:
    while sign := window.sign():
        if sign in ",]":
            window.at += 1
            if sign == "]":
                return
        else:
            yield _record(window)


def _record(window: Window) -> Found:
    """The record here, and move behind it; where it is malformed, to the next that is not."""
    try:
        value, ahead = window.decode()
    except Malformed as error:
        return skip(window, error.ahead), Fault("bad_json", error.detail)
    text = window.take(ahead)
    if not _is_sound(text):
        return text, Fault("bad_encoding", _BYTES)
    return text, value if isinstance(value, dict) else Fault("bad_json", _NO_OBJECT)


def _is_sound(text: str) -> bool:
    """Whether every byte was decoded: one that was not is a lone surrogate."""
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
