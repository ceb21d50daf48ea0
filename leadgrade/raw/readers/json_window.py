"""A JSON text that is read as far as it is needed, value by value."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from leadgrade.raw.readers.json_flat import Number

LARGEST = 16 << 20  # characters of a record, and of what is searched at once for the next good one
BLANK = " \t\r\n\ufeff"
DECODER = json.JSONDecoder(strict=False, parse_int=Number, parse_float=Number, parse_constant=Number)
_BLANKS = re.compile(rf"[{BLANK}]*")


class Malformed(Exception):
    """No JSON lies ``ahead``. Never leaves the reader."""

    def __init__(self, ahead: int, detail: str) -> None:
        super().__init__(detail)
        self.ahead = ahead
        self.detail = detail


class Window:
    """The part of the text that is at hand.

    ``at`` is the place in it, ``place`` the same in the whole text. What lies ahead is counted from there, for the window
    moves when more is read.
    """

    def __init__(self, chunks: Iterable[str]) -> None:
        self._chunks = iter(chunks)
        self.is_done = False
        self.text = ""
        self.at = 0
        self._passed = 0

    @property
    def place(self) -> int:
        """Characters of the whole text before the place."""
        return self._passed + self.at

    def sign(self) -> str:
        """Move to the next sign that is no blank; empty at the end."""
        while True:
            self.at = self.blank_end(self.at)
            if self.at < len(self.text):
                return self.text[self.at]
            if not self.more():
                return ""

    def peek(self, ahead: int) -> tuple[str, int]:
        """The next sign ahead that is no blank, and its place; the place is kept."""
        while True:
            ahead = self.blank_end(self.at + ahead) - self.at
            if self.at + ahead < len(self.text):
                return self.text[self.at + ahead], ahead
            if not self.more():
                return "", ahead

    def more(self) -> bool:
        """Read on, at least as much as there is; what lies behind the place is let go."""
        parts = [self.text[self.at :]]
        wanted = max(1, len(parts[0]))
        while wanted > 0 and not self.is_done:
            chunk = next(self._chunks, None)
            self.is_done = chunk is None
            parts.append(chunk or "")
            wanted -= len(parts[-1])
        self._passed += self.at
        self.text, self.at = "".join(parts), 0
        return any(parts[1:])

    def take(self, ahead: int) -> str:
        """Move ahead; what lay between."""
        text = self.text[self.at : self.at + ahead]
        self.at += ahead
        return text

    def blank_end(self, place: int) -> int:
        """Where the blanks at a place of the window end."""
        match = _BLANKS.match(self.text, place)
        return match.end() if match else place

    def decode(self, ahead: int = 0) -> tuple[Any, int]:
        """The value ahead, and the place behind it.

        Raises:
            Malformed: There is none, or one longer than ``LARGEST``.
        """
        while True:
            try:
                value, end = DECODER.raw_decode(self.text, self.at + ahead)
            except json.JSONDecodeError as error:
                place = error.pos - self.at
                if not self._may_go_on(error) or not self.more():
                    raise Malformed(place, f"no JSON: {error.msg}") from None
            except RecursionError:
                raise Malformed(ahead, "nested too deep") from None
            else:
                end -= self.at
                if self.at + end < len(self.text) or isinstance(value, dict | list) or not self.more():
                    return value, end

    def _may_go_on(self, error: json.JSONDecodeError) -> bool:
        is_short = len(self.text) - self.at <= LARGEST
        return is_short and not self.is_done and is_at_end(error, len(self.text))


def is_at_end(error: json.JSONDecodeError, length: int) -> bool:
    """Whether more text may mend the fault: it lies at the end of what there is."""
    return error.msg.startswith("Unterminated") or error.pos >= length - 16
