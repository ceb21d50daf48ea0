"""What the intake needs of the quarantine: the looks of a value, and entries closed by corrected rows.

People export refused rows, mend them and give the file back (``worklist.py``, ``retry.py``). A corrected file lies in
``<home>/retry/<source>/``, where the next run takes it in; its columns ``_file_id`` and ``_row_number`` name the row
that each of its rows replaces. Which file replaced which row is kept in ``raw.corrections``: whatever is read again,
and in whatever order, an entry that was corrected stays closed.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from leadgrade.config.sources import Source
from leadgrade.engine import DuckDBEngine
from leadgrade.raw.cells.dates import DateForm
from leadgrade.raw.readers.batches import read_batches
from leadgrade.raw.readers.sniffed import Sniffed

FILE_ID, ROW_NUMBER = "_file_id", "_row_number"
RETRY_HEADERS = frozenset({FILE_ID, ROW_NUMBER})
LONGEST_CLASS = 24
# of a folder of its own on every system: no sign that parts a path, and none that cannot be seen
_FOLDER = re.compile(r"[^/\\\x00-\x1f\x7f]{1,60}")
_PAIRS = {"file_id": pl.String(), "row_number": pl.Int64()}


def value_class(expr: pl.Expr) -> pl.Expr:
    """What a value looks like: letters as ``a``, digits as ``9``, other signs as they are, at most 24 of them.

    ``31/02/2025`` is ``99/99/9999``. Runs keep their length, which tells a two-digit year from a long one.
    """
    looks = expr.str.head(LONGEST_CLASS).str.replace_all(r"[\p{L}\p{M}]", "a").str.replace_all(r"\p{N}", "9")
    return looks.str.replace_all(r"[\s\p{C}]", " ")


def file_safe(name: str) -> str:
    """A name that is one part of a path, whatever it was."""
    return re.sub(r"[^\w \-.]+", "_", name).strip(" .")[:100] or "file"


def source_folder(source: str) -> str:
    """The name of the folder of a source: its own name, where that is one part of a path, else one that tells it.

    Whoever writes for a source and whoever reads must ask here, and nowhere else.
    """
    if _FOLDER.fullmatch(source) and source.strip(" .") and not source.startswith("."):
        return source
    return f"{file_safe(source)[:40]}-{hashlib.sha256(source.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"


def retry_folder(home: Path, source: str) -> Path:
    """Where the corrected files of a source lie."""
    return home / "retry" / source_folder(source)


def is_retry(headers: Sequence[str]) -> bool:
    """True where the headers name the rows that those of the file replace."""
    return set(headers) >= RETRY_HEADERS


def row_number(expr: pl.Expr) -> pl.Expr:
    """A row number as text, as a number; null where it is none: signs, other digits, more than 64 bits."""
    text = expr.str.strip_chars()
    return pl.when(text.str.contains(r"^[0-9]{1,19}$")).then(text).cast(pl.Int64(), strict=False)


def corrected_rows(path: Path, sniffed: Sniffed, headers: Sequence[str]) -> Iterator[pl.DataFrame]:
    """The rows that a corrected file replaces, batch by batch: file_id, row_number.

    Args:
        path: A file of the retry folder, in whatever format.
        sniffed: What it is.
        headers: Its headers, cleaned; without those of a corrected file there is nothing to yield.
    """
    if sniffed.refused or not is_retry(headers):
        return
    file_id, number = (pl.col(f"c{headers.index(name)}") for name in (FILE_ID, ROW_NUMBER))
    named = [file_id.str.strip_chars().alias("file_id"), row_number(number).alias("row_number")]
    for batch in read_batches(path, sniffed):
        yield batch.rows.select(named).drop_nulls().filter(pl.col("file_id") != "")


def inherit(
    engine: DuckDBEngine, corrected: Iterable[pl.DataFrame], source: Source
) -> tuple[Source, dict[str, DateForm]]:
    """How the file that a corrected one replaces rows of was read, for a few rows do not tell it again.

    Args:
        engine: The work file.
        corrected: ``corrected_rows`` of the file; all of its rows are of one file, and only the first is looked at.
        source: Its source.

    Returns:
        The source with the system and object of that file; header -> order of day and month of its date columns.
    """
    named = next((batch["file_id"][0] for batch in corrected if len(batch)), "")
    query = "select system, object, date_orders from raw.files where status = 'taken' and file_id = $file_id"
    found = engine.collect(query, {"file_id": named}).rows()
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
    engine: DuckDBEngine, corrected: Iterable[pl.DataFrame], file: Mapping[str, Any], as_of: datetime
) -> None:
    """Close the entries that corrected rows replace; call it inside the transaction that takes a file.

    Every row of a corrected file closes the entry that it names: one that is refused again is open under its own
    number. A file that is refused as a whole closes nothing. Of any other file the entries are closed that were
    corrected before, so that a file that is read again shows no row twice. Costs nothing for a file without refused
    rows.

    Args:
        engine: The work file.
        corrected: ``corrected_rows`` of a file of the retry folder; of any other file nothing, whatever its headers.
        file: Its record of raw.files: file_id, status, rows_quarantined.
        as_of: The time of the run.
    """
    pairs = pl.DataFrame(schema=_PAIRS)
    if file["status"] == "taken":
        pairs = pl.concat([pairs, *corrected]).unique()
    if len(pairs):
        _keep_pairs(engine, pairs, file["file_id"], as_of)
    if len(pairs) or (file["rows_quarantined"] and engine.exists("raw.corrections")):
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
