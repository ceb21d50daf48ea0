"""The library's answer to any address: proven where it can be, asked for where not."""

from __future__ import annotations

import polars as pl

from leadgrade.contacts import email_library as library
from leadgrade.contacts import email_proofs as proofs

_TEXTS = ("email", "local_part", "domain", "domain_unicode", "error")


def _domain_answers(domains: pl.Series) -> pl.DataFrame:
    """``ascii``, ``unicode``, ``error`` and ``decided_by`` of each domain: proven, or the library's own word."""
    frame = pl.DataFrame({"domain": domains})
    frame = frame.with_columns(error=proofs.first_fault(proofs.DOMAIN_FAULTS, "valid"))
    lower = pl.when(pl.col("error") == "valid").then(pl.col("domain").str.to_lowercase())
    proven = frame.filter(pl.col("error") != "library").select(
        "domain",
        lower.alias("ascii"),
        lower.alias("unicode"),
        pl.col("error").replace("valid", None),
        pl.lit("proof").alias("decided_by"),
    )
    latin, left = _latin_answers(frame.filter(pl.col("error") == "library")["domain"])
    asked = library.domain_answers(left).select(left, "ascii", "unicode", "error", decided_by=pl.lit("domain"))
    return pl.concat([proven, latin, asked])


def _ascii_form(domain: str) -> str:
    labels = (label if label.isascii() else f"xn--{label.encode('punycode').decode()}" for label in domain.split("."))
    return ".".join(labels)


def _latin_answers(domains: pl.Series) -> tuple[pl.DataFrame, pl.Series]:
    """Answers to the valid domains of Latin letters with accents, and the domains that are left."""
    frame = pl.DataFrame({"typed": domains}).with_columns(domain=pl.col("typed").str.to_lowercase())
    latin = frame.filter(proofs.is_latin_domain())
    ascii_forms = pl.Series("domain", [_ascii_form(domain) for domain in latin["domain"]], dtype=pl.String)
    found = pl.DataFrame({"typed": latin["typed"], "unicode": latin["domain"], "domain": ascii_forms})
    found = found.filter(proofs.is_plain_ascii_form())
    answers = found.select(
        pl.col("typed").alias("domain"),
        pl.col("domain").alias("ascii"),
        "unicode",
        pl.lit(None, dtype=pl.String).alias("error"),
        pl.lit("proof").alias("decided_by"),
    )
    return answers, frame.join(found, on="typed", how="anti")["typed"].alias("domain")


def _is_too_long() -> pl.Expr:
    """Any of the three forms that the library measures: as typed, normalised, with the domain in ASCII."""
    widest = pl.max_horizontal(pl.col("ascii").str.len_bytes(), pl.col("unicode").str.len_bytes())
    whole = pl.col("local").str.len_bytes() + 1 + widest
    return (pl.col("email_raw").str.len_bytes() > library.MAX_BYTES) | (whole > library.MAX_BYTES)


def _by_domain(frame: pl.DataFrame) -> pl.DataFrame:
    """Answers to addresses whose local part is fine: the domain and the length decide."""
    answers = _domain_answers(frame["domain"].unique())
    frame = frame.join(answers, on="domain", how="left")
    error = pl.coalesce("error", pl.when(_is_too_long()).then(pl.lit("too_long")))
    frame = frame.with_columns(error=error)
    local = pl.when(proofs.is_mailbox_name(pl.col("local"))).then(pl.col("local").str.to_lowercase()).otherwise("local")
    valid = pl.col("error").is_null()
    return frame.select(
        "row",
        pl.when(valid).then(pl.concat_str(local, pl.lit("@"), "unicode")).alias("email"),
        pl.when(valid).then(local).alias("local_part"),
        pl.when(valid).then("ascii").alias("domain"),
        pl.when(valid).then("unicode").alias("domain_unicode"),
        "error",
        "decided_by",
    )


def answers(values: pl.Series) -> pl.DataFrame:
    """What ``validate_email(value, check_deliverability=False)`` says of each value.

    Args:
        values: Distinct addresses as typed; what is not proven is asked for once a row.

    Returns:
        One row per value, in order: email, local_part, domain (ASCII), domain_unicode (null where not valid), error (class of
        the library's message, null where valid), decided_by (proof; domain: the library was asked about the domain;
        library: about the whole address).
    """
    text = pl.col("email_raw")
    frame = pl.DataFrame({"email_raw": values.cast(pl.String)}).with_row_index("row")
    frame = frame.with_columns(parts=text.str.splitn("@", 2)).unnest("parts")
    domain = pl.col("field_1")
    frame = frame.with_columns(local=pl.when(domain.is_not_null()).then("field_0"), domain=domain)
    frame = frame.with_columns(route=proofs.first_fault(proofs.VALUE_FAULTS, "by_domain"))
    nothing = [pl.lit(None, dtype=pl.String).alias(name) for name in _TEXTS[:-1]]
    faulty = frame.filter(~pl.col("route").is_in(["library", "by_domain"])).select(
        "row", *nothing, pl.col("route").alias("error"), pl.lit("proof").alias("decided_by")
    )
    left = frame.filter(pl.col("route") == "library")
    asked = pl.concat([left.select("row"), library.library_answers(left["email_raw"])], how="horizontal").with_columns(
        decided_by=pl.lit("library")
    )
    by_domain = _by_domain(frame.filter(pl.col("route") == "by_domain").drop("route"))
    return pl.concat([faulty, asked, by_domain]).sort("row").drop("row")
