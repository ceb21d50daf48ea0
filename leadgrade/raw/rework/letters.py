"""Whether letters outside of ASCII came back from a spreadsheet as they went.

Excel's plain "CSV" is written in the code page of the country, and letters that it lacks become others. A code page can
only be guessed; but the cells that nobody changed are known, and tell whether the guess is right.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from leadgrade.raw.readers.encodings import Content
from leadgrade.raw.readers.sniffed import Sniffed

WINDOWS = "cp1252"


def as_windows(path: Path, sniffed: Sniffed) -> Sniffed | None:
    """The file as one of western Windows; None where some byte means nothing there."""
    try:
        for chunk in Content(path, sniffed.compression).chunks():
            chunk.decode(WINDOWS)
    except UnicodeDecodeError:
        return None
    return replace(sniffed, encoding=WINDOWS, headers=tuple(_read_anew(h, sniffed.encoding) for h in sniffed.headers))


def _read_anew(text: str, encoding: str | None) -> str:
    """A header in the letters of Windows: its bytes were read with another guess."""
    try:
        return text.encode(encoding or WINDOWS).decode(WINDOWS)
    except UnicodeError:
        return text


def is_proof(before: str, now: str) -> bool:
    """True for a cell that came back as it went, with letters outside of ASCII."""
    return before == now and not now.isascii()


def is_spoilt(before: str, now: str, *, is_guessed: bool) -> bool:
    """True for a cell in which nothing differs but letters that a code page lacks or reads otherwise.

    Args:
        before: The cell as it went.
        now: The cell as it came back.
        is_guessed: The encoding of the file was guessed; else only letters count that became question marks.
    """
    if before == now or before.isascii() or len(before) != len(now):
        return False
    odd = [(old, new) for old, new in zip(before, now, strict=True) if old != new]
    if is_guessed:
        return all(not old.isascii() and (not new.isascii() or not _is_of_windows(old)) for old, new in odd)
    return all(new == "?" and not _is_of_windows(old) for old, new in odd)


def _is_of_windows(sign: str) -> bool:
    try:
        sign.encode(WINDOWS)
    except UnicodeEncodeError:
        return False
    return True
