"""Dirt: what keyboards, spreadsheets and import jobs do to good values. Applied to the few rows that it hits."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from leadgrade.demo.dice import Dice, u64
from leadgrade.demo.words import NULL_TOKENS

LETTERS = pl.Series(list("etaoinsrhldcumfpgwybvkxjqz"))
_KINDS = 8


def plain(text: pl.Expr) -> pl.Expr:
    """Lower-case ASCII letters of a name, as mailboxes are made of."""
    german = text.str.to_lowercase().str.replace_all("ß", "ss", literal=True)
    return german.str.normalize("NFKD").str.replace_all(r"[^a-z]", "")


def without_accents(text: pl.Expr) -> pl.Expr:
    """The text without accents: 'José' -> 'Jose'."""
    return text.str.normalize("NFKD").str.replace_all(r"\p{M}", "")


def phonetic(text: pl.Expr) -> pl.Expr:
    """The text as it sounds: 'Philip' -> 'Filip'."""
    for written, heard in (
        ("ph", "f"),
        ("Ph", "F"),
        ("ck", "k"),
        ("ie", "y"),
        ("th", "t"),
        ("Th", "T"),
        ("ei", "ai"),
        ("sch", "sh"),
    ):
        text = text.str.replace(written, heard, literal=True)
    return text


def typo(text: pl.Expr, dice: Dice, name: str) -> pl.Expr:
    """One slip of the keyboard or of the ear."""
    kind = dice.below(f"{name}/kind", _KINDS)
    length = text.str.len_chars()
    at = 1 + (dice.unit(f"{name}/at") * (length.cast(pl.Int64) - 2).clip(0)).cast(pl.Int64)
    head, letter, tail = text.str.slice(0, at), text.str.slice(at, 1), text.str.slice(at + 1)
    slip = (
        pl.when(kind == 0).then(pl.concat_str(head, dice.pick(f"{name}/letter", LETTERS), tail))
        .when(kind == 1).then(pl.concat_str(head, tail))
        .when(kind == 2).then(pl.concat_str(head, tail.str.slice(0, 1), letter, tail.str.slice(1)))
        .when(kind == 3).then(pl.concat_str(head, letter, letter, tail))
        .when(kind == 4).then(phonetic(text))
        .when(kind == 5).then(text.str.to_uppercase())
        .when(kind == 6).then(text.str.to_lowercase())
        .otherwise(without_accents(text))
    )  # fmt: skip
    return pl.when(length > 2).then(slip).otherwise(text)


def strike(frame: pl.DataFrame, hits: pl.Expr, change: Callable[[pl.DataFrame], pl.DataFrame]) -> pl.DataFrame:
    """Change only the rows that are hit; the others are not even looked at.

    Args:
        frame: Any rows.
        hits: Which of them are changed.
        change: Makes rows of the same shape of those that are hit.
    """
    marked = frame.select(hits.alias("hit"))["hit"].fill_null(value=False)
    places = marked.arg_true()
    if not len(places):
        return frame
    changed = change(frame[places])
    names = [name for name in frame.columns if not changed[name].equals(frame[name][places], null_equal=True)]
    return frame.with_columns(frame[name].scatter(places, changed[name]) for name in names)


def gaps(text: pl.Expr, dice: Dice, name: str, share: float) -> pl.Expr:
    """Leave a share of the cells empty; one empty cell in fifteen holds a token that means nothing."""
    # one draw for both: whether the cell is empty, and with what
    drawn = dice.below(f"gap/{name}", 15 * 1000)
    empty = round(share * 15 * 1000)
    token = pl.lit(pl.Series(NULL_TOKENS)).gather(drawn % u64(len(NULL_TOKENS)))
    text = text.cast(pl.String)
    return pl.when(drawn >= empty).then(text).when(drawn < empty // 15).then(token).otherwise(None)
