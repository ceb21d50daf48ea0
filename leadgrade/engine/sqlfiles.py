"""The SQL files: ``sql/<stage>/<table>.sql`` holds the one query that makes ``<stage>.<table>``.

A file starts with a header of comment lines::

    -- people.members: the person that each lead belongs to
    -- grain: lead
    -- reads: contacts.leads, people.pairs

``reads`` is what the asset graph is drawn from; a test compares it with the tables in the query.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_HERE = Path(__file__).resolve()
# in a checkout the folder lies beside the package, in a wheel inside it
SQL_ROOT = next(p for p in (_HERE.parents[2] / "sql", _HERE.parents[1] / "sql") if p.is_dir())


@dataclass(frozen=True, slots=True)
class SqlFile:
    """One SQL file: the table it makes, the tables it reads, and the query."""

    table: str
    reads: tuple[str, ...]
    query: str
    path: Path


def _header_value(text: str, key: str) -> str:
    """Value of ``-- key: ...``; it may run over several comment lines that are indented by three blanks."""
    match = re.search(rf"^-- {key}:(.*(?:\n--   .*)*)", text, re.MULTILINE)
    return re.sub(r"\n--\s+", " ", match.group(1)).strip() if match else ""


def _parse(path: Path) -> SqlFile:
    text = path.read_text(encoding="utf-8")
    reads = tuple(name.strip() for name in _header_value(text, "reads").split(",") if name.strip())
    return SqlFile(f"{path.parent.name}.{path.stem}", reads, text.rstrip().rstrip(";"), path)


@cache
def sql_files(stage: str) -> dict[str, SqlFile]:
    """The SQL files of a stage, by full table name."""
    return {file.table: file for file in map(_parse, sorted((SQL_ROOT / stage).glob("*.sql")))}


def sql_file(table: str) -> SqlFile:
    """The file that makes a table; a KeyError says where it was looked for."""
    stage, name = table.split(".")
    try:
        return sql_files(stage)[table]
    except KeyError:
        raise KeyError(f"no SQL file for {table}: expected {SQL_ROOT / stage / name}.sql") from None
