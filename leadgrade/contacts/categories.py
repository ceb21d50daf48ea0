"""Fields of few values: source channel, industry, buying role, lawful basis, and values under underscores."""

from __future__ import annotations

from functools import cache

import polars as pl

from leadgrade.contacts import vocabulary


@cache
def _synonyms(field: str) -> dict[str, str]:
    return vocabulary.synonyms(vocabulary.load("categories")[field])


def _folded(values: pl.Series, field: str) -> pl.DataFrame:
    def answer(distinct: pl.Series) -> pl.DataFrame:
        key = pl.DataFrame({"v": distinct}).select(vocabulary.fold_expr(pl.col("v")))["v"]
        return pl.DataFrame({"known": key.replace_strict(_synonyms(field), default=None, return_dtype=pl.String)})

    known = vocabulary.over_distinct(values.cast(pl.String), answer)
    plain = pl.DataFrame({"plain": values.cast(pl.String)}).select(
        pl.col("plain").str.to_lowercase().str.replace_all(r"[_\s]+", " ").str.strip_chars()
    )
    return pl.concat([known, plain], how="horizontal")


def _known_or_plain(values: pl.Series, field: str) -> pl.Series:
    plain = pl.when(pl.col("plain") != "").then("plain")
    return _folded(values, field).select(pl.coalesce("known", plain).alias(values.name))[values.name]


def channel(values: pl.Series) -> pl.Series:
    """Source channel: one of the contract's words ("Google Ads" -> paid_search), else the text in lower case."""
    return _known_or_plain(values, "source_channel")


def _told(values: pl.Series) -> pl.Series:
    """Without the words that stand for no industry at all."""
    words = pl.Series(
        [vocabulary.fold(str(w)) for w in vocabulary.load("categories")["industry_placeholders"]]
    ).implode()

    def answer(distinct: pl.Series) -> pl.DataFrame:
        nothing = vocabulary.fold_expr(pl.col("v")).is_in(words)
        return pl.DataFrame({"v": distinct}).select(told=pl.when(~nothing).then("v"))

    return vocabulary.over_distinct(values.cast(pl.String), answer)["told"].alias(values.name)


def industry(values: pl.Series) -> pl.Series:
    """Industry in lower case, synonyms folded ("COMPUTER_SOFTWARE" -> software). Use it on configured industries as well."""
    return _known_or_plain(_told(values), "industry")


def industry_from(values: pl.Series) -> pl.Series:
    """Where :func:`industry` has its word from: ``synonym`` (folded by the list) or ``field`` (as typed)."""
    typed = pl.when(pl.col("plain") != "").then(pl.lit("field"))
    folded = pl.when(pl.col("known").is_not_null()).then(pl.lit("synonym"))
    return _folded(_told(values), "industry").select(pl.coalesce(folded, typed).alias(values.name))[values.name]


def buying_role(values: pl.Series) -> pl.Series:
    """Buying role: budget_holder, decision_maker, influencer, champion, end_user; other for any other text."""
    folded = _folded(values, "buying_role")
    other = pl.when(pl.col("plain") != "").then(pl.lit("other"))
    return folded.select(pl.coalesce("known", other).alias(values.name))[values.name]


def lawful_basis(values: pl.Series) -> pl.Series:
    """Lawful basis as the source says: consent, legitimate_interest, contract, ...; unknown words under underscores."""
    folded = _folded(values, "lawful_basis")
    return folded.select(pl.coalesce("known", under_scores(pl.col("plain"))).alias(values.name))[values.name]


def under_scores(text: pl.Expr) -> pl.Expr:
    """Lower case, words joined by underscores: "Open - Not Contacted" -> open_not_contacted."""
    plain = text.str.to_lowercase().str.replace_all(r"[^\p{L}\p{N}]+", "_").str.strip_chars("_")
    return pl.when(plain != "").then(plain)


def technologies(text: pl.Expr) -> pl.Expr:
    """Technologies in lower case, ';' between them."""
    parts = (
        text.str.to_lowercase()
        .str.replace_all(r"[\[\]\"]", "")
        .str.replace_all(r"\s*[;,|\n]\s*", ";")
        .str.replace_all(";{2,}", ";")
    )
    plain = parts.str.strip_chars("; ")
    return pl.when(plain != "").then(plain)
