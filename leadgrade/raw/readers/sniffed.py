"""What a file was found to be, and what its readers hand on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

ROW_NUMBER = "row_number"


@dataclass(frozen=True, slots=True)
class Sniffed:
    """What a file is.

    Attributes:
        format: ``csv`` (any delimiter), ``xlsx`` (any workbook), ``json`` (one array or object), ``jsonl`` or ``parquet``;
            None where it is no table.
        compression: ``gzip``, ``zstd`` or ``bz2``; None where the bytes lie open.
        encoding: Encoding of the text, a Python codec; None where there is no text.
        delimiter: Field delimiter of delimited text.
        headers: The header record as it stands there (of JSON: every key, in the order of first sight).
        title_lines: Filled lines above the header, which are no rows.
        first_line: Lines of delimited text before the first one after the header.
        sheet: Sheet of a workbook; None for the first that has a filled cell.
        refused: Why it is no table: ``empty`` or ``unreadable``.
        detail: The same for people.
    """

    format: str | None = None
    compression: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    headers: tuple[str, ...] = ()
    title_lines: int = 0
    first_line: int = 1
    sheet: str | None = None
    refused: str | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Reject:
    """A record that is no row of the table: its number, a reason of docs/intake.md, and the record as text."""

    row_number: int
    reason: str
    detail: str
    payload: str | None


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows as text in columns ``c0 .. cN`` with their ``row_number``, and the records between them that are no rows."""

    rows: pl.DataFrame
    rejects: Sequence[Reject] = field(default_factory=list)
    is_plain: bool = False  # no control or zero-width character in any cell
    may_have_markup: bool = True  # '<' or '&' in some cell

    @property
    def records(self) -> int:
        """Records of the file in this batch, good and bad."""
        return len(self.rows) + len(self.rejects)


def column_names(width: int) -> list[str]:
    """Names of the columns of a batch; the header's own names may repeat or be empty."""
    return [f"c{i}" for i in range(width)]


def make_frame(rows: Sequence[Sequence[str | None]], numbers: Sequence[int], width: int) -> pl.DataFrame:
    """Records of equal width as a batch frame."""
    columns = zip(*rows, strict=True) if rows else [()] * width
    names = column_names(width)
    data = {name: pl.Series(name, list(values), dtype=pl.String()) for name, values in zip(names, columns, strict=True)}
    return pl.DataFrame(data | {ROW_NUMBER: pl.Series(ROW_NUMBER, numbers, dtype=pl.Int64())})
