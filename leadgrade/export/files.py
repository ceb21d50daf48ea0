"""Writes an export: from one generation, in batches, to a new file that only its owner can read."""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO

import duckdb
import polars as pl

from leadgrade.errors import InputError
from leadgrade.export.queries import attach, export_query
from leadgrade.publish import Home
from leadgrade.raw.rework.spreadsheet import neutralise

_BATCH_ROWS = 100_000


def write_export(home: Home, kind: str, target: str, out: Path) -> int:
    """Write one export as CSV (UTF-8) and return its rows.

    Text that a spreadsheet would calculate gets an apostrophe in front. The file is made with mode 0600 and must be new.

    Args:
        home: Where the generations lie.
        kind: See :func:`leadgrade.export.export_query`.
        target: The same.
        out: The file.

    Raises:
        InputError: nothing is published, the file is there already or its folder is not, or it lies in the home, where an
            erasure could not tell whose plain hashes it holds.
    """
    if out.resolve().is_relative_to(home.root.resolve()):
        raise InputError(
            f"{out} lies in the home, which erasures have to keep clean of hashes: name a file outside of {home.root}"
        )
    generation = home.current()
    if generation is None:
        raise InputError(f"nothing is published yet: {home.published}/current is missing. Run: leadgrade run")
    folder = home.published / generation
    try:
        descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise InputError(f"{out} is there already: name a new file") from None
    except OSError as error:
        raise InputError(f"{out} cannot be written: {error.strerror}") from None
    try:
        with os.fdopen(descriptor, "wb") as file:
            return _stream(folder, kind, target, file)
    except duckdb.CatalogException:
        out.unlink()
        raise InputError(f"generation {generation} is older than this export: run leadgrade run, then again") from None
    except BaseException:
        # half a list looks like a whole one
        out.unlink()
        raise


def _stream(folder: Path, kind: str, target: str, file: BinaryIO) -> int:
    with duckdb.connect() as connection:
        attach(connection, folder)
        found = connection.sql(export_query(kind, target), params={"system": target} if kind == "crm" else None)
        file.write(pl.DataFrame(schema=dict.fromkeys(found.columns, pl.String)).write_csv().encode())
        rows = 0
        for batch in found.to_arrow_reader(_BATCH_ROWS):
            frame = pl.DataFrame(pl.from_arrow(batch)).with_columns(neutralise(pl.col(pl.String)))
            file.write(frame.write_csv(include_header=False).encode())
            rows += frame.height
        return rows
