"""The kinds of address computed the long way: one expression a column over every address, nothing skipped."""

from __future__ import annotations

import polars as pl

from leadgrade.contacts import email_kinds, email_persons, email_suggestions, vocabulary
from leadgrade.contacts.email_library import library_answers
from leadgrade.contacts.public_suffixes import suffixes

COLUMNS = (
    "email_match",
    "registrable_domain",
    "is_free",
    "is_disposable",
    "is_role",
    "is_academic",
    "is_government",
    "is_corporate",
    "is_placeholder",
    "suggestion",
    "domain_country",
)


def _match_form(local: pl.Expr, domain: pl.Expr) -> pl.Expr:
    plain = local.str.to_lowercase()
    untagged = plain.str.replace(r"^([^+]+)\+.*$", "$1")
    dotless = vocabulary.load("emails")["dotless"]
    provider = domain.replace_strict(dotless, default=None, return_dtype=pl.String)
    name = pl.when(provider.is_not_null()).then(untagged.str.replace_all(".", "", literal=True)).otherwise(untagged)
    return pl.concat_str(name, pl.lit("@"), pl.coalesce(provider, domain))


def _country() -> pl.Expr:
    generic = pl.Series(vocabulary.load("domains")["generic_country_endings"]).implode()
    ending = pl.col("domain").str.extract(r"\.([a-z]{2})$")
    official = pl.col("domain").str.contains(r"\.(?:com?|net|org|gov|gob|edu|ac|mil|or|ne|go)\.[a-z]{2}$")
    code = pl.when(ending == "uk").then(pl.lit("GB")).otherwise(ending.str.to_uppercase())
    return pl.when(~ending.is_in(generic) | official).then(code)


def _in(column: str, names: frozenset[str]) -> pl.Expr:
    return pl.col(column).is_in(pl.Series(sorted(names)).implode()).fill_null(value=False)


def _listed(own: str) -> pl.Expr:
    lists = vocabulary.load("domains")
    pattern = "|".join(lists[f"{own}_patterns"])
    names = frozenset(lists[own])
    by_rule = pl.col("domain").str.contains(pattern).fill_null(value=False)
    return _in("domain", names) | _in("registrable_domain", names) | by_rule


def _suggestion(domain: str | None) -> str | None:
    if not domain or email_suggestions._is_known(domain):
        return None
    return email_suggestions._suggest(domain)


def _with_domain_kinds(frame: pl.DataFrame) -> pl.DataFrame:
    below = [suffixes().privatesuffix(d) if d else None for d in frame["domain"]]
    frame = frame.with_columns(pl.Series("registrable_domain", below, dtype=pl.String))
    throwaway = email_kinds.disposable_domains()
    frame = frame.with_columns(is_disposable=_in("domain", throwaway) | _in("registrable_domain", throwaway))
    frame = frame.with_columns(is_free=_in("domain", email_kinds.free_domains()) & ~pl.col("is_disposable"))
    rest = ~pl.col("is_disposable") & ~pl.col("is_free")
    frame = frame.with_columns(is_academic=_listed("academic") & rest)
    placeholder = frozenset(vocabulary.load("domains")["placeholder"])
    reserved = pl.col("domain").str.contains(email_kinds._RESERVED).fill_null(value=False)
    return frame.with_columns(
        is_government=_listed("government") & rest & ~pl.col("is_academic"),
        is_placeholder_domain=_in("domain", placeholder) | reserved,
        domain_country=_country(),
    )


def _typed() -> pl.Expr:
    domain = pl.col("email_raw").str.to_lowercase().str.extract(r"@\s*([^@]*)$").str.replace_all(",", ".", literal=True)
    return domain.str.replace_all(r"\s|\.$", "")


def columns(values: pl.Series) -> pl.DataFrame:
    """:data:`COLUMNS` of each address."""
    frame = pl.DataFrame({"email_raw": values}).hstack(library_answers(values))
    frame = _with_domain_kinds(frame).with_columns(asked=pl.coalesce("domain", _typed()))
    valid = pl.col("error").is_null()
    local = pl.coalesce("local_part", pl.col("email_raw").str.extract(r"^([^@]*)").str.strip_chars())
    made_up = email_persons.is_placeholder(local, pl.col("asked"), pl.col("is_placeholder_domain"))
    nearest = pl.Series("nearest", [_suggestion(d) for d in frame["asked"]], dtype=pl.String)
    comma = (
        pl.col("domain").is_null()
        & _in("asked", email_kinds.free_domains())
        & pl.col("email_raw").str.contains("@[^@]*,")
    )
    frame = frame.with_columns(nearest).with_columns(
        suggestion=pl.coalesce("nearest", pl.when(comma).then("asked")),
        is_placeholder=made_up & (pl.col("error") != "empty").fill_null(value=True),
    )
    frame = frame.with_columns(is_disposable=pl.col("is_disposable") & pl.col("suggestion").is_null())
    other = pl.any_horizontal("is_free", "is_disposable", "is_academic", "is_government")
    return frame.select(
        email_match=pl.when(valid).then(_match_form(pl.col("local_part"), pl.col("domain"))),
        is_role=email_persons.is_role(pl.col("local_part")),
        is_corporate=valid & ~other,
        **{name: name for name in COLUMNS if name not in {"email_match", "is_role", "is_corporate"}},
    ).select(COLUMNS)
