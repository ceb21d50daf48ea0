"""Files that are neither a database of ours nor a file of a source: Dagster's history, reports, logs.

They hold nothing of anybody by design. Where they do all the same, it is taken out: of a database of SQLite cell by
cell, of a text in place. What can be neither is named, for somebody to look at.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from leadgrade.erasure.databases import beside, put
from leadgrade.erasure.redaction import Redactor

_SQLITE = b"SQLite format 3\0"
_LARGEST = 64 << 20  # bytes of a text that is written anew


def clean(path: Path, redactor: Redactor) -> bool:
    """Take what belongs to erased people out of a file; False where it cannot be."""
    with path.open("rb") as file:
        is_sqlite = file.read(len(_SQLITE)) == _SQLITE
    try:
        return _sqlite(path, redactor) if is_sqlite else _text(path, redactor)
    except (OSError, sqlite3.Error):
        return False


def _text(path: Path, redactor: Redactor) -> bool:
    if path.stat().st_size > _LARGEST:
        return False
    data = path.read_bytes()
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    target = beside(path)
    target.unlink(missing_ok=True)
    target.touch(mode=0o600)
    target.write_bytes("".join(redactor.redacted(text.splitlines(keepends=True))).encode("utf-8"))
    target.chmod(path.stat().st_mode & 0o777)
    put(path)
    return True


def _sqlite(path: Path, redactor: Redactor) -> bool:
    """Every text of every table; the freed pages are overwritten, the log is written back."""
    with closing(sqlite3.connect(path, timeout=60)) as connection:
        connection.execute("pragma secure_delete = on")
        for table, column in _texts(connection):
            mended = _mended(redactor)
            connection.create_function("mended", 1, mended, deterministic=True)
            changed = f'mended("{column}")'
            connection.execute(f'update "{table}" set "{column}" = {changed} where "{column}" <> {changed}')
        connection.commit()
        connection.execute("vacuum")
        connection.execute("pragma wal_checkpoint(truncate)")
    return True


def _texts(connection: sqlite3.Connection) -> Iterator[tuple[str, str]]:
    tables = connection.execute(
        "select name from sqlite_master where type = 'table' and name not like 'sqlite_%'"
    ).fetchall()
    for (table,) in tables:
        for _, column, *_ in connection.execute(f'pragma table_info("{table}")').fetchall():
            yield table, column


def _mended(redactor: Redactor) -> Callable[..., str | bytes | int | float | None]:
    def mended(value: str | bytes | float | None) -> str | bytes | int | float | None:
        return redactor.redacted([value])[0] if isinstance(value, str) else value

    return mended
