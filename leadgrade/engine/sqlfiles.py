"""The SQL files: ``sql/<stage>/<table>.sql`` holds the one query that makes ``<stage>.<table>``.

A file starts with a header of comment lines::

    -- people.members: the person that each lead belongs to
    -- grain: lead
    -- reads: contacts.leads, people.pairs

``reads`` is what the asset graph is drawn from; a test compares it with the tables in the query. Where one table alone is
made from a query, ``-- views:`` in the header of that table names its file: as a view it costs no room and no time of its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol

_HERE = Path(__file__).resolve()
# in a checkout the folder lies beside the package, in a wheel inside it
SQL_ROOT = next(p for p in (_HERE.parents[2] / "sql", _HERE.parents[1] / "sql") if p.is_dir())


@dataclass(frozen=True, slots=True)
class SqlFile:
    """One SQL file: the table it makes, the tables it reads, the views that are defined before it, and the query."""

    table: str
    reads: tuple[str, ...]
    views: tuple[str, ...]
    query: str
    path: Path


def _header_value(text: str, key: str) -> str:
    """Value of ``-- key: ...``; it may run over several comment lines that are indented by three blanks."""
    match = re.search(rf"^-- {key}:(.*(?:\n--   .*)*)", text, re.MULTILINE)
    return re.sub(r"\n--\s+", " ", match.group(1)).strip() if match else ""


def _header_names(text: str, key: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in _header_value(text, key).split(",") if name.strip())


def _parse(path: Path) -> SqlFile:
    text = path.read_text(encoding="utf-8")
    reads, views = _header_names(text, "reads"), _header_names(text, "views")
    return SqlFile(f"{path.parent.name}.{path.stem}", reads, views, text.rstrip().rstrip(";"), path)


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


def sql_steps(stage: str) -> dict[tuple[str, ...], tuple[str, ...]]:
    """What the SQL files of a stage make: by table, followed by its views, all that it reads, through its views, too."""
    files = sql_files(stage)
    views = {view for file in files.values() for view in file.views}
    return {(table, *file.views): sql_reads(table) for table, file in files.items() if table not in views}


def sql_reads(table: str) -> tuple[str, ...]:
    """The tables that a table and its views read."""
    names = (table, *sql_file(table).views)
    reads = dict.fromkeys(read for name in names for read in sql_file(name).reads)
    return tuple(read for read in reads if read not in names)


class _Maker(Protocol):
    def define(self, view: str, query: str) -> None: ...
    def materialize(self, table: str, query: str) -> int: ...


def make_from_file(engine: _Maker, table: str) -> int:
    """Define the views of a table, in the order of its header, then make it by its SQL file; return its rows."""
    for view in sql_file(table).views:
        engine.define(view, sql_file(view).query)
    return engine.materialize(table, sql_file(table).query)
