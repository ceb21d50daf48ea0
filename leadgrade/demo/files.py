"""Writers: one dialect a system, parts of a million rows, a hash of what was written."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Literal

import polars as pl

from leadgrade.demo.systems import MISSING, SURPLUS

PART = 1_000_000
"""Rows of a part; sets of more rows than this are cut into parts."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a system writes its text files."""

    separator: str = ","
    encoding: str = "utf-8"
    byte_order_mark: bytes = b""
    quote: Literal["necessary", "always"] = "necessary"


PLAIN = Dialect()
DIALECTS: dict[str, Dialect] = {
    "hubspot": Dialect(byte_order_mark=b"\xef\xbb\xbf", quote="always"),
    "salesforce": Dialect(quote="always"),
    "marketo": Dialect(separator=";", encoding="cp1252"),
    "meta": Dialect(separator="\t", encoding="utf-16-le", byte_order_mark=b"\xff\xfe"),
}


def encode(frame: pl.DataFrame, dialect: Dialect, *, header: bool) -> bytes:
    """Turn rows into the bytes of a dialect; marked cells become columns too few or too many."""
    buffer = io.BytesIO()
    frame.write_csv(buffer, include_header=header, separator=dialect.separator, quote_style=dialect.quote)
    raw = buffer.getvalue()
    quote = '"' if dialect.quote == "always" else ""
    separator = dialect.separator
    raw = raw.replace(f"{separator}{quote}{MISSING}{quote}".encode(), b"")
    raw = raw.replace(SURPLUS.encode(), f"x{quote}{separator}{quote}surplus".encode())
    if dialect.encoding == "utf-8":
        return raw
    return raw.decode().encode(dialect.encoding, "replace")


@dataclass(slots=True)
class _Part:
    name: str
    file: IO[bytes]
    rows: int = 0
    bytes: int = 0
    digest: hashlib._Hash = field(default_factory=hashlib.sha256)


@dataclass(slots=True)
class Table:
    """One table of the set, written in parts.

    Attributes:
        root: Folder that the names are relative to.
        stem: Name below it, without number and ending.
        dialect: How it is written.
        in_parts: Names carry the number of the part.
        sizes: What was written: name -> rows, bytes and sha256 of each part.
    """

    root: Path
    stem: str
    dialect: Dialect
    in_parts: bool
    sizes: dict[str, dict[str, int | str]] = field(default_factory=dict)
    _part: _Part | None = None

    def _open(self, header: pl.DataFrame) -> _Part:
        number = f"_{len(self.sizes) + 1:03d}" if self.in_parts else ""
        name = f"{self.stem}{number}.csv"
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        part = _Part(name, path.open("wb"))
        self._part = part
        self._put(part, self.dialect.byte_order_mark + encode(header.clear(), self.dialect, header=True), 0)
        return part

    def _put(self, part: _Part, raw: bytes, rows: int) -> None:
        part.file.write(raw)
        part.digest.update(raw)
        part.rows += rows
        part.bytes += len(raw)

    def write(self, frame: pl.DataFrame) -> list[tuple[str, int, int]]:
        """Append rows; tells where they went: name of the part, number of the first row in it, count."""
        went: list[tuple[str, int, int]] = []
        while True:
            part = self._part or self._open(frame)
            room = PART - part.rows if self.in_parts else frame.height
            head, frame = frame.head(room), frame.slice(room)
            if head.height:
                went.append((part.name, part.rows + 1, head.height))
                self._put(part, encode(head, self.dialect, header=False), head.height)
            if not frame.height:
                return went
            self.close()

    def close(self) -> None:
        """Finish the current part."""
        if self._part is not None:
            self._part.file.close()
            self.sizes[self._part.name] = {
                "rows": self._part.rows,
                "bytes": self._part.bytes,
                "sha256": self._part.digest.hexdigest(),
            }
            self._part = None
