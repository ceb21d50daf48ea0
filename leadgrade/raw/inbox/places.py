"""A file before it is opened: where it lies, how big it is, when it changed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar


class PlaceLost(OSError):
    """A file that was listed cannot be read any more: it vanished, or reading it is not allowed."""


@dataclass(frozen=True, slots=True)
class Place:
    """A file that a pattern found.

    Attributes:
        location: Path relative to the home, absolute path, or address without options and credentials.
        name: Path below the fixed part of the pattern.
        bytes: Size.
        modified_at: Time of modification, nanoseconds since 1970.
        changed_at: The time that moves whenever the content may have: the one to remember. In a local folder this is
            the time of the last change of any kind, for copying tools set the time of modification as they like.
        is_atomic: The file appears whole or not at all (object storage).
    """

    location: str
    name: str
    bytes: int
    modified_at: int
    changed_at: int
    is_atomic: ClassVar[bool] = False

    def fetch(self, target_dir: Path) -> AbstractContextManager[Path]:
        """The file on the local disk: itself, or downloaded into a folder and removed afterwards.

        Raises:
            PlaceLost: It cannot be read.
        """
        raise NotImplementedError

    def is_unchanged(self) -> bool:
        """True while size and time are what they were when it was listed.

        Raises:
            PlaceLost: It is not there any more.
        """
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class LocalPlace(Place):
    """A file in a local folder."""

    path: Path
    inode: int

    @contextmanager
    def fetch(self, target_dir: Path) -> Iterator[Path]:  # noqa: ARG002  a local file stays where it is
        try:
            with self.path.open("rb"):
                pass
        except OSError as error:
            raise lost(error) from None
        yield self.path

    def is_unchanged(self) -> bool:
        try:
            now = self.path.stat()
        except OSError as error:
            raise lost(error) from None
        return (now.st_size, now.st_mtime_ns, now.st_ino) == (self.bytes, self.modified_at, self.inode)


def local_place(path: Path, location: str, name: str) -> LocalPlace:
    """The place of a local file; one that cannot be looked at has no bytes and is lost when it is fetched."""
    try:
        info = path.stat()
    except OSError:
        return LocalPlace(location, name, 0, 0, 0, path, 0)
    # elsewhere this is the time of creation
    changed_at = info.st_ctime_ns if os.name == "posix" else info.st_mtime_ns
    return LocalPlace(location, name, info.st_size, info.st_mtime_ns, changed_at, path, info.st_ino)


def lost(error: Exception) -> PlaceLost:
    """The same without the message, which holds the path or worse."""
    return PlaceLost(type(error).__name__)
