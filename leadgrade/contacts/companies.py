"""Company names for display and for matching."""

from __future__ import annotations

import re
from functools import cache

import polars as pl

from leadgrade import arguments
from leadgrade.contacts import vocabulary


@cache
def _forms_at_end() -> str:
    forms = vocabulary.words_pattern(
        re.escape(str(f)).replace(r"\ ", " ") for f in vocabulary.load("companies")["legal_forms"]
    )
    return rf"(?: (?:{forms}|and))+$"


@cache
def _forms_at_start() -> str:
    return rf"^(?:{vocabulary.words_pattern([*vocabulary.load('companies')['prefixes'], 'and'])} )+"


def _display(text: pl.Expr) -> pl.Expr:
    """No markup, control characters or blanks twice; the spelling stays, for IBM and eBay are names."""
    plain = text.str.replace_all(r"<[^<>]*>", " ").str.replace_many(["&amp;", "&#39;", "&quot;"], ["&", "'", '"'])
    plain = plain.str.replace_all(r"[\p{Cc}\p{Cf}]+", " ").str.replace_all(r"\s+", " ").str.strip_chars(" ,;*|\"'")
    return pl.when(plain != "").then(plain)


def _key(text: pl.Expr) -> pl.Expr:
    # "acme.com" has two words, "S.A." is one; "ß" and "ø" have no accent that could be taken off
    attached = [str(form) for form in vocabulary.load("companies")["attached"]]
    plain = text.str.replace_many(attached, [" "] * len(attached)).str.to_lowercase()
    plain = plain.str.replace_many(["ß", "ø", "æ", "œ", "ł", "đ"], ["ss", "o", "ae", "oe", "l", "d"])
    plain = (
        plain.str.replace_all(r"\.(\p{L}{2,})", " $1")
        .str.replace_all(".", "", literal=True)
        .str.replace_all("['’`]", "")
    )
    plain = vocabulary.fold_expr(plain.str.replace_all("[&+]", " and ").str.replace_all("#", " "))
    words = plain.str.replace(_forms_at_end(), "").str.replace(_forms_at_start(), "")
    words = pl.when(words.str.contains(r"\D")).then(words)  # a number names no company
    known = ~words.is_in(pl.Series(vocabulary.load("companies")["placeholders"]).implode())
    return pl.when((words != "") & known).then(words)


def normalise(values: pl.Series) -> pl.DataFrame:
    """Company names in two forms, each distinct name once.

    Args:
        values: Names as typed.

    Returns:
        company_name (for display: tidy, spelling as typed) and company_key (for matching: lower case, no accents or
        punctuation, "and" for &, no legal form of some 50 countries; null for "self-employed", "n/a" and the like), one row
        per value.
    """

    def answer(distinct: pl.Series) -> pl.DataFrame:
        shown = vocabulary.computed(pl.DataFrame({"v": distinct}), _display(pl.col("v")).alias("company_name"))
        return vocabulary.computed(shown, pl.col("company_name"), _key(pl.col("company_name")).alias("company_key"))

    return vocabulary.over_distinct(arguments.series(values, "values"), answer)
