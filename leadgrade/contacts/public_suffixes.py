"""The domain below the public suffix, for whole columns: tables of the list's rules, the package itself for the rest."""

from __future__ import annotations

from functools import cache

import polars as pl
from publicsuffixlist import PublicSuffixList

from leadgrade.contacts.name_sets import NameSet
from leadgrade.contacts.numbering import numbered, placed

# labels of letters, digits, hyphens and underscores: what the tables below can answer
_LABEL = r"^[a-z0-9_-]+\."
_TWO = r"^(?:[a-z0-9_-]+\.)*([a-z0-9_-]+\.[a-z0-9_-]+)$"
_THREE = r"^(?:[a-z0-9_-]+\.)*([a-z0-9_-]+\.[a-z0-9_-]+\.[a-z0-9_-]+)$"
_ENDING = r"\.([a-z0-9_-]+)$"


@cache
def suffixes() -> PublicSuffixList:
    """The public suffix list, from its package: no network. A name below no known suffix has no public suffix."""
    return PublicSuffixList(accept_unknown=False)


@cache
def _rules() -> frozenset[str]:
    # the package has no other way to name its rules; a test compares these tables with it, rule by rule
    return frozenset(suffixes()._publicsuffix)


@cache
def endings() -> frozenset[str]:
    """Top-level domains that are a rule by themselves."""
    return frozenset(rule for rule in _rules() if "." not in rule)


@cache
def _tails(labels: int) -> pl.Series:
    """The last labels of every rule that has so many: below them a longer rule may hold."""
    names = (rule.lstrip("!").split(".") for rule in _rules())
    return pl.Series(sorted({".".join(name[-labels:]) for name in names if len(name) >= labels}))


@cache
def _plain(labels: int) -> pl.Series:
    """Rules of so many labels that no wildcard stands below."""
    wild = {rule[2:] for rule in _rules() if rule.startswith("*.")}
    rules = (r for r in _rules() if r[0] not in "*!" and r.count(".") == labels - 1)
    return pl.Series(sorted(set(rules) - wild))


@cache
def _parents() -> frozenset[str]:
    return frozenset([*_plain(1), *_plain(2)])


@cache
def _crowded() -> NameSet:
    """Names below :func:`_parents` that a longer rule may hold for; one set, for each name has but one parent."""
    return NameSet([*_tails(2), *_tails(3)])


def _is_in(text: pl.Expr, names: pl.Series) -> pl.Expr:
    return text.is_in(names.implode()).fill_null(value=False)


def is_known_ending(ending: str) -> bool:
    """True where the word is a top-level domain in the list."""
    return suffixes().publicsuffix(f"a.{ending}") is not None


def registrable_name(domain: str | None) -> str | None:
    """The domain below the public suffix, as the package has it for one domain."""
    found = suffixes().privatesuffix(domain) if domain else None
    return str(found) if found else None


def parents(domains: pl.Series) -> tuple[pl.Series, pl.Series]:
    """What stands after the first dot of each domain: the distinct texts, and for each domain its place among them."""
    domain = pl.col("domain")
    parent = domain.str.slice(domain.str.find(".", literal=True) + 1)
    return numbered(domains.to_frame("domain").select(parent).to_series())


def registrable(
    domains: pl.Series, *, are_valid: bool = False, given: tuple[pl.Series, pl.Series] | None = None
) -> pl.Series:
    """The domain below the public suffix (shop.acme.co.uk -> acme.co.uk), null where there is none.

    Args:
        domains: Distinct domains; those that no table answers are asked for one by one.
        are_valid: They are known to be valid, ASCII and in lower case, or null: no need to look.
        given: Their :func:`parents`, where they are known.
    """
    frame = pl.DataFrame({"domain": domains}).with_row_index("row")
    # acme.com and acme.co.uk: what stands after the first dot is a suffix, and no longer rule can hold
    names, places = parents(domains) if given is None else given
    suffix = pl.Series([name in _parents() for name in names], dtype=pl.Boolean)
    below = suffix.gather(places) & ~_crowded().holds(domains)
    if not are_valid:
        below &= domains.str.contains(_LABEL).fill_null(value=False)
    left = frame.filter(~below)
    if left.is_empty():
        return domains
    left = left.with_columns(found=_of_subdomain())
    rest = left.filter(pl.col("found").is_null())
    asked = pl.Series([registrable_name(name) for name in rest["domain"]], dtype=pl.String)
    found = placed(frame["domain"], left["row"], left["found"])
    return placed(found, rest["row"], asked).alias(domains.name)


def _of_subdomain() -> pl.Expr:
    """mail.acme.com and mail.acme.co.uk by the same rules; null where they do not tell."""
    two, three = pl.col("domain").str.extract(_TWO), pl.col("domain").str.extract(_THREE)
    ending = two.str.extract(_ENDING)
    below_ending = _is_in(ending, _plain(1)) & ~_is_in(two, _tails(2))
    below_two = _is_in(two, _plain(2)) & ~_is_in(three, _tails(3)) & three.is_not_null()
    return pl.when(below_ending).then(two).when(below_two).then(three)
