"""Websites and domains: from what people type to the domain that a company registered."""

from __future__ import annotations

from functools import cache

import polars as pl

from leadgrade import arguments
from leadgrade.contacts import public_suffixes, vocabulary
from leadgrade.contacts.email_kinds import disposable_domains, free_domains
from leadgrade.contacts.name_sets import NameSet
from leadgrade.contacts.numbering import numbered, placed

# scheme, user and "www" before the host; port, path, query and fragment after it
_HOST = r"^(?:[a-z][a-z0-9+.-]*:)?(?://)?(?:[^/@\s]*@)?([^/:?#\s,;@]+)"
_DOMAIN = r"^(?:[\p{L}\p{N}](?:[\p{L}\p{N}_-]*[\p{L}\p{N}])?\.)+[\p{L}][\p{L}\p{N}-]*[\p{L}\p{N}]$"


def registrable_names(domains: pl.Series) -> pl.Series:
    """The domain below the public suffix (shop.acme.co.uk -> acme.co.uk), null where there is none."""
    distinct, places = numbered(domains.cast(pl.String))
    return public_suffixes.registrable(distinct).gather(places)


def host_expr(website: pl.Expr) -> pl.Expr:
    """Host of a website as typed: lower case, without scheme, www, port and path; null where it is no domain name."""
    host = website.str.to_lowercase().str.strip_chars().str.extract(_HOST).str.strip_chars(".")
    host = host.str.replace(r"^www[0-9]?\.", "")
    return pl.when(host.str.contains(_DOMAIN)).then(host)


def _ascii(host: str) -> str | None:
    try:
        return host if host.isascii() else host.encode("idna").decode()
    except UnicodeError:
        return None


def _ascii_hosts(hosts: pl.Series) -> pl.Series:
    """Hosts as the network has them: few are not ASCII from the start."""
    others = hosts.str.contains(r"[^\x00-\x7f]").arg_true()
    return placed(hosts, others, pl.Series([_ascii(host) for host in hosts.gather(others)], dtype=pl.String))


@cache
def _nobodys() -> NameSet:
    """Domains that tell nothing of the company: mailbox providers, sites that lend pages, reserved names."""
    lists = vocabulary.load("domains")
    return NameSet([*free_domains(), *disposable_domains(), *lists["shared_hosts"], *lists["placeholder"]])


def company_domains(websites: pl.Series) -> pl.Series:
    """Registrable domain of the company behind each website or domain as typed.

    Args:
        websites: ``https://www.acme.co.uk/contact``, ``acme.com``, ...

    Returns:
        ASCII, lower case; null for mailbox providers, social networks, reserved names and what is no domain.
    """

    def answer(distinct: pl.Series) -> pl.DataFrame:
        typed = vocabulary.computed(pl.DataFrame({"site": distinct}), host_expr(pl.col("site")).alias("host"))
        hosts = _ascii_hosts(typed["host"])
        found = public_suffixes.registrable(hosts)
        nobodys = _nobodys().holds(hosts) | _nobodys().holds(found)
        return pl.DataFrame({"host": hosts, "found": found}).select(pl.when(~nobodys).then("found").alias("found"))

    return vocabulary.over_distinct(arguments.series(websites, "websites"), answer)["found"]
