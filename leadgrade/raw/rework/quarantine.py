"""What the intake needs of the quarantine: the looks of a value, and entries closed by corrected rows.

People export refused rows, mend them and give the file back (``worklist.py``, ``retry.py``). A corrected file lies in
``<home>/retry/<source>/``, where the next run takes it in; its columns ``_file_id`` and ``_row_number`` name the row
that each of its rows replaces. Which file replaced which row is kept in ``raw.corrections``: whatever is read again,
and in whatever order, an entry that was corrected stays closed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from leadgrade.config.sources import Source
from leadgrade.engine import DuckDBEngine
from leadgrade.raw.cells.dates import DateForm

FILE_ID, ROW_NUMBER = "_file_id", "_row_number"
RETRY_HEADERS = frozenset({FILE_ID, ROW_NUMBER})
LONGEST_CLASS = 24
_PAIRS = "leadgrade_corrected"


def value_class(expr: pl.Expr) -> pl.Expr:
    """What a value looks like: letters as ``a``, digits as ``9``, other signs as they are, at most 24 of them.

    ``31/02/2025`` is ``99/99/9999``. Runs keep their length, which tells a two-digit year from a long one.
    """
    looks = expr.str.head(LONGEST_CLASS).str.replace_all(r"[\p{L}\p{M}]", "a").str.replace_all(r"\p{N}", "9")
    return looks.str.replace_all(r"[\s\p{C}]", " ")


def file_safe(name: str) -> str:
    """A name that is one part of a path, whatever it was."""
    return re.sub(r"[^\w \-.]+", "_", name).strip(" .")[:100] or "file"


def retry_folder(home: Path, source: str) -> Path:
    """Where the corrected files of a source lie."""
    return home / "retry" / source


def is_retry(headers: Sequence[str]) -> bool:
    """True where the headers name the rows that those of the file replace."""
    return set(headers) >= RETRY_HEADERS


def _pairs(path: Path) -> pl.DataFrame:
    """The rows that a corrected file replaces: file_id, row_number."""
    frame = pl.read_csv(path, columns=[FILE_ID, ROW_NUMBER], infer_schema=False, truncate_ragged_lines=True)
    number = pl.col(ROW_NUMBER).cast(pl.Int64, strict=False)
    return frame.select(pl.col(FILE_ID).alias("file_id"), number.alias("row_number")).drop_nulls().unique()


def inherit(engine: DuckDBEngine, path: Path, source: Source) -> tuple[Source, dict[str, DateForm]]:
    """How the file that a corrected one replaces rows of was read, for a few rows do not tell it again.

    Args:
        engine: The work file.
        path: The corrected file; all of its rows are of one file.
        source: Its source.

    Returns:
        The source with the system and object of that file; header -> order of day and month of its date columns.
    """
    named = _pairs(path)["file_id"].head(1).to_list()
    query = "select system, object, date_orders from raw.files where status = 'taken' and file_id = $file_id"
    found = engine.collect(query, {"file_id": named[0] if named else ""}).rows()
    if not found:
        return source, {}
    system, object_name, orders = found[0]
    forms = {header: _form(text) for header, text in json.loads(orders or "{}").items()}
    return source.model_copy(update={"system": system, "object": object_name}), forms


def _form(text: str) -> DateForm:
    """The form behind its words in raw.files: ``mdy (evidence)``."""
    order, _, why = text.partition(" ")
    reason = why.strip("()")
    return DateForm("mdy" if order == "mdy" else "dmy", reason, is_known=reason not in {"unknown", "mixed"})


def close_corrected(
    engine: DuckDBEngine, path: Path, headers: Sequence[str], file: Mapping[str, Any], as_of: datetime
) -> None:
    """Close the entries that corrected rows replace; call it inside the transaction that takes a file.

    Every row of a corrected file closes the entry that it names: one that is refused again is open under its own
    number. A file that is refused as a whole closes nothing. Of any other file the entries are closed that were
    corrected before, so that a file that is read again shows no row twice. Costs nothing for a file without refused
    rows.

    Args:
        engine: The work file.
        path: The file.
        headers: Its headers; those of a corrected file hold ``RETRY_HEADERS``.
        file: Its record of raw.files: file_id, status, rows_quarantined.
        as_of: The time of the run.
    """
    is_corrected = file["status"] == "taken" and is_retry(headers)
    if is_corrected:
        _keep_pairs(engine, _pairs(path), file["file_id"], as_of)
    if is_corrected or (file["rows_quarantined"] and engine.exists("raw.corrections")):
        _close(engine, file["file_id"])


def _keep_pairs(engine: DuckDBEngine, pairs: pl.DataFrame, file_id: str, as_of: datetime) -> None:
    """Remember what a corrected file replaces; once, and since when, however often it is read."""
    engine.ensure("raw.corrections")
    engine.sql_with(
        pairs,
        """
        insert into raw.corrections by name
        select pairs.file_id, pairs.row_number, $file_id as retry_file_id, $as_of as corrected_at
        from leadgrade_batch as pairs
        where not exists (select 1 from raw.corrections where retry_file_id = $file_id)
        """,
        {"file_id": file_id, "as_of": as_of},
    )


def _close(engine: DuckDBEngine, file_id: str) -> None:
    """Close the entries that this file corrects, and those of this file that another one corrected."""
    engine.sql(
        """
        with ranked_corrections as (
            select
                file_id, row_number, retry_file_id, corrected_at,
                row_number() over (partition by file_id, row_number order by corrected_at, retry_file_id) as place
            from raw.corrections
            where $file_id in (file_id, retry_file_id)
        )
        update raw.quarantine as entry
        set closed_at = corrected.corrected_at, closed_by_file_id = corrected.retry_file_id
        from ranked_corrections as corrected
        where corrected.place = 1 and entry.file_id = corrected.file_id
            and entry.row_number = corrected.row_number and entry.closed_at is null
        """,
        {"file_id": file_id},
    )
