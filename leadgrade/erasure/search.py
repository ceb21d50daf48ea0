"""Searches everything below a home for what belongs to erased people: tables by SQL, files as the intake reads them, bytes.

DuckDB packs texts, so that a search of the bytes alone proves nothing of a database: every text column of every table
is asked, and the bytes besides.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import duckdb

from leadgrade.erasure.fingerprints import Finder
from leadgrade.erasure.forms import PATTERNS, of_bytes
from leadgrade.erasure.mentions import mentions
from leadgrade.erasure.opened import Opened
from leadgrade.erasure.order import Means
from leadgrade.erasure.redaction import Redactor
from leadgrade.erasure.tables import Kept
from leadgrade.erasure.traces import trace, traces

_CHUNK = 16 << 20
_OVERLAP = 1024  # longer than whatever is looked for
_PATTERNS = {kind: of_bytes(pattern) for kind, pattern in PATTERNS.items()}
_DUCKDB = b"DUCK"


def is_database(path: Path) -> bool:
    """Whether a file is one of DuckDB."""
    with path.open("rb") as file:
        return file.read(12)[8:] == _DUCKDB


def files_below(home: Path, but: Iterable[Path] = ()) -> Iterator[Path]:
    """Every file below a home, links left aside."""
    left = tuple(but)
    for path in sorted(home.rglob("*")):
        if path.is_file() and not path.is_symlink() and not any(path.is_relative_to(one) for one in left):
            yield path


def in_tables(opened: Opened, redactor: Redactor) -> Counter[str]:
    """What opened databases hold of them: table -> rows under their ids, and texts."""
    trace(opened)
    found = traces(opened)
    for table in opened.tables:
        for column, texts in mentions(opened, Kept(table), redactor).items():
            found[f"{table}.{column}"] += len(texts)
    return +found


def in_bytes(path: Path, redactor: Redactor) -> int:
    """How many different addresses, numbers and pages of theirs the bytes of a file hold; of a text also the names.

    Texts of UTF-8 and of one byte a sign; where the file is none of DuckDB also those of two or four bytes a sign.
    """
    found: set[str] = set()
    has_wide = not is_database(path)
    with path.open("rb") as file:
        before = b""
        while chunk := file.read(_CHUNK):
            data, before = before + chunk, chunk[-_OVERLAP:]
            found |= _theirs(data, redactor.finder)
            if has_wide and b"\0" in data:
                found |= _theirs(data.replace(b"\0", b""), redactor.finder)
            elif has_wide:
                found |= redactor.named(data.decode("utf-8", "replace").splitlines())
    return len(found)


def held(path: Path, means: Means) -> int:
    """How much of theirs a file holds: its bytes, and of a database that can be opened the texts of every table."""
    found = in_bytes(path, means.redactor)
    if is_database(path) and can_be_opened(path):
        with means.open({"searched": path}) as databases:
            found += sum(in_tables(databases, means.redactor).values())
    return found


def _theirs(data: bytes, finder: Finder) -> set[str]:
    found: set[str] = set()
    for kind in finder.kinds:
        told = {token.decode("utf-8", "replace") for token in set(_PATTERNS[kind].findall(data))}
        found |= finder.hits(kind, told)
    return found


def can_be_opened(path: Path) -> bool:
    """Whether a database can be read: one that a kill left half-written cannot."""
    try:
        duckdb.connect(str(path), read_only=True).close()
    except duckdb.Error:
        return False
    return True
