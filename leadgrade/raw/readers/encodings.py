"""The encoding of a text file, told by its bytes: a mark, then validity over the whole file, then the best fit."""

from __future__ import annotations

import codecs
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from charset_normalizer import from_bytes

from leadgrade.raw.readers.streams import open_bytes

CHUNK = 1 << 20
SAMPLE = 1 << 18
# a few control characters are dirt in the cells of a small file; many make any file binary
FEW_CONTROLS = 8
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\f\x1a\x1b"))
_WESTERN = ["cp1252", "iso8859_15"]


@dataclass(frozen=True, slots=True)
class Content:
    """The bytes of a file behind its compression."""

    path: Path
    compression: str | None = None

    def chunks(self, size: int = CHUNK) -> Iterator[bytes]:
        """The bytes in pieces of at most ``size``."""
        with open_bytes(self.path, self.compression) as file:
            while chunk := file.read(size):
                yield chunk


def encoding_of(content: Content, sample: bytes, configured: str | None = None) -> str | None:
    """The Python codec of a text; None where the bytes are no text.

    Args:
        content: The file.
        sample: Its first bytes.
        configured: What its source says of text that is neither UTF-8 nor UTF-16.
    """
    encoding = next((name for bom, name in _BOMS if sample.startswith(bom)), None) or _wide_without_bom(sample)
    if encoding and "16" in encoding:
        if content.compression:
            deque(content.chunks(), maxlen=0)  # a file that is cut off says so at its end
        return encoding
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    if encoding is None and controls > max(FEW_CONTROLS, len(sample) // 100):
        return None
    if encoding == "utf-8" or _is_utf8(content):
        return "utf-8"
    return configured or _single_byte(content)


def _wide_without_bom(sample: bytes) -> str | None:
    """UTF-16 without a mark: every other byte of mostly Latin text is zero."""
    half = max(1, len(sample) // 2)
    if sample[1::2].count(0) > 0.4 * half:
        return "utf-16-le"
    return "utf-16-be" if sample[0::2].count(0) > 0.4 * half else None


def _is_utf8(content: Content) -> bool:
    """UTF-8, perhaps with a few broken bytes."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for chunk in content.chunks():
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return _is_damaged_utf8(content)
    return True


def _is_damaged_utf8(content: Content) -> bool:
    """Most of what is not ASCII is valid."""
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    good = bad = 0
    for chunk in content.chunks():
        text = decoder.decode(chunk)
        if not text.isascii():
            broken = sum("\udc80" <= c <= "\udcff" for c in text)
            bad += broken
            good += sum(c > "\x7f" for c in text) - broken
    return good >= 3 * bad


def _single_byte(content: Content) -> str:
    """The western single-byte encoding that fits the lines with accents best; cp1252 where nothing tells."""
    odd: list[bytes] = []
    for chunk in content.chunks():
        odd += [line for line in chunk.splitlines() if not line.isascii()]
        if sum(map(len, odd)) > SAMPLE:
            break
    best = from_bytes(b"\n".join(odd)[:SAMPLE], cp_isolation=_WESTERN).best()
    return best.encoding if best and best.encoding in _WESTERN else "cp1252"
