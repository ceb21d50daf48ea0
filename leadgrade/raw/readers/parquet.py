"""Parquet files: every column as text, structs flattened to dotted names; converted by columns, never by rows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pyarrow.types as pt

from leadgrade.raw.readers.arrow_text import as_text, is_valid
from leadgrade.raw.readers.sniffed import ROW_NUMBER, Batch, Reject, Sniffed, column_names

ROWS = 20_000
_CELLS = 1_000_000  # of a batch
_BUFFER = 1 << 20
_BROKEN = "text that is no UTF-8; write the file again with valid text"
_FAULTS = (pa.ArrowException, OSError, ValueError, OverflowError, RecursionError, MemoryError)


def sniff_parquet(path: Path) -> Sniffed:
    """Tell the columns of a parquet file; its pages are read to the end, so that a damaged file is known as one."""
    try:
        with _open(path) as file:
            headers = tuple(name for field in file.schema_arrow for name in _names(field.name, field.type))
            for batch in file.iter_batches(_batch_rows(file), use_threads=False):
                del batch
    except _FAULTS:
        return Sniffed(refused="unreadable", detail="a damaged or encrypted parquet file; export it again")
    if not headers:
        return Sniffed(format="parquet", refused="empty", detail="the file has no column")
    return Sniffed(format="parquet", headers=headers)


def read_parquet(path: Path, sniffed: Sniffed) -> Iterator[Batch]:
    """Yield the rows as text.

    Times are ISO 8601 in UTC, booleans ``true`` and ``false``, whole numbers without ``.0``, lists of plain values joined by
    ``;``, other nested values JSON. Bytes are read as UTF-8, null where they are none; a row whose text is no UTF-8 is
    refused (``bad_encoding``).
    """
    following = 1
    with _open(path) as file:
        for batch in file.iter_batches(_batch_rows(file), use_threads=False):
            yield _converted(batch, sniffed, following)
            following += len(batch)


def _open(path: Path) -> pq.ParquetFile:
    # a buffer makes it read pages one by one instead of whole column chunks
    return pq.ParquetFile(path, buffer_size=_BUFFER, pre_buffer=False)


def _batch_rows(file: pq.ParquetFile) -> int:
    return max(1, min(ROWS, _CELLS // max(1, int(file.metadata.num_columns))))


def _names(name: str, kind: pa.DataType) -> list[str]:
    """Names of a column: those of its members where it is a struct."""
    if not pt.is_struct(kind) or not kind.num_fields:
        return [name]
    return [leaf for member in kind.fields for leaf in _names(f"{name}.{member.name}", member.type)]


def _leaves(array: pa.Array) -> list[pa.Array]:
    if not pt.is_struct(array.type) or not array.type.num_fields:
        return [array]
    return [leaf for member in array.flatten() for leaf in _leaves(member)]


def _converted(batch: pa.RecordBatch, sniffed: Sniffed, following: int) -> Batch:
    leaves = [leaf for column in batch.columns for leaf in _leaves(column)]
    texts = [as_text(leaf) for leaf in leaves]
    broken = pl.repeat(False, len(batch), dtype=pl.Boolean(), eager=True)
    for leaf, text in zip(leaves, texts, strict=True):
        if not is_valid(leaf):
            broken |= pl.Series(pl.from_arrow(pc.and_(leaf.is_valid(), text.is_null())), dtype=pl.Boolean())
    names = column_names(len(leaves))
    data = {n: pl.Series(n, pl.from_arrow(text), dtype=pl.String()) for n, text in zip(names, texts, strict=True)}
    numbers = pl.int_range(following, following + len(batch), dtype=pl.Int64(), eager=True)
    rows = pl.DataFrame(data | {ROW_NUMBER: numbers})
    if not broken.any():
        return Batch(rows)
    refused = rows.filter(broken)
    payloads = refused.drop(ROW_NUMBER).rename(dict(zip(names, _unique(sniffed.headers), strict=True))).to_dicts()
    rejects = [
        Reject(number, "bad_encoding", _BROKEN, json.dumps(payload, ensure_ascii=False))
        for number, payload in zip(refused[ROW_NUMBER], payloads, strict=True)
    ]
    return Batch(rows.filter(~broken), rejects)


def _unique(headers: tuple[str, ...]) -> list[str]:
    return [f"{header} ({i})" if header in headers[:i] else header for i, header in enumerate(headers)]
