"""Cells of a batch: trimmed, without markup, null where a word in them stands for nothing; the word is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html.entities import html5

import polars as pl

from leadgrade.raw.cells.values import INVISIBLE, NULL_REASONS, NULL_WORDS
from leadgrade.raw.readers.sniffed import ROW_NUMBER, Batch

# tags that forms and mail programs leave in text; "<test lead: ...>" and "<anna@example.com>" are none
_TAG = (
    r"(?i)</?(?:a|b|i|u|p|br|hr|em|li|ol|ul|td|th|tr|h[1-6]|div|img|pre|body|code|font|head|html|span|table|tbody|thead|"
    r"script|strong|style|blockquote)(?:\s+[a-z-]+\s*=[^<>]*)?\s*/?>"
)
_ENTITIES = {f"&{name}": text for name, text in html5.items() if name.endswith(";")} | {
    "&nbsp;": " ", "&#160;": " ", "&#39;": "'", "&#039;": "'", "&#x27;": "'", "&#34;": '"', "&#38;": "&",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cells:
    """A batch with its cells cleaned.

    Attributes:
        rows: ``c0 .. cN`` with nulls where nothing is meant, and ``row_number``.
        words: ``row_number`` and the trimmed text of the columns in which some cell holds a word for nothing.
        null_tokens: Position -> number of such cells.
    """

    rows: pl.DataFrame
    words: pl.DataFrame
    null_tokens: dict[int, int]


def clean_cells(batch: Batch, strip: str | None, text_positions: Sequence[int]) -> Cells:
    """Clean a batch.

    Args:
        batch: As it was read.
        strip: Pattern of a prefix that the system puts before values; its group 1 is the value.
        text_positions: Columns from which markup is taken away.
    """
    cells = pl.exclude(ROW_NUMBER)
    shown = cells if batch.is_plain else cells.str.replace_all(INVISIBLE, "")
    trimmed = batch.rows.with_columns(shown.str.strip_chars())
    rows = trimmed.with_columns(pl.when(~(cells.is_in(NULL_WORDS) | (cells == ""))).then(cells))
    tokens = _null_tokens(trimmed, rows)
    if strip:
        rows = rows.with_columns(cells.str.replace(strip, "${1}"))
    if batch.may_have_markup:
        rows = _without_markup(rows, text_positions)
    return Cells(rows, trimmed.select(ROW_NUMBER, *(f"c{p}" for p in tokens)), tokens)


def _null_tokens(trimmed: pl.DataFrame, rows: pl.DataFrame) -> dict[int, int]:
    """Cells by position whose text became null; empty ones and those that were null before do not count."""
    names = [name for name in rows.columns if name != ROW_NUMBER]
    nulls = rows.select(pl.col(names).null_count()).row(0)
    blank = trimmed.select((pl.col(names) == "").sum() + pl.col(names).null_count()).row(0)
    return {p: n - b for p, (n, b) in enumerate(zip(nulls, blank, strict=True)) if n > b}


def null_reason(text: pl.Expr) -> pl.Expr:
    """Why a text counts as empty, and the text: ``not_selected (Select)``; null for all other texts."""
    return text.replace_strict(NULL_REASONS, default=None, return_dtype=pl.String())


def _without_markup(rows: pl.DataFrame, positions: Sequence[int]) -> pl.DataFrame:
    """Without the tags and entities of HTML, in the columns that show any."""
    names = [f"c{p}" for p in positions]
    marked = rows.select(
        (pl.col(names).str.contains("<", literal=True) | pl.col(names).str.contains("&", literal=True)).any()
    )
    shown = [name for name in names if marked[name][0]]
    return rows.with_columns(map(plain_text, shown)) if shown else rows


def plain_text(name: str) -> pl.Expr:
    """A column without HTML: known tags are blanks, entities are their characters; null where nothing is left."""
    text = (
        pl.col(name)
        .str.replace_all(_TAG, " ")
        .str.replace_many(list(_ENTITIES), list(_ENTITIES.values()))
        .str.strip_chars()
    )
    changed = pl.col(name).str.contains(_TAG) | pl.col(name).str.contains(r"&#?\w+;")
    said = (text != "") & ~text.is_in(NULL_WORDS)
    return pl.when(~changed).then(pl.col(name)).when(said).then(text).alias(name)
