"""Reads a table file batch by batch, every cell as text, every record with its number in the file.

Record 1 is the first after the header; blank lines are not records. Records that do not fit are not lost: they come as
rejects with the same numbering.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from leadgrade.raw.readers.delimited import read_delimited
from leadgrade.raw.readers.json_records import read_json
from leadgrade.raw.readers.parquet import read_parquet
from leadgrade.raw.readers.sheets import read_sheet
from leadgrade.raw.readers.sniffed import Batch, Sniffed

_READERS: dict[str, Callable[[Path, Sniffed], Iterator[Batch]]] = {
    "csv": read_delimited,
    "json": read_json,
    "jsonl": read_json,
    "parquet": read_parquet,
    "xlsx": read_sheet,
}


def read_batches(path: Path, sniffed: Sniffed) -> Iterator[Batch]:
    """Yield the batches of a file that ``sniff`` did not refuse."""
    yield from _READERS[sniffed.format or "csv"](path, sniffed)
