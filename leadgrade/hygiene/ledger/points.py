"""Whom a record of consent is about: one row a contact point, in its normal form."""

from __future__ import annotations

import numpy as np
import polars as pl

from leadgrade.contacts import countries, emails, phones, vocabulary
from leadgrade.contacts.text_views import alone
from leadgrade.engine import sql_file
from leadgrade.engine.duckdb import DuckDBEngine, polars_schema
from leadgrade.masking import EMAIL, NUMBER

TABLE = "hygiene.consent_arrivals"
_RECORDS = "hygiene.consent_records"
TABLES = (TABLE, _RECORDS)
READS = sql_file(_RECORDS).reads
_CALLS = ("phone", "sms")
# texts that people or systems chose: few different ones, and anybody may read the ledger
_FROM_OUTSIDE = ("channel", "purpose", "action", "lawful_basis", "capture_source", "capture_method")


def build(engine: DuckDBEngine) -> int:
    """Make ``hygiene.consent_arrivals`` from the view hygiene.consent_records, batch by batch; return its rows."""
    engine.define(_RECORDS, sql_file(_RECORDS).query)
    return engine.map_batches(f"select * from {_RECORDS}", arrivals, TABLE)


def arrivals(records: pl.DataFrame) -> pl.DataFrame:
    """One row a record and contact point.

    A record about calls is about its number, any other about its address. Where it is about every channel and names both,
    it makes two rows, and that of the address says nothing of calls (``names_number``). A record that names neither is
    about the source's id.

    Args:
        records: Rows of hygiene.consent_records.

    Returns:
        The columns of hygiene.consent_arrivals: whom (``subject_kind``, ``subject_value``) instead of what was typed.
    """
    known = records.with_columns(
        email=normal_emails(records["email_typed"]),
        phone=normal_phones(records["phone_typed"], records["phone_region"]),
        jurisdiction=_jurisdictions(records["jurisdiction"]),
    ).with_columns(without_contacts(records[name]) for name in _FROM_OUTSIDE)
    is_any = pl.coalesce("channel", pl.lit("any")) == "any"
    is_domain = (pl.col("scope") == "domain").fill_null(value=False) & pl.col("email").is_not_null()
    is_call = pl.col("channel").is_in(_CALLS).fill_null(value=False) & pl.col("phone").is_not_null()
    is_email = pl.col("email").is_not_null() & ~is_call
    kind = (
        pl.when(is_domain).then(pl.lit("domain")).when(is_email).then(pl.lit("email"))
        .when(pl.col("phone").is_not_null()).then(pl.lit("phone")).otherwise(pl.lit("id"))
    )  # fmt: skip
    both = is_any & is_email & ~is_domain & pl.col("phone").is_not_null()
    rows = known.with_columns(subject_kind=kind, names_number=both)
    calls = rows.filter(pl.col("names_number")).with_columns(
        subject_kind=pl.lit("phone"), names_number=pl.lit(value=False)
    )
    named = pl.concat([rows, calls]).with_columns(subject_value=_value())
    return named.select(list(polars_schema(TABLE)))


def _value() -> pl.Expr:
    by_id = pl.concat_str(pl.col("source").fill_null(""), pl.lit(":"), pl.coalesce("subject_id", "record_id"))
    return (
        pl.when(pl.col("subject_kind") == "domain").then(pl.col("email").str.split("@").list.last())
        .when(pl.col("subject_kind") == "email").then("email")
        .when(pl.col("subject_kind") == "phone").then("phone")
        .otherwise(by_id)
    )  # fmt: skip


def normal_emails(typed: pl.Series) -> pl.Series:
    """Addresses as email-validator normalises them, in small letters; what it refuses as typed, trimmed; null for blanks."""
    plain = typed.cast(pl.String).str.strip_chars()
    found = emails.answers(plain)["email"]
    normal = pl.select(pl.coalesce(found, plain).str.to_lowercase()).to_series()
    return pl.select(pl.when(normal != "").then(normal)).to_series().alias("email")


def normal_phones(typed: pl.Series, regions: pl.Series) -> pl.Series:
    """Numbers in E.164 where they are valid, else their digits; null where there are none."""
    known = typed.is_not_null()
    if not known.any():
        return pl.Series("phone", [None], pl.String).new_from_index(0, len(typed))
    numbers = typed.filter(known)
    found = phones.validate(numbers, regions.filter(known))["phone_e164"]
    # where 00 is no way to dial abroad, people write it all the same
    abroad = numbers.str.replace(r"^\s*00", "+")
    is_open = found.is_null() & (abroad != numbers)
    if is_open.any():
        retried = phones.validate(abroad.filter(is_open), None)["phone_e164"]
        found = pl.select(pl.coalesce(found, alone(len(numbers), np.flatnonzero(is_open), retried))).to_series()
    digits = numbers.str.replace_all(r"[^0-9]", "")
    normal = pl.select(pl.coalesce(found, pl.when(digits != "").then(digits))).to_series()
    return alone(len(typed), np.flatnonzero(known), normal).alias("phone")


def without_contacts(texts: pl.Series) -> pl.Series:
    """Texts in which a mark stands for addresses and numbers, and a blank for control characters."""
    if texts.null_count() == len(texts):
        return texts

    def answer(distinct: pl.Series) -> pl.DataFrame:
        plain = pl.col("v").str.replace_all(r"[\x00-\x1f]", " ")
        masked = plain.str.replace_all(EMAIL, "[e-mail]").str.replace_all(NUMBER, "[number]")
        return pl.DataFrame({"v": distinct.cast(pl.String)}).select(text=masked)

    return vocabulary.over_distinct(texts, answer)["text"].alias(texts.name)


def _jurisdictions(typed: pl.Series) -> pl.Series:
    """ISO2 where the text names a country, else the text in capitals (EU, US-CA, or what nobody knows)."""
    if typed.null_count() == len(typed):
        return typed.cast(pl.String)
    plain = without_contacts(typed.cast(pl.String)).str.strip_chars().str.to_uppercase()
    return pl.select(pl.coalesce(countries.to_iso2(plain), pl.when(plain != "").then(plain))).to_series()
