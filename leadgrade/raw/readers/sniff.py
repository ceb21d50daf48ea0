"""What a file is, told by its bytes and never by its name."""

from __future__ import annotations

import hashlib
import re
import zipfile
from pathlib import Path

from leadgrade.raw.readers.json_records import sniff_json
from leadgrade.raw.readers.parquet import sniff_parquet
from leadgrade.raw.readers.sheets import sniff_workbook
from leadgrade.raw.readers.sniffed import Sniffed
from leadgrade.raw.readers.streams import compression_of, open_bytes
from leadgrade.raw.readers.text import sniff_text

__all__ = ["Sniffed", "file_hash", "sniff"]

_HEAD = 1024
_ZIP, _OLE, _PARQUET = (b"PK\x03\x04", b"PK\x05\x06"), b"\xd0\xcf\x11\xe0", (b"PAR1", b"PARE")
_OTHER = (
    (re.compile(rb"%PDF-|\{\\rtf"), "a document"),
    (re.compile(rb"\x89PNG|\xff\xd8\xff|GIF8[79]a|II\*\x00|RIFF....WEBP", re.DOTALL), "an image"),
    (re.compile(rb"Rar!\x1a|7z\xbc\xaf|\xfd7zXZ\x00|.{257}ustar", re.DOTALL), "an archive of an unknown kind"),
    (re.compile(rb"SQLite format 3\x00|.{8}DUCK|Obj\x01|ARROW1\x00|ORC\x0a", re.DOTALL), "data of an unknown kind"),
    (
        re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype html|html|head|body|table|\?xml)\b", re.IGNORECASE),
        "a web page or XML",
    ),
)


def file_hash(path: Path) -> str:
    """sha256 of the bytes of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sniff(path: Path, sheet: str | None = None, encoding: str | None = None) -> Sniffed:
    """Tell what a file is. Never raises for content: what is no table says so in ``refused``.

    Args:
        path: The file.
        sheet: Sheet of a workbook; absent: the first one with a filled cell.
        encoding: What its source says of text that is neither UTF-8 nor UTF-16.

    Raises:
        OSError: The file cannot be opened at all.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if not head:
        return Sniffed(refused="empty", detail="the file has no bytes")
    if head.startswith((*_ZIP, _OLE)):
        return _sniff_container(path, head, sheet)
    if head.startswith(_PARQUET):
        return sniff_parquet(path)
    compression = compression_of(head)
    try:
        return (
            _refused_content(path, compression)
            or sniff_json(path, compression)
            or sniff_text(path, compression, encoding)
        )
    except (OSError, EOFError) as error:
        detail = (
            "cut off or damaged, its compressed bytes cannot be read; fetch it again" if compression else _fault(error)
        )
        return Sniffed(compression=compression, refused="unreadable", detail=detail)


def _fault(error: BaseException) -> str:
    return f"cannot be read: {type(error).__name__}"


def _sniff_container(path: Path, head: bytes, sheet: str | None) -> Sniffed:
    """A workbook, or what looks like one from outside."""
    if not head.startswith(_ZIP):
        return sniff_workbook(path, sheet)
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return Sniffed(refused="unreadable", detail="a damaged zip archive or workbook; export it again")
    if any(name.startswith("xl/") for name in names) or {"mimetype", "content.xml"} <= {*names}:
        return sniff_workbook(path, sheet)
    return Sniffed(refused="unreadable", detail="a zip archive inside of which no table was found; unpack it")


def _refused_content(path: Path, compression: str | None) -> Sniffed | None:
    """What is no table of text behind the compression, where its first bytes tell."""
    with open_bytes(path, compression) as file:
        head = file.read(_HEAD)
    kind = next((name for magic, name in _OTHER if magic.match(head)), None)
    if kind:
        detail = f"{kind}, not a table; put the table itself there, as csv, json, parquet or a workbook"
        return Sniffed(compression=compression, refused="unreadable", detail=detail)
    if compression and (head.startswith((*_ZIP, _OLE, *_PARQUET)) or compression_of(head)):
        detail = f"a packed file inside {compression}; put it there without that compression"
        return Sniffed(compression=compression, refused="unreadable", detail=detail)
    return None
