"""Writes a database file anew without erased people, and puts it in the place of the old one.

Deleting would not do: DuckDB keeps the bytes of deleted rows in blocks that it means to use again. So every table is
copied into a new file, row by row that stays, and the file takes the name of the old one in one step. Whoever reads the
old file goes on reading it; a kill leaves one or the other.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import duckdb

from leadgrade import contract
from leadgrade.erasure.forms import quoted
from leadgrade.erasure.mentions import mentions, text_columns
from leadgrade.erasure.opened import Opened
from leadgrade.erasure.redaction import Redactor
from leadgrade.erasure.tables import ERASED_ROWS, Kept, erased_rows, kept
from leadgrade.publish.generation import STORAGE_VERSION

_PUBLICATION = "meta.publication"


@dataclass(slots=True)
class Rewritten:
    """What was taken out of a database file.

    Attributes:
        before: sha256 of the file as it was.
        after: sha256 of the file as it is.
        rows: Table -> rows that are gone.
        mentions: Table -> texts of others that bear marks now.
    """

    before: str
    after: str
    rows: Counter[str] = field(default_factory=Counter)
    mentions: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Why:
    """Why and when rows are erased; both are written beside them."""

    reason: str
    at: datetime


def settle(path: Path) -> None:
    """Write the log of a database into it, so that no log is left beside the file."""
    if path.with_name(f"{path.name}.wal").exists():
        with duckdb.connect(str(path)) as connection:
            connection.execute("checkpoint")


def rewrite(opened: Opened, name: str, path: Path, redactor: Redactor, why: Why, *, published: bool) -> Rewritten:
    """Write one of the opened databases anew, beside it; :func:`put` gives it the place of the old one.

    Args:
        opened: The databases, with the tables of traces.
        name: Which of them.
        path: Its file.
        redactor: Knows what belongs to erased people.
        why: Reason and time.
        published: It is one of a generation, which older drivers read and whose counts are written down in it.
    """
    target = beside(path)
    target.unlink(missing_ok=True)
    version = f" (storage_version '{STORAGE_VERSION}')" if published else ""
    opened.run(f"attach {quoted(str(target))} as written{version}")
    try:
        opened.run(f"copy from database {name} to written (schema)")
        result = _fill(opened, name, redactor, why)
        if published:
            _count_anew(opened, result)
        else:
            _keep_places(opened, why)
    finally:
        opened.run("detach written")  # checkpoints: no log is left behind
    target.chmod(path.stat().st_mode & 0o777)
    result.before, result.after = _hash(path), _hash(target)
    return result


def beside(path: Path) -> Path:
    """Where a file is written before it takes its place."""
    return path.with_name(f".{path.name}.part")


def put(path: Path) -> None:
    """Give the new file the place of the old one, durably."""
    for target in (beside(path), path.parent):
        descriptor = os.open(target, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    beside(path).replace(path)


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _fill(opened: Opened, name: str, redactor: Redactor, why: Why) -> Rewritten:
    result = Rewritten("", "")
    for table in [t for t in opened.tables if t.split(".")[0] == name]:
        how = kept(opened, table, why.reason)
        marks = {} if how.is_whole else mentions(opened, how, redactor)
        short = table.split(".", 1)[1]
        _copy(opened, how, marks, f"written.{short}")
        gone = opened.count(table) - opened.count(f"written.{short}")
        result.rows += Counter({short: gone} if gone else {})
        texts = sum(map(len, marks.values()))
        result.mentions += Counter({short: texts} if texts else {})
    return result


def _keep_places(opened: Opened, why: Why) -> None:
    """Write down in a work file which rows were erased."""
    columns = ", ".join(f'"{c.name}" {c.type}' for c in contract.table(ERASED_ROWS).columns)
    opened.run(f"create table if not exists written.{ERASED_ROWS} ({columns})")
    opened.run(f"insert into written.{ERASED_ROWS} by name {erased_rows(opened)}", {"reason": why.reason, "at": why.at})


def _copy(opened: Opened, how: Kept, marks: Mapping[str, Mapping[str, str]], target: str) -> None:
    """Copy the rows that stay. Texts with marks are found by what they were."""
    columns, joins, values = opened.tables[how.table], [], dict(how.values)
    texts = text_columns(opened, how.table)
    for number, (column, changed) in enumerate(marks.items()):
        pairs = f"mark_{number}"
        opened.run(f"create or replace temp table {pairs} (was varchar, is_now varchar)")
        opened.connection.executemany(f"insert into {pairs} values (?, ?)", [[*pair] for pair in changed.items()])
        joins.append(f"left join {pairs} on {pairs}.was = {texts[column]}")
        is_plain = columns[column] == "VARCHAR"
        values[column] = (
            f'case when {pairs}.was is null then t."{column}" else {f"{pairs}.is_now" if is_plain else "null"} end'
        )
    for column in values:
        if column not in columns:
            opened.run(f'alter table {target} add column "{column}" bigint')
    names = [*columns, *(column for column in values if column not in columns)]
    shown = ", ".join(f'{values.get(column, f"t.{chr(34)}{column}{chr(34)}")} as "{column}"' for column in names)
    opened.run(f"insert into {target} by name select {shown} from {how.table} as t {' '.join(joins)} where {how.where}")


def _count_anew(opened: Opened, result: Rewritten) -> None:
    """The rows by table that a generation tells of itself."""
    if not opened.find(_PUBLICATION):
        return
    [(text,)] = opened.rows(f"select row_counts from written.{_PUBLICATION}")
    counts = {table: rows - result.rows.get(table, 0) for table, rows in json.loads(text).items()}
    opened.run(
        f"update written.{_PUBLICATION} set row_counts = $counts", {"counts": json.dumps(counts, sort_keys=True)}
    )
