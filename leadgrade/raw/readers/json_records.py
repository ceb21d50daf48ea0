"""JSON and JSON lines as rows of text."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from leadgrade.raw.readers.json_flat import cells_of, headers_of, short_name
from leadgrade.raw.readers.json_stream import Fault, Found, line_records, parsed, stream_records
from leadgrade.raw.readers.json_window import BLANK, Window
from leadgrade.raw.readers.json_wrapper import is_page, is_wrapper
from leadgrade.raw.readers.sniffed import Batch, Reject, Sniffed, make_frame
from leadgrade.raw.readers.streams import open_bytes

CHUNK = 1 << 20
ROWS = 20_000
_CHARACTERS = 16 << 20  # of a batch
_CELLS = 2_000_000  # of a batch
_MOST_HEADERS = 5_000
_FIRST = 20  # lines that tell JSON lines
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_OPENS = re.compile(r'(?:\[\s*)?\{\s*"[^"\\]*(?:\\.[^"\\]*)*"\s*:')
_BROKEN = re.compile("[\ud800-\udfff]")
# UTF-16 has no escape for broken units: a lone surrogate stands for them, as it does for broken bytes of UTF-8
codecs.register_error("leadgrade_json", lambda error: ("\udcff", getattr(error, "end", 0)))


def sniff_json(path: Path, compression: str | None) -> Sniffed | None:
    """Tell the keys of a JSON file; None where it is none (a csv file may begin with a bracket, too).

    Raises:
        OSError: The file cannot be read or decompressed.
    """
    encoding = _encoding(path, compression)
    form = _form(path, compression, encoding) if encoding else None
    if not encoding or not form:
        return None
    names: dict[str, None] = {}
    objects = faults = 0
    for text, item in _found(path, Sniffed(format=form, compression=compression, encoding=encoding)):
        if isinstance(item, Fault):
            faults += 1
            continue
        objects += 1
        names.update(dict.fromkeys(_cells(item, text) or ()))
        if len(names) > _MOST_HEADERS:
            detail = f"more than {_MOST_HEADERS} different keys; keys that are values have to become values of one key"
            return Sniffed(form, compression, encoding, refused="unreadable", detail=detail)
    if names:
        return Sniffed(form, compression, encoding, headers=headers_of(names))
    if faults and not objects:
        detail = "it begins like JSON, but no object of it can be read; export it again"
        return Sniffed(form, compression, encoding, refused="unreadable", detail=detail)
    return Sniffed(form, compression, encoding, refused="empty", detail="the JSON holds no object with a value")


def read_json(path: Path, sniffed: Sniffed) -> Iterator[Batch]:
    """Yield the records as text, numbered from 1 in the order of the file, malformed ones included."""
    places = {header: i for i, header in enumerate(sniffed.headers)}
    width = len(places)
    part, most = _Part(places, width), max(1, min(ROWS, _CELLS // max(1, width)))
    for number, (text, item) in enumerate(_found(path, sniffed), start=1):
        part.add(number, text, item)
        if part.records >= most or part.characters >= _CHARACTERS:
            yield part.batch()
            part = _Part(places, width)
    if part.records:
        yield part.batch()


class _Part:
    """Records that become a batch."""

    def __init__(self, places: dict[str, int], width: int) -> None:
        self._places = places
        self._width = width
        self._rows: list[list[str | None]] = []
        self._numbers: list[int] = []
        self._rejects: list[Reject] = []
        self.characters = 0

    @property
    def records(self) -> int:
        return len(self._numbers) + len(self._rejects)

    def add(self, number: int, text: str, item: dict[str, object] | Fault) -> None:
        self.characters += len(text)
        cells = None if isinstance(item, Fault) else _cells(item, text)
        if cells is None:
            fault = item if isinstance(item, Fault) else Fault("bad_json", "nested too deep")
            self._rejects.append(Reject(number, fault.reason, fault.detail, _BROKEN.sub("\ufffd", text)))
            return
        row: list[str | None] = [None] * self._width
        for name, cell in cells.items():
            place = self._places.get(name)
            row[self._place(name) if place is None else place] = cell
        self._rows.append(row)
        self._numbers.append(number)

    def _place(self, name: str) -> int:
        """The place of a name that became a shorter header; it is kept for the next record."""
        place = self._places[name] = self._places[short_name(name)]
        return place

    def batch(self) -> Batch:
        return Batch(make_frame(self._rows, self._numbers, self._width), self._rejects)


def _cells(item: dict[str, object], text: str) -> dict[str, str | None] | None:
    """The cells of a record; None where it is nested too deep."""
    try:
        return cells_of(item, text)
    except RecursionError:
        return None


def _found(path: Path, sniffed: Sniffed) -> Iterator[Found]:
    chunks = text_chunks(path, sniffed.compression, sniffed.encoding or "utf-8")
    return line_records(chunks) if sniffed.format == "jsonl" else stream_records(Window(chunks))


def text_chunks(path: Path, compression: str | None, encoding: str) -> Iterator[str]:
    """The text piece by piece; what cannot be decoded comes as lone surrogates."""
    codec, errors = (encoding, "leadgrade_json") if "16" in encoding else ("utf-8-sig", "surrogateescape")
    decoder = codecs.getincrementaldecoder(codec)(errors)
    with open_bytes(path, compression) as file:
        while chunk := file.read(CHUNK):
            yield decoder.decode(chunk)
    yield decoder.decode(b"", final=True)


def _encoding(path: Path, compression: str | None) -> str | None:
    """The encoding, told by a mark or by zero bytes; None where the file does not begin with a bracket."""
    with open_bytes(path, compression) as file:
        head = file.read(4096)
    told = next((name for mark, name in _MARKS if head.startswith(mark)), None)
    if not told:
        told = "utf-16-le" if head[1:4:2] == b"\0\0" else "utf-16-be" if head[:4:2] == b"\0\0" else "utf-8"
    first = head.decode(told, "replace").lstrip(BLANK)[:1]
    return told if first in {"[", "{"} else None


def _form(path: Path, compression: str | None, encoding: str) -> str | None:
    """``jsonl``, ``json``, or None where the first MiB holds no JSON."""
    parts = list(islice((part for part in text_chunks(path, compression, encoding) if part), 2))
    text, is_whole = parts[0].lstrip(BLANK), len(parts) == 1
    if text.startswith("{") and _is_lines(text, is_whole=is_whole):
        return "jsonl"
    if _OPENS.match(text) or any(not isinstance(item, Fault) and item for _, item in stream_records(Window([text]))):
        return "json"
    return "json" if is_whole and _is_json(text) else None


def _is_lines(text: str, *, is_whole: bool) -> bool:
    """Whether each line is an object: at least half of the first 20, and they are no pages of an API's answers."""
    lines = text.split("\n") if is_whole else text.split("\n")[:-1]
    filled = list(islice((stripped for line in lines if (stripped := line.strip(BLANK))), _FIRST))
    objects = [item for item in map(parsed, filled) if not isinstance(item, Fault)]
    if not objects or 2 * len(objects) < len(filled):
        return False
    if len(filled) == 1 and is_whole:
        return not is_wrapper(filled[0])
    return not is_page(objects[0])


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
