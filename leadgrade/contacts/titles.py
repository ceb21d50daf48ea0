"""Job titles to seniority and department, with the contexts in which the words mean something else."""

from __future__ import annotations

import polars as pl

from leadgrade import arguments
from leadgrade.contacts import vocabulary

# letters without an accent that could be taken off
_LETTERS = {"ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ı": "i", "æ": "ae"}
SENIORITIES = ("owner", "c_level", "vp", "director", "manager", "ic", "intern", "student")


def _first_match(text: pl.Expr, rules: dict[str, list[str]]) -> pl.Expr:
    """The name of the first rule that matches, in the order of the file; null where none does."""
    found = [pl.when(text.str.contains("|".join(patterns))).then(pl.lit(name)) for name, patterns in rules.items()]
    return pl.coalesce(found)


def _folded(titles: pl.Expr) -> pl.Expr:
    text = vocabulary.fold_expr(titles.str.to_lowercase().str.replace_many(list(_LETTERS), list(_LETTERS.values())))
    # C.E.O. and V.P. arrive as single letters
    spelled = text.str.replace_all(r"\b([cvms]) ([a-z]) (o|p)\b", "$1$2$3").str.replace_all(
        r"\b([sera]?) ?v p\b", "${1}vp"
    )
    return spelled.str.replace_all(r"\bsr vp\b", "svp").str.replace_all(r"\b(co|vice|non) (?:-|–) ", "$1 ")


def _exception(text: pl.Expr, name: str = "exceptions") -> pl.Expr:
    """Seniority by a list of exceptions; blank where an exception says that nobody knows, null where none matches."""
    rules = vocabulary.load("titles")[name]
    return pl.coalesce(pl.when(text.str.contains(pattern)).then(pl.lit(level or "")) for pattern, level in rules)


def _classify_distinct(distinct: pl.Series) -> pl.DataFrame:
    lists = vocabulary.load("titles")
    frame = pl.DataFrame({"title": distinct}).select(full=_folded(pl.col("title")))
    cut = pl.col("full")
    for pattern in lists["cut"]:
        cut = cut.str.replace(pattern, "")
    frame = frame.with_columns(cut=cut.str.strip_chars())
    # what remains of "Assistant to the CEO" tells of the assistant; "CEO of the group" keeps its first word
    frame = frame.with_columns(cut=pl.when(pl.col("cut") == "").then("full").otherwise("cut"))
    frame = frame.with_columns(
        whole=_exception(pl.col("full"), "whole"),
        exception=_exception(pl.col("cut")),
        by_rule=_first_match(pl.col("cut"), lists["seniority"]),
    )
    seniority = pl.coalesce("whole", "exception", "by_rule")
    return frame.select(
        seniority=pl.when(seniority != "").then(seniority),
        department=_first_match(pl.col("cut"), lists["department"]),
    )


def classify(titles: pl.Series) -> pl.DataFrame:
    """Seniority and department of job titles, each distinct title once.

    Args:
        titles: Titles as typed, in English, German, French, Spanish, Italian, Portuguese, Dutch or Polish.

    Returns:
        seniority (owner, c_level, vp, director, manager, ic, intern, student) and department (sales, marketing, engineering, it,
        finance, hr, operations, legal, procurement, executive, education, support, product), one row per title; null where
        the title tells nothing: unknown is not ic.
    """
    return vocabulary.over_distinct(arguments.series(titles, "titles"), _classify_distinct)


def source_seniority(values: pl.Series) -> pl.Series:
    """Seniority that a source states in its own words ("C suite", "Entry"); null where they are none of ours."""
    folded = pl.DataFrame({"v": values.cast(pl.String)}).select(vocabulary.fold_expr(pl.col("v")))["v"]
    return folded.replace_strict(vocabulary.load("titles")["source_levels"], default=None, return_dtype=pl.String)
