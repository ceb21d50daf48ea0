"""E-mail addresses: what email-validator says of each, and what kind of address it is."""

from __future__ import annotations

import polars as pl
from email_validator import EmailNotValidError, validate_email

from leadgrade.contacts import email_kinds, vocabulary
from leadgrade.contacts.email_suggestions import suggestions

SCHEMA: dict[str, type[pl.DataType]] = {
    "email_raw": pl.String,
    "is_valid": pl.Boolean,
    "email": pl.String,
    "email_match": pl.String,
    "local_part": pl.String,
    "domain": pl.String,
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
    "level": pl.String,
    "library_version": pl.String,
}
_ANSWER = {"email": pl.String, "local_part": pl.String, "domain": pl.String, "error": pl.String}
# the first text that the library's message holds decides the class; the rest is syntax
_FAULTS = (
    ("must have an @-sign", "no_at"),
    ("at-sign (@)", "no_at"),
    ('at" character', "no_at"),
    ("special-use", "special_use"),
    ("too long", "too_long"),
    ("separated by so many", "too_long"),
    ("after the @-sign", "domain"),
    ("After the @-sign", "domain"),
)


def fault_class(message: str) -> str:
    """Class of a message of email-validator: no_at, special_use, too_long, domain or syntax."""
    return next((kind for text, kind in _FAULTS if text in message), "syntax")


def ask_library(value: str | None) -> tuple[str | None, str | None, str | None, str | None]:
    """(normalised address, local part, ASCII domain, error) as email-validator has it, without the network."""
    if value is None or not value.strip():
        return None, None, None, "empty"
    try:
        found = validate_email(value, check_deliverability=False)
    except EmailNotValidError as error:
        return None, None, None, fault_class(str(error))
    return found.normalized, found.local_part, found.ascii_domain, None


def _answers(distinct: pl.Series) -> pl.DataFrame:
    rows = [ask_library(value) for value in distinct]
    return pl.DataFrame(rows, schema=_ANSWER, orient="row")


def match_form(local: pl.Expr, domain: pl.Expr) -> pl.Expr:
    """Canonical form for matching: lower case, no plus tag, and no dots where the provider ignores them.

    Two people never share it; one person's aliases do.
    """
    plain = local.str.to_lowercase()
    untagged = plain.str.replace(r"^([^+]+)\+.*$", "$1")
    dotless = vocabulary.load("emails")["dotless"]
    provider = domain.replace_strict(dotless, default=None, return_dtype=pl.String)
    name = pl.when(provider.is_not_null()).then(untagged.str.replace_all(".", "", literal=True)).otherwise(untagged)
    return pl.concat_str(name, pl.lit("@"), pl.coalesce(provider, domain))


def _with_kinds(frame: pl.DataFrame) -> pl.DataFrame:
    """Classes of the domain, once per distinct domain, joined to the addresses."""
    kinds = vocabulary.over_distinct(frame["domain"], email_kinds.domain_kinds)
    typed = frame["email_raw"].str.to_lowercase().str.extract(r"@\s*([^@]*)$").str.replace_all(",", ".", literal=True)
    typed = typed.str.replace_all(r"\s|\.$", "")
    return pl.concat([frame, kinds], how="horizontal").with_columns(
        pl.coalesce("domain", typed).alias("asked"),
        typed_local=frame["email_raw"].str.extract(r"^([^@]*)").str.strip_chars(),
    )


def _suggested(frame: pl.DataFrame) -> pl.Series:
    """What was meant by the domain; a comma typed for the dot counts as well."""
    repaired = pl.when(pl.col("domain").is_null() & pl.col("asked").is_in(list(email_kinds.free_domains()))).then(
        "asked"
    )
    comma = pl.col("email_raw").str.contains(r"@[^@]*,")
    frame = frame.with_columns(nearest=suggestions(frame["asked"]))
    return frame.select(pl.coalesce("nearest", pl.when(comma).then(repaired)))["nearest"]


def _distinct_answers(distinct: pl.Series) -> pl.DataFrame:
    frame = pl.concat([pl.DataFrame({"email_raw": distinct}), _answers(distinct)], how="horizontal")
    frame = _with_kinds(frame)
    valid = pl.col("error").is_null()
    other = pl.any_horizontal("is_free", "is_disposable", "is_academic", "is_government")
    local = pl.coalesce("local_part", "typed_local")
    placeholder = email_kinds.is_placeholder(local, pl.col("asked"), pl.col("is_placeholder_domain"))
    frame = frame.with_columns(
        is_valid=valid, is_placeholder=placeholder & (pl.col("error") != "empty").fill_null(value=True)
    )
    frame = frame.with_columns(suggestion=_suggested(frame))
    # lists of throw-away domains hold near misses of providers; a person who mistyped is no spammer
    frame = frame.with_columns(is_disposable=pl.col("is_disposable") & pl.col("suggestion").is_null())
    return frame.with_columns(
        email_match=pl.when(valid).then(match_form(pl.col("local_part"), pl.col("domain"))),
        error=pl.when(pl.col("is_placeholder") & (pl.col("error") == "no_at"))
        .then(pl.lit("placeholder"))
        .otherwise("error"),
        is_role=email_kinds.is_role(pl.col("local_part")),
        is_corporate=valid & ~other,
        level=pl.when(valid).then(pl.lit("syntax")).otherwise(pl.lit("invalid")),
        library_version=pl.lit(vocabulary.answers_version("email-validator")),
    ).select(name for name in SCHEMA if name != "email_raw")


def validate(values: pl.Series | pl.DataFrame) -> pl.DataFrame:
    """Validate e-mail addresses, each distinct value once, without the network.

    ``is_valid`` and ``email`` are exactly what ``email_validator.validate_email(value, check_deliverability=False)`` says
    of the value as it is given: strip blanks before, for the library refuses them.

    Args:
        values: Addresses, or a frame with a column ``email_raw`` (else its first column is taken).

    Returns:
        One row per value, in order, with the columns of the table ``contacts.emails`` but ``email_id``: email_raw, is_valid,
        email (normalised), email_match (for matching: plus tag and provider dots removed), local_part, domain (ASCII),
        registrable_domain, error (empty, no_at, syntax, domain, special_use, too_long, placeholder; null where valid),
        is_free, is_disposable, is_role, is_academic, is_government, is_corporate, is_placeholder, suggestion, domain_country,
        level (invalid or syntax), library_version.
    """
    if isinstance(values, pl.DataFrame):
        values = values["email_raw"] if "email_raw" in values.columns else values.to_series(0)
    series = values.cast(pl.String).alias("email_raw")
    answers = vocabulary.over_distinct(series, _distinct_answers)
    return pl.concat([series.to_frame(), answers], how="horizontal").select(
        pl.col(name).cast(kind) for name, kind in SCHEMA.items()
    )
