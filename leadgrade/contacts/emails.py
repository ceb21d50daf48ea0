"""E-mail addresses: what email-validator says of each, and what kind of address it is."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from leadgrade import arguments
from leadgrade.contacts import email_accept, email_answers, email_rest, vocabulary
from leadgrade.contacts.numbering import numbered, placed

SCHEMA: dict[str, type[pl.DataType]] = {
    "email_raw": pl.String,
    "is_valid": pl.Boolean,
    "email": pl.String,
    "email_match": pl.String,
    "local_part": pl.String,
    "domain": pl.String,
    "domain_unicode": pl.String,
    "registrable_domain": pl.String,
    "error": pl.String,
    "is_free": pl.Boolean,
    "is_disposable": pl.Boolean,
    "is_role": pl.Boolean,
    "is_academic": pl.Boolean,
    "is_government": pl.Boolean,
    "is_corporate": pl.Boolean,
    "is_placeholder": pl.Boolean,
    "suggestion": pl.String,
    "domain_country": pl.String,
    "mail_status": pl.String,
    "level": pl.String,
    "library_version": pl.String,
}
# told by the domain where the address is proven; one table holds the domains, then the addresses that are not
_SHARED = (
    "is_valid", "domain", "domain_unicode", "registrable_domain", "error", "is_free", "is_disposable", "is_academic",
    "is_government", "is_corporate", "is_placeholder", "suggestion", "domain_country", "level",
)  # fmt: skip

# rows at a time: memory stays below 600 MB for a column of any length
_SLICE = 500_000


def _shared(frame: pl.DataFrame) -> pl.DataFrame:
    level = pl.when("is_valid").then(pl.lit("syntax")).otherwise(pl.lit("invalid"))
    return frame.with_columns(level=level).select(pl.col(name).cast(SCHEMA[name]) for name in _SHARED)


def validate(values: pl.Series | pl.DataFrame) -> pl.DataFrame:
    """Validate e-mail addresses without the network.

    ``is_valid``, ``email``, ``local_part``, ``domain``, ``domain_unicode`` and the class of ``error`` are exactly what
    ``email_validator.validate_email(value, check_deliverability=False)`` says of the value as it is given: strip blanks
    before, for the library refuses them. Most addresses are proven without asking it.

    Args:
        values: Addresses, or a frame with them in ``email_raw``, else in ``email``, else in its only column.

    Returns:
        One row per value, in order, with the columns of the table ``contacts.emails`` but ``email_id``: email_raw, is_valid,
        email (normalised), email_match (for matching: plus tag and provider dots removed), local_part, domain (ASCII),
        domain_unicode, registrable_domain, error (empty, no_at, syntax, domain, special_use, too_long, placeholder; null
        where valid), is_free, is_disposable, is_role, is_academic, is_government, is_corporate, is_placeholder, suggestion,
        domain_country, mail_status (always not_asked here), level (invalid or syntax), library_version.

    Raises:
        TypeError: ``values`` is neither, or holds lists or the like.
        ValueError: The frame does not tell which of its columns holds the addresses.
    """
    return _in_slices(_column(values) if isinstance(values, pl.DataFrame) else values, _validated)


def _column(frame: pl.DataFrame) -> pl.Series:
    for name in ("email_raw", "email"):
        if name in frame.columns:
            return frame[name]
    if frame.width == 1:
        return frame.to_series()
    found = ", ".join(frame.columns) or "no columns"
    raise ValueError(f"values: expected a column email_raw or email, found {found}; give the column itself")


def _in_slices(values: pl.Series, answer: Callable[[pl.Series], pl.DataFrame]) -> pl.DataFrame:
    series = arguments.series(values, "values").alias("email_raw")
    return pl.concat([answer(series.slice(at, _SLICE).rechunk()) for at in range(0, max(len(series), 1), _SLICE)])


def answers(values: pl.Series) -> pl.DataFrame:
    """What email-validator says of each address and nothing else: :func:`validate` without kinds of address and domain.

    Returns:
        One row per value, in order: email_raw, is_valid, email, local_part, domain, domain_unicode, error.
    """
    return _in_slices(values, _answered)


def _answered(series: pl.Series) -> pl.DataFrame:
    found = email_accept.accepted(series)
    rows, distinct, places = _others(series, found)
    rest = email_answers.answers(distinct)
    email, local = email_accept.normalised(found)
    domain = found.domains.gather(found.places)
    none = pl.Series([None], dtype=pl.String).new_from_index(0, len(series))
    proven = {"email": email, "local_part": local, "domain": domain, "domain_unicode": domain, "error": none}
    columns = [placed(column, rows, rest[name].gather(places)).alias(name) for name, column in proven.items()]
    return pl.DataFrame([series, *columns]).select(
        "email_raw", pl.col("error").is_null().alias("is_valid"), pl.exclude("email_raw")
    )


def _others(series: pl.Series, found: email_accept.Accepted) -> tuple[pl.Series, pl.Series, pl.Series]:
    """Rows of the addresses that are not proven, their distinct values, and for each row its place among them."""
    rows = found.places.is_null().arg_true()
    return rows, *numbered(series.gather(rows))


def _validated(series: pl.Series) -> pl.DataFrame:
    found = email_accept.accepted(series)
    by_domain = email_accept.domain_columns(found).with_columns(is_valid=True, error=pl.lit(None, dtype=pl.String))
    # the others: all columns once a distinct value, put behind the rows of the domains
    rows, distinct, places = _others(series, found)
    rest = email_rest.all_columns(distinct)
    # in one piece: rows taken from several cost seven times as much
    table = pl.concat([_shared(by_domain), _shared(rest)]).rechunk()
    shared = table[placed(found.places, rows, (places + by_domain.height).cast(pl.UInt32))]
    email, local = email_accept.normalised(found)
    role, placeholder = email_accept.no_persons(found, shared["is_placeholder"])
    own = {"email": email, "local_part": local, "email_match": email_accept.matched(found), "is_role": role}
    own = {name: placed(column, rows, rest[name].gather(places)) for name, column in own.items()}
    own["is_placeholder"] = placed(placeholder, rows, rest["is_placeholder"].gather(places))
    version = pl.lit(vocabulary.answers_version("email-validator")).alias("library_version")
    frame = shared.with_columns(series, version, mail_status=pl.lit("not_asked"), **own)
    return frame.select(pl.col(name).cast(kind) for name, kind in SCHEMA.items())
