"""Looks through a kept file for rows of erased people and for what the rows of others say of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

import polars as pl

from leadgrade.config.sources import Source
from leadgrade.erasure.files.changes import Changes
from leadgrade.erasure.redaction import Redactor
from leadgrade.erasure.traces import SAYS_WHOM
from leadgrade.raw.headers import clean_headers, match_headers
from leadgrade.raw.readers.batches import read_batches
from leadgrade.raw.readers.sniffed import ROW_NUMBER, Batch, Sniffed

# what a cell must hold to be asked about, for it is quicker told
_WORTH = {"email": r"@|%40", "phone": r"[0-9].{0,5}[0-9].{0,5}[0-9]", "profile": r"(?i)linkedin\.com/"}


def look(path: Path, sniffed: Sniffed, source: Source, known: Collection[int], redactor: Redactor) -> Changes:
    """What is to change in a table.

    A row is that of an erased person where the databases know it as such, where a column that says whom it is about
    names one, or where it is no row and holds anything of theirs. Anywhere else it is what others say of them.

    Args:
        path: The file.
        sniffed: What it is.
        source: What sources.yaml says of its source.
        known: Numbers of rows that the databases know as theirs.
        redactor: Knows whom to look for.
    """
    match = match_headers(clean_headers(sniffed.headers), source)
    fields = match.fields if match else {}
    whom = {p for field, positions in fields.items() if field in SAYS_WHOM for p in positions}
    names = {f"c{position}" for position in whom}
    rows, mentions = set(known), set[int]()
    for batch in read_batches(path, sniffed):
        for column, numbers in _found(batch, redactor):
            (rows if column is None or column in names else mentions).update(numbers)
    return Changes(frozenset(rows), frozenset(mentions - rows))


def _found(batch: Batch, redactor: Redactor) -> Iterator[tuple[str | None, list[int]]]:
    """Column and numbers of the rows in which it holds something of theirs; no column for records that are no rows."""
    finder = redactor.finder
    payloads = {r.row_number: r.payload for r in batch.rejects if r.payload}
    if payloads:
        refused = {text for kind in finder.kinds for text in finder.hits(kind, payloads.values())}
        yield None, [number for number, text in payloads.items() if text in refused]
    columns = [name for name in batch.rows.columns if name != ROW_NUMBER]
    for kind in finder.kinds:
        worth = [pl.col(c).filter(pl.col(c).str.contains(_WORTH[kind])).unique().implode() for c in columns]
        asked = {name: texts for name, (texts,) in batch.rows.select(worth).to_dict().items() if len(texts)}
        held = pl.Series(sorted(finder.hits(kind, pl.concat(asked.values()))) if asked else [], dtype=pl.String())
        for name, texts in asked.items():
            here = texts.filter(texts.is_in(held.implode())) if len(held) else held
            if len(here):
                yield name, batch.rows.filter(pl.col(name).is_in(here.implode()))[ROW_NUMBER].to_list()
    if finder.has_names:
        yield from _names(batch, columns, redactor)


def _names(batch: Batch, columns: list[str], redactor: Redactor) -> Iterator[tuple[str, list[int]]]:
    """Cells of several words that hold a name."""
    for name in columns:
        texts = batch.rows[name].filter(batch.rows[name].str.contains(r"\pL[ ,.'-]+\pL")).unique()
        named = redactor.named(texts)
        if named:
            yield name, batch.rows.filter(pl.col(name).is_in(list(named)))[ROW_NUMBER].to_list()
