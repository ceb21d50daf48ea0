"""All columns for the addresses that are not plainly valid: a few in a hundred."""

from __future__ import annotations

import polars as pl

from leadgrade.contacts import email_kinds, email_persons, vocabulary
from leadgrade.contacts.email_answers import answers
from leadgrade.contacts.email_domains import with_conclusions
from leadgrade.contacts.email_match import match_form
from leadgrade.contacts.email_suggestions import suggestions


def _with_kinds(frame: pl.DataFrame) -> pl.DataFrame:
    """Classes of the domain, and what was typed for domain and local part where there is no valid one."""
    kinds = vocabulary.over_distinct(frame["domain"], email_kinds.domain_kinds)
    typed = frame["email_raw"].str.to_lowercase().str.extract(r"@\s*([^@]*)$").str.replace_all(",", ".", literal=True)
    typed = typed.str.replace_all(r"\s|\.$", "")
    return pl.concat([frame, kinds], how="horizontal").with_columns(
        pl.coalesce("domain", typed).alias("asked"),
        typed_local=frame["email_raw"].str.extract(r"^([^@]*)").str.strip_chars(),
    )


def _suggested(frame: pl.DataFrame) -> pl.Series:
    """What was meant by the domain; a comma typed for the dot counts as well."""
    provider = pl.col("asked").is_in(email_kinds.listed(email_kinds.free_domains()))
    comma = pl.col("domain").is_null() & provider & pl.col("email_raw").str.contains(r"@[^@]*,")
    nearest = suggestions(frame["asked"]).alias("nearest")
    return frame.with_columns(nearest).select(pl.coalesce("nearest", pl.when(comma).then("asked")))["nearest"]


def _is_placeholder() -> pl.Expr:
    local = pl.coalesce("local_part", "typed_local")
    made_up = email_persons.is_placeholder(local, pl.col("asked"), pl.col("is_placeholder_domain"))
    return made_up & (pl.col("error") != "empty").fill_null(value=True)


def all_columns(values: pl.Series) -> pl.DataFrame:
    """The columns of :data:`leadgrade.contacts.emails.SCHEMA` that depend on the address, of each distinct value.

    Args:
        values: Distinct addresses as typed.
    """
    frame = pl.DataFrame({"email_raw": values})
    frame = _with_kinds(pl.concat([frame, answers(values)], how="horizontal"))
    valid = pl.col("error").is_null()
    frame = frame.with_columns(is_valid=valid, is_placeholder=_is_placeholder(), suggestion=_suggested(frame))
    no_word = pl.col("is_placeholder") & (pl.col("error") == "no_at")
    return with_conclusions(frame, valid).with_columns(
        email_match=pl.when(valid).then(match_form(pl.col("local_part"), pl.col("domain"))),
        error=pl.when(no_word).then(pl.lit("placeholder")).otherwise("error"),
        is_role=email_persons.is_role(pl.col("local_part")),
    )
