"""What is changed in a kept file: rows of erased people are emptied, what others say of them is marked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

import pyarrow as pa


class CannotWrite(Exception):
    """A file cannot be written anew; the message is for people and holds nothing of its content."""


@dataclass(frozen=True, slots=True)
class Changes:
    """Records of a file, by number.

    Attributes:
        rows: Those of erased people: their place stays, and a mark in its first cell.
        mentions: Those of others that hold something of theirs.
    """

    rows: frozenset[int] = frozenset()
    mentions: frozenset[int] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.rows or self.mentions)

    @property
    def records(self) -> frozenset[int]:
        """All that are changed."""
        return self.rows | self.mentions


@contextmanager
def packed(target: Path, compression: str | None) -> Iterator[BinaryIO]:
    """A file for writing, readable by its owner alone, packed as the old one was."""
    target.unlink(missing_ok=True)
    target.touch(mode=0o600)
    with pa.output_stream(str(target), compression=compression) as stream:
        yield cast("BinaryIO", stream)
