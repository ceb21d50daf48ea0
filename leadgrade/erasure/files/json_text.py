"""JSON and JSON lines with single records changed; every other sign stays as it is."""

from __future__ import annotations

import codecs
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from leadgrade.erasure.files.changes import CannotWrite, Changes, packed
from leadgrade.erasure.forms import MARK
from leadgrade.erasure.redaction import Redactor
from leadgrade.raw.readers.json_flat import Number, compact
from leadgrade.raw.readers.json_records import text_chunks
from leadgrade.raw.readers.json_stream import Fault, Found, parsed, stream_records
from leadgrade.raw.readers.json_window import BLANK, Window
from leadgrade.raw.readers.sniffed import Sniffed
from leadgrade.raw.readers.streams import open_bytes

Change = Callable[[int, Found], str]


def write(path: Path, target: Path, sniffed: Sniffed, changes: Changes, redactor: Redactor) -> None:
    """Write the file with its changes."""

    def change(number: int, found: Found) -> str:
        text, item = found
        if number not in changes.records:
            return text
        if number in changes.rows or isinstance(item, Fault):
            return _emptied(item)
        return compact(_marked(item, redactor))

    encoding, mark = _encoding(path, sniffed)
    chunks = text_chunks(path, sniffed.compression, sniffed.encoding or "utf-8")
    parts = _lines(chunks, change) if sniffed.format == "jsonl" else _stream(chunks, change)
    errors = "surrogatepass" if "16" in encoding else "surrogateescape"
    with packed(target, sniffed.compression) as file:
        file.write(mark)
        for part in parts:
            file.write(part.encode(encoding, errors))


def _encoding(path: Path, sniffed: Sniffed) -> tuple[str, bytes]:
    """The codec without mark, and the mark that the file has."""
    with open_bytes(path, sniffed.compression) as file:
        first = file.read(3)
    if first.startswith(codecs.BOM_UTF8):
        return "utf-8", codecs.BOM_UTF8
    if sniffed.encoding != "utf-16":
        return sniffed.encoding or "utf-8", b""
    is_little = first.startswith(codecs.BOM_UTF16_LE)
    return ("utf-16-le", codecs.BOM_UTF16_LE) if is_little else ("utf-16-be", codecs.BOM_UTF16_BE)


def _emptied(item: dict[str, Any] | Fault) -> str:
    """An object with nothing but the mark, in a place that held a plain value; what is none becomes an empty object."""
    return json.dumps({} if isinstance(item, Fault) else _leaf(item) or {}, ensure_ascii=False)


def _leaf(item: dict[str, Any]) -> dict[str, Any] | None:
    plain = next((key for key, value in item.items() if not isinstance(value, dict | list)), None)
    if plain is not None:
        return {plain: MARK}
    inner = ((key, _leaf(value)) for key, value in item.items() if isinstance(value, dict))
    return next(({key: leaf} for key, leaf in inner if leaf), None)


def _marked(value: Any, redactor: Redactor) -> Any:
    if isinstance(value, dict):
        return {key: _marked(item, redactor) for key, item in value.items()}
    if isinstance(value, list):
        return [_marked(item, redactor) for item in value]
    if not isinstance(value, str):
        return value
    [text] = redactor.redacted([value])
    return value if isinstance(value, Number) and text == value else text


def _lines(chunks: Iterator[str], change: Change) -> Iterator[str]:
    number, rest = 0, ""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split("\n")
        for line in lines:
            number += bool(line.strip(BLANK))
            yield _line(line, number, change) + "\n"
    yield _line(rest, number + 1, change)


def _line(line: str, number: int, change: Change) -> str:
    text = line.strip(BLANK)
    return line.replace(text, change(number, (text, parsed(text))), 1) if text else line


def _stream(chunks: Iterator[str], change: Change) -> Iterator[str]:
    """What stands between the records goes through, for it is part of the text that was read."""
    tape = _Tape(chunks)
    window = Window(tape)
    for number, found in enumerate(stream_records(window), start=1):
        text = found[0]
        read = tape.take(window.place)
        start = read.rfind(text)
        new = change(number, found)
        if start < 0 and new != text:
            raise CannotWrite("a damaged record cannot be told from what stands around it")
        yield read if start < 0 else read[:start] + new + read[start + len(text) :]
    yield tape.rest()


class _Tape:
    """Chunks that are handed on, and kept until they are taken."""

    def __init__(self, chunks: Iterator[str]) -> None:
        self._chunks = chunks
        self._held, self._from, self._at = "", 0, 0

    def __iter__(self) -> Iterator[str]:
        for chunk in self._chunks:
            self._held, self._from, self._at = self._held[self._at :] + chunk, self._from + self._at, 0
            yield chunk

    def take(self, place: int) -> str:
        """The text up to a place of the whole text."""
        start, self._at = self._at, place - self._from
        return self._held[start : self._at]

    def rest(self) -> str:
        """All that is left."""
        return self._held[self._at :] + "".join(self._chunks)
