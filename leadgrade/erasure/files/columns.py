"""Parquet files with single rows changed: the same columns of the same types, packed alike."""

from __future__ import annotations

import datetime as dt
import decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pyarrow.types as pt

from leadgrade.erasure.files.changes import CannotWrite, Changes
from leadgrade.erasure.forms import MARK
from leadgrade.erasure.redaction import Redactor

_ROWS = 20_000
# what stands in a column that may not be empty
_PLAIN: tuple[Any, ...] = ("", 0, 0.0, False, b"", dt.datetime(1970, 1, 1), dt.date(1970, 1, 1), decimal.Decimal(0))


def write(path: Path, target: Path, changes: Changes, redactor: Redactor) -> None:
    """Write the file with its changes."""
    with pq.ParquetFile(path) as file:
        schema, compression = file.schema_arrow, _compression(file)
        target.unlink(missing_ok=True)
        target.touch(mode=0o600)
        following = 1
        with pq.ParquetWriter(target, schema, compression=compression) as writer:
            for batch in file.iter_batches(_ROWS, use_threads=False):
                writer.write_batch(_changed(batch, schema, following, changes, redactor))
                following += len(batch)


def _compression(file: pq.ParquetFile) -> str:
    if not file.metadata.num_row_groups or not file.metadata.num_columns:
        return "NONE"
    name = str(file.metadata.row_group(0).column(0).compression)
    return "NONE" if name == "UNCOMPRESSED" else name


def _changed(
    batch: pa.RecordBatch, schema: pa.Schema, following: int, changes: Changes, redactor: Redactor
) -> pa.RecordBatch:
    numbers = range(following, following + len(batch))
    rows = [number - following for number in changes.rows if number in numbers]
    texts = [number - following for number in changes.mentions if number in numbers]
    if not rows and not texts:
        return batch
    marked = next((i for i, column in enumerate(batch.columns) if _is_text(column.type)), None)
    columns = [
        _column(column, schema.field(i), rows, texts, redactor, is_marked=i == marked)
        for i, column in enumerate(batch.columns)
    ]
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def _is_text(kind: pa.DataType) -> bool:
    return bool(pt.is_string(kind) or pt.is_large_string(kind) or pt.is_string_view(kind))


def _column(
    column: pa.Array, field: pa.Field, rows: list[int], texts: list[int], redactor: Redactor, *, is_marked: bool
) -> pa.Array:
    if not rows and not _holds_text(column.type):
        return column
    values = column.to_pylist()
    for i in rows:
        values[i] = MARK if is_marked else None if field.nullable else _plain(field)
    for i in texts:
        values[i] = _marked(values[i], redactor)
    return pa.array(values, field.type)


def _holds_text(kind: pa.DataType) -> bool:
    return _is_text(kind) or bool(pt.is_nested(kind) or pt.is_dictionary(kind))


def _plain(field: pa.Field) -> Any:
    """The first plain value that a column takes which may not be empty."""
    for value in _PLAIN:
        try:
            pa.array([value], field.type)
        except (pa.ArrowException, TypeError, ValueError):
            continue
        return value
    raise CannotWrite("a column may not be empty and takes no plain value")


def _marked(value: Any, redactor: Redactor) -> Any:
    if isinstance(value, str):
        return redactor.redacted([value])[0]
    if isinstance(value, dict):
        return {key: _marked(item, redactor) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_marked(item, redactor) for item in value]
    return value
