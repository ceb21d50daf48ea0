"""The bytes of a file behind its compression, which its first bytes tell."""

from __future__ import annotations

import re
from pathlib import Path
from typing import BinaryIO, cast

import pyarrow as pa

# the magic of bz2 alone is plain ASCII; the block behind it is not
_MAGICS = (
    ("gzip", re.compile(rb"\x1f\x8b")),
    ("zstd", re.compile(rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18")),
    ("bz2", re.compile(rb"BZh[1-9](?:1AY&SY|\x17\x72\x45\x38\x50\x90)")),
)


def compression_of(head: bytes) -> str | None:
    """How the bytes are compressed.

    Args:
        head: The first bytes of the file, at least 10 where it has them.

    Returns:
        ``gzip``, ``zstd`` or ``bz2``; None for bytes that lie open.
    """
    return next((name for name, magic in _MAGICS if magic.match(head)), None)


def open_bytes(path: Path, compression: str | None = None) -> BinaryIO:
    """The content of a file, decompressed as it is read; members that follow one another are read as one.

    Raises:
        OSError: The file is not there; or, while it is read, it is cut off or damaged.
    """
    return cast("BinaryIO", pa.input_stream(str(path), compression=compression))
