"""Zip archives whose members are files of their own, unpacked one at a time.

A zip may also be a workbook or a document: those stay whole. Nothing is ever written but to the path that the caller
names, so that a member's own name can point nowhere.
"""

from __future__ import annotations

import lzma
import struct
import zipfile
import zlib
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Literal

from leadgrade.raw.inbox.places import lost
from leadgrade.raw.inbox.storage import is_left_alone

Kind = Literal["file", "workbook", "archive", "damaged"]
GROWTH, MOST_BYTES = 200, 1 << 30  # an archive beyond both unpacks to more than any export does
CHUNK = 1 << 20
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_OLE = b"\xd0\xcf\x11\xe0"
_SPREADSHEET = b"application/vnd.oasis.opendocument.spreadsheet"
# what zipfile raises for bytes that are no archive or no member; NotImplementedError is a RuntimeError
_FAULTS = (zipfile.BadZipFile, RuntimeError, zlib.error, lzma.LZMAError, struct.error, EOFError, ValueError,
           OverflowError, IndexError, OSError)  # fmt: skip


class Refusal(Exception):
    """An archive or a member that cannot be unpacked; the message is for people."""

    def __init__(self, detail: str, reason: str = "unreadable") -> None:
        super().__init__(detail)
        self.reason = reason


def kind(path: Path) -> Kind:
    """What a file is as a container: ``damaged`` where it begins as a zip and is none.

    Raises:
        PlaceLost: It cannot be read.
    """
    try:
        with path.open("rb") as file:
            head = file.read(4)
    except OSError as error:
        raise lost(error) from None
    if head == _OLE:
        return "workbook"
    if head not in _ZIP:
        return "file"
    try:
        with zipfile.ZipFile(path) as archive:
            return _zip_kind(archive)
    except _FAULTS:
        return "damaged"


def _zip_kind(archive: zipfile.ZipFile) -> Kind:
    names = set(archive.namelist())
    if any(name.startswith("xl/") for name in names):
        return "workbook"
    if "mimetype" in names:
        return "workbook" if archive.read("mimetype").startswith(_SPREADSHEET) else "file"
    return "file" if "[Content_Types].xml" in names else "archive"


class Archive:
    """An open zip archive.

    Attributes:
        names: Its members that are files worth a look, in the order of their names.

    Raises:
        Refusal: It is damaged, holds no file, or would unpack to far more than an archive of its size does.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._zip = zipfile.ZipFile(path)
        except _FAULTS:
            raise Refusal("a damaged zip archive") from None
        self._members: dict[str, zipfile.ZipInfo] = {}
        for info in self._zip.infolist():
            name = _clean(info.filename)
            if name and not info.is_dir():
                self._members[_free(name, self._members)] = info
        self.names = sorted(self._members)
        try:
            self._check(path.stat().st_size)
        except Refusal:
            self.close()
            raise

    def _check(self, packed: int) -> None:
        unpacked = sum(info.file_size for info in self._members.values())
        if not self._members:
            raise Refusal("the archive holds no file", "empty")
        if unpacked > MOST_BYTES and unpacked > GROWTH * packed:
            raise Refusal(f"would unpack to {unpacked >> 20:,} MiB, over {GROWTH} times its size; unpack it by hand")

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._zip.close()

    def size(self, name: str) -> int:
        """Bytes of a member, unpacked, as the archive says."""
        return self._members[name].file_size

    def unpack(self, name: str, target: Path) -> None:
        """Write a member to a path.

        Raises:
            Refusal: It is not there, encrypted, damaged, packed by an unknown method, or an archive itself.
            OSError: The disk is full.
        """
        info = self._members.get(name)
        if info is None:
            raise Refusal("the archive has no such member")
        if info.flag_bits & 0x1:
            raise Refusal("encrypted; unpack the archive by hand")
        with target.open("wb") as file:
            for chunk in self._chunks(info):
                file.write(chunk)
        if kind(target) in {"archive", "damaged"}:
            raise Refusal("an archive inside an archive; unpack it by hand")

    def copy(self, target: Path, changed: Mapping[str, Path]) -> None:
        """Write the archive again with the content of some members changed; everything else stays.

        Raises:
            Refusal: a member that stays cannot be read.
        """
        content = {id(self._members[name]): path for name, path in changed.items()}
        target.unlink(missing_ok=True)
        target.touch(mode=0o600)
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as copied:
            copied.comment = self._zip.comment
            for info in self._zip.infolist():
                path = content.get(id(info))
                chunks = file_chunks(path) if path else self._chunks(info)
                written = zipfile.ZipInfo(info.filename, info.date_time)
                written.compress_type, written.external_attr = info.compress_type, info.external_attr
                with copied.open(written, "w", force_zip64=True) as member:
                    for chunk in chunks:
                        member.write(chunk)

    def _chunks(self, info: zipfile.ZipInfo) -> Iterator[bytes]:
        try:
            with self._zip.open(info) as member:
                while chunk := member.read(CHUNK):
                    yield chunk
        except NotImplementedError:
            raise Refusal("packed by a method that cannot be read; unpack the archive by hand") from None
        except _FAULTS:
            raise Refusal("a damaged member of the archive") from None


def file_chunks(path: Path) -> Iterator[bytes]:
    """The bytes of a file in pieces."""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def _clean(name: str) -> str:
    """The name without steps that lead out of the archive; empty for what is left alone."""
    parts = [part for part in name.replace("\\", "/").split("/") if part not in {"", ".", ".."}]
    if not parts or "__MACOSX" in parts or any(part.startswith(".") for part in parts) or is_left_alone(parts[-1]):
        return ""
    return "/".join(parts)


def _free(name: str, taken: Collection[str]) -> str:
    """The name, numbered where the archive holds it more than once."""
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name} ({number})"
    return free
