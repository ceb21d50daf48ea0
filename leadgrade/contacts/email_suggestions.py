"""The domain that was probably meant: gmial.com -> gmail.com, acme.con -> acme.com."""

from __future__ import annotations

from functools import cache

import polars as pl
from rapidfuzz.distance import OSA
from rapidfuzz.process import extractOne

from leadgrade.contacts import vocabulary
from leadgrade.contacts.domains import is_known_ending
from leadgrade.contacts.email_kinds import free_domains

_SHORT_NAME = 7  # names below this length may differ by one edit, longer ones by two


@cache
def _providers() -> tuple[str, ...]:
    return tuple(vocabulary.load("domains")["providers"])


def _is_known(domain: str) -> bool:
    # throw-away domains are not guarded: the lists of them hold gmial.com, and what was meant is gmail.com all the same
    return domain in free_domains()


def _repair_ending(domain: str) -> str | None:
    """The domain with a mistyped top-level domain put right; null where the ending exists."""
    name, _, ending = domain.rpartition(".")
    if not name or is_known_ending(ending):
        return None
    meant = vocabulary.load("domains")["endings"].get(ending)
    return f"{name}.{meant}" if meant else None


def _accept(domain: str, provider: str, edits: int) -> bool:
    """Few edits for the length, in the name alone: an ending that exists may be what was meant."""
    name, ending = domain.split(".", 1) if "." in domain else (domain, "")
    meant, meant_ending = provider.split(".", 1)
    if is_known_ending(ending.rsplit(".", 1)[-1]) and ending != meant_ending:
        return False
    # a name of two or three letters is near to everything
    return len(meant) >= 5 and edits <= (1 if len(meant) < _SHORT_NAME else 2) and (edits < 2 or name[:1] == meant[:1])


def _suggest(domain: str) -> str | None:
    fixed = _repair_ending(domain) or domain
    if not _is_known(fixed):
        nearest = extractOne(fixed, _providers(), scorer=OSA.distance, processor=None, score_cutoff=2)
        if nearest is not None and _accept(fixed, nearest[0], int(nearest[1])):
            fixed = nearest[0]
    return fixed if fixed != domain else None


def suggestions(domains: pl.Series) -> pl.Series:
    """The domain that was probably meant, for each domain as typed.

    A known mailbox provider is never corrected; an ending is corrected only where it
    is no top-level domain. Optimal string alignment against the providers of ``data/domains.yaml``.

    Args:
        domains: Lower case; null gives null.
    """
    asked = (d for d in domains.unique() if d and not _is_known(d))
    answers = {domain: meant for domain in asked if (meant := _suggest(domain))}
    if not answers:
        return pl.Series(domains.name, [None] * len(domains), dtype=pl.String)
    return domains.replace_strict(answers, default=None, return_dtype=pl.String)
