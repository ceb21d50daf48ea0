"""What the domain alone tells of its addresses, once a distinct domain."""

from __future__ import annotations

import polars as pl

from leadgrade.contacts import email_kinds
from leadgrade.contacts.email_suggestions import suggestions

_OTHER_KINDS = ("is_free", "is_disposable", "is_academic", "is_government")


def plain_domains(domains: pl.Series) -> pl.DataFrame:
    """Columns of ``contacts.emails`` that all valid addresses of a domain share.

    Args:
        domains: Distinct valid domains that are their own normalised form: plain ASCII in lower case.

    Returns:
        domain, domain_unicode, registrable_domain, is_free, is_disposable, is_academic, is_government, is_corporate,
        is_placeholder (by the domain alone), suggestion, domain_country: one row per domain.
    """
    frame = pl.DataFrame({"domain": domains}).hstack(email_kinds.domain_kinds(domains))
    frame = frame.with_columns(suggestions(domains).alias("suggestion"), domain_unicode="domain")
    return with_conclusions(frame.rename({"is_placeholder_domain": "is_placeholder"}), pl.lit(value=True))


def with_conclusions(frame: pl.DataFrame, valid: pl.Expr) -> pl.DataFrame:
    """Correct is_disposable by the suggestion and add is_corporate."""
    # lists of throw-away domains hold near misses of providers; a person who mistyped is no spammer
    frame = frame.with_columns(is_disposable=pl.col("is_disposable") & pl.col("suggestion").is_null())
    return frame.with_columns(is_corporate=valid & ~pl.any_horizontal(_OTHER_KINDS))
