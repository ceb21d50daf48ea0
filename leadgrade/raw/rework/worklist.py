"""The open entries of the published quarantine: counted for a list, written out for people to mend."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

import duckdb
import polars as pl

from leadgrade.errors import InputError
from leadgrade.raw.rework.quarantine import FILE_ID, ROW_NUMBER, file_safe, source_folder
from leadgrade.raw.rework.reasons import reason
from leadgrade.raw.rework.spreadsheet import neutralise

SURPLUS = "_surplus"
FEW = 9  # rows of a group whose numbers are all listed
MARKS = (FILE_ID, ROW_NUMBER, "_reason", "_column", "_detail")
BATCH = 20_000
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Published:
    """The published quarantine, open for reading."""

    connection: duckdb.DuckDBPyConnection

    def rows(self, query: str, parameters: Row | None = None) -> list[Row]:
        """Result of a query as dicts."""
        result = self.connection.execute(query, parameters)
        names = [column[0] for column in result.description or []]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


@dataclass(frozen=True, slots=True)
class File:
    """A file with refused rows.

    Attributes:
        file_id: Its id.
        source: Its source.
        name: Its name below the source's folder.
        all_headers: Its headers in their order; a file that is an export itself has marks among them.
        delimiter: What parts the cells of a record that is shown as text.
    """

    file_id: str
    source: str
    name: str
    all_headers: tuple[str, ...]
    delimiter: str | None

    @property
    def headers(self) -> tuple[str, ...]:
        """The headers that people see: without those that an export puts there itself."""
        return tuple(header for header in self.all_headers if header not in {*MARKS, SURPLUS})

    @property
    def stem(self) -> str:
        """Its name without folder and ending, as part of a path."""
        return file_safe(PurePosixPath(self.name).stem)


@dataclass(slots=True)
class Exported:
    """What an export wrote: (file, path, rows); and the groups of files that were refused as a whole."""

    files: list[tuple[File, Path, int]] = field(default_factory=list)
    whole: list[Row] = field(default_factory=list)


@contextmanager
def open_published(warehouse: Path, private: Path) -> Iterator[Published]:
    """Open both published databases read-only, side by side.

    Raises:
        InputError: where one is missing, or was published before entries could be closed.
    """
    folder = private.resolve().parent  # one generation, whatever is published meanwhile
    with tempfile.TemporaryDirectory() as spill:
        config: Row = {"autoinstall_known_extensions": "false", "memory_limit": "1GB", "temp_directory": spill}
        with duckdb.connect(":memory:", config=config) as connection:
            for name, path in (("private", folder / private.name), ("warehouse", folder / warehouse.name)):
                if not path.is_file():
                    raise InputError(f"nothing is published yet: {path} is missing. Run: leadgrade run")
                quoted = str(path).replace("'", "''")
                connection.execute(f"attach '{quoted}' as {name} (read_only)")
            if "closed_at" not in connection.sql("from private.raw.quarantine limit 0").columns:
                raise InputError("what is published was made by an earlier version of leadgrade. Run: leadgrade run")
            yield Published(connection)


def groups(published: Published, source: str | None = None, reason_code: str | None = None) -> list[Row]:
    """The open entries by source, file, reason, column and look of the value.

    Returns:
        Rows of source, file_name, file_id, reason, column_name, value_class, rows, example_row, row_numbers (all of up
        to nine), is_whole_file, detail (of a whole file: what is wrong with it), meaning, what_to_do; the most rows of
        each source first.
    """
    query = """
        with mended as (
            -- refused files in whose place another was taken in since: there is nothing left to do about them
            select refused.file_id
            from warehouse.raw.files as refused
            inner join warehouse.raw.files as later
                on refused.source = later.source and refused.file_name = later.file_name
                and later.offer_number > refused.offer_number
            where refused.status = 'refused' and later.status = 'taken'
        ),
        counted as (
            select
                source, file_id, reason, column_name, value_class, count(*) as entries,
                min(row_number) as example_row, min(row_number, $few + 1) as first_rows
            from private.raw.quarantine
            where closed_at is null and file_id not in (from mended)
            group by all
        ),
        all_groups as (
            select
                counted.source, files.file_name, counted.file_id, counted.reason, counted.column_name,
                counted.value_class, counted.entries, counted.example_row,
                case when counted.entries <= $few then counted.first_rows end as row_numbers,
                coalesce(files.status = 'refused', false) as is_whole_file, files.reason_detail as detail
            from counted
            left join warehouse.raw.files as files on counted.file_id = files.file_id
            union all
            -- a file that nobody could read has no rows to count
            select source, file_name, file_id, reason, null, null, 0, null, null, true, reason_detail
            from warehouse.raw.files
            where status = 'refused' and file_id not in (select file_id from counted union all from mended)
        )
        select
            source, file_name, file_id, reason, column_name, value_class, entries as "rows", example_row, row_numbers,
            is_whole_file,
            case when is_whole_file then detail end as detail
        from all_groups
        where source = coalesce($source, source) and reason = coalesce($reason, reason)
        order by source, entries desc, file_name, reason, column_name, value_class, file_id
    """
    found = published.rows(query, {"source": source, "reason": reason_code, "few": FEW})
    told = [reason(row["reason"]) for row in found]
    return [row | {"meaning": r.meaning, "what_to_do": r.what_to_do} for row, r in zip(found, told, strict=True)]


def known_file(published: Published, file_id: str) -> File | None:
    """A file with its headers in their order; None where there is no such file."""
    query = f"from {_files(published)} select source, file_name, format, delimiter where file_id = $file_id"
    found = published.rows(query, {"file_id": file_id})
    if not found:
        return None
    # a cell of a workbook has no delimiter, but a record of one is shown as text with commas
    delimiter = found[0]["delimiter"] or ("," if found[0]["format"] == "xlsx" else None)
    return File(file_id, found[0]["source"], found[0]["file_name"], _headers(published, file_id), delimiter)


def _has_headers(published: Published) -> bool:
    """True where the private database knows the files; an earlier version wrote them into the warehouse alone."""
    query = """
        select count(*) as columns
        from duckdb_columns()
        where database_name = 'private' and schema_name = 'raw' and table_name = 'files' and column_name = 'headers'
    """
    return bool(published.rows(query)[0]["columns"])


def _files(published: Published) -> str:
    """The table with the true names of the files; in the warehouse what looks like an address or number is masked."""
    return "private.raw.files" if _has_headers(published) else "warehouse.raw.files"


def _headers(published: Published, file_id: str) -> tuple[str, ...]:
    """The headers as they stand in the file."""
    if _has_headers(published):
        query = "select headers from private.raw.files where file_id = $file_id"
        kept = published.rows(query, {"file_id": file_id})[0]["headers"]
        if kept:
            return tuple(json.loads(kept))
    return _guessed_headers(published, file_id)


def _guessed_headers(published: Published, file_id: str) -> tuple[str, ...]:
    """Headers of a file that was taken in before they were kept: by position, completed by those of the payloads."""
    query = "select header from warehouse.raw.columns where file_id = $file_id order by position"
    by_position = [row["header"] for row in published.rows(query, {"file_id": file_id})]
    query = """
        select distinct case when json_valid(payload) then json_keys(payload) else [] end as keys
        from private.raw.quarantine
        where file_id = $file_id and payload like '{%'
        order by len(keys) desc, keys
    """
    payloads = [row["keys"] for row in published.rows(query, {"file_id": file_id})]
    widest = payloads[0] if payloads else []
    base = widest if len(widest) == len(by_position) else by_position
    return tuple(dict.fromkeys([*base, *(key for keys in payloads for key in keys)]))


def shown(name: str) -> str:
    """A header or the name of a file as a terminal or log may show it."""
    return re.sub(r"[^\s@]*@[^\s@]*|\+\d[\d ()./-]{6,}", "[withheld]", name)


def cells_of(file: File, reason_code: str, payload: str) -> list[str]:
    """The cells of a refused row under the headers of its file, and behind them the surplus."""
    if reason(reason_code).shows == "cells":
        try:
            cells = json.loads(payload)
            return [*(cells.get(header) or "" for header in file.headers), ""]
        except (ValueError, AttributeError):
            pass  # a record as text after all
    *cut, surplus = _split(payload, file.delimiter, len(file.all_headers))
    cells = dict(zip(file.all_headers, cut, strict=True))
    return [*(cells[header] for header in file.headers), surplus]


def _split(text: str, delimiter: str | None, width: int) -> list[str]:
    """A record cut into so many cells, and the rest behind a delimiter of its own, so that an empty one is seen."""
    cells = _cut(text, delimiter, width) if delimiter else None
    if not cells or not delimiter:
        return [*[""] * width, text]
    rest = delimiter.join(["", *cells[width:]])
    return [*cells[:width], *[""] * (width - len(cells)), rest]


def _cut(text: str, delimiter: str, width: int) -> list[str] | None:
    """The fields of a record; without regard to quotes where that makes it fit."""
    fits: list[list[str]] = []
    for quoting in (csv.QUOTE_MINIMAL, csv.QUOTE_NONE):
        try:
            lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quoting=quoting)
            fits.append([cell for line in lines for cell in line])
        except csv.Error:
            continue
    return next((cells for cells in fits if len(cells) == width), fits[0] if fits else None)


def export(
    published: Published,
    out: Path,
    source: str | None = None,
    reason_code: str | None = None,
    delimiter: str = ",",
) -> Exported:
    """Write one csv for each file with open entries: ``<out>/<source>/<file>.quarantine.csv``.

    Folders get 0700 and files 0600, for the rows hold personal data. Rows stream from the database.

    Args:
        published: The published quarantine.
        out: Folder to write to.
        source: Only rows of this source.
        reason_code: Only rows refused for this.
        delimiter: What parts the cells; spreadsheets of some countries want a semicolon.

    Raises:
        InputError: where a file of that name is there already: somebody may be working in it.
    """
    found = groups(published, source, reason_code)
    made = Exported(whole=[row for row in found if row["is_whole_file"]])
    ids = dict.fromkeys(row["file_id"] for row in found if not row["is_whole_file"])
    files = [file for file in (known_file(published, file_id) for file_id in ids) if file]
    targets = _targets(out, files)
    there = [str(path) for path in targets.values() if path.exists()]
    if there:
        raise InputError(
            f"{there[0]} is there already ({len(there)} such file(s)): move it away or name another folder"
        )
    for file in files:
        path = targets[file.file_id]
        rows = _write(published, file, reason_code, path, delimiter)
        made.files.append((file, path, rows))
    return made


def _targets(out: Path, files: Sequence[File]) -> dict[str, Path]:
    """Where each file is written; files of one name get a part of their hash behind it."""
    names = Counter((file.source, file.stem) for file in files)
    found = {}
    for file in files:
        mark = f"-{file.file_id[:8]}" if names[file.source, file.stem] > 1 else ""
        found[file.file_id] = out / source_folder(file.source) / f"{file.stem}{mark}.quarantine.csv"
    return found


def _write(published: Published, file: File, reason_code: str | None, path: Path, delimiter: str) -> int:
    """Write the open rows of a file under another name first; return their number."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".part")
    partial.unlink(missing_ok=True)
    rows = 0
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
        for frame in _frames(published, file, reason_code):
            # the mark tells spreadsheets that the text is UTF-8
            frame.write_csv(target, separator=delimiter, include_bom=rows == 0, include_header=rows == 0)
            rows += len(frame)
    partial.replace(path)
    return rows


def _frames(published: Published, file: File, reason_code: str | None) -> Iterator[pl.DataFrame]:
    """The open rows of a file as they are written, batch by batch."""
    query = """
        select file_id, row_number, reason, column_name, detail, payload
        from private.raw.quarantine
        where closed_at is null and payload is not null and file_id = $file_id and reason = coalesce($reason, reason)
        order by row_number
    """
    result = published.connection.execute(query, {"file_id": file.file_id, "reason": reason_code})
    titles = pl.DataFrame({"title": [*MARKS, *file.headers, SURPLUS]}).select(neutralise(pl.col("title")))
    names = titles["title"].to_list()
    while part := result.fetchmany(BATCH):
        rows = [(f, str(n), *marks, *cells_of(file, marks[0], payload)) for f, n, *marks, payload in part]
        frame = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String()), orient="row")
        yield frame.select(neutralise(pl.all()))
