"""The domain that was probably meant: gmial.com -> gmail.com, acme.con -> acme.com."""

from __future__ import annotations

import re
from functools import cache

import numpy as np
import polars as pl
from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist, extractOne

from leadgrade.contacts import vocabulary
from leadgrade.contacts.email_kinds import free_domains
from leadgrade.contacts.public_suffixes import endings, is_known_ending

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
    return edits <= _most_edits(provider) and (edits < 2 or name[:1] == meant[:1])


def _suggest(domain: str) -> str | None:
    fixed = _repair_ending(domain) or domain
    if not _is_known(fixed):
        nearest = extractOne(fixed, _providers(), scorer=OSA.distance, processor=None, score_cutoff=2)
        if nearest is not None and _accept(fixed, nearest[0], int(nearest[1])):
            fixed = nearest[0]
    return fixed if fixed != domain else None


@cache
def _near_pattern() -> str:
    """What a domain that :func:`_accept` may take for a provider looks like, where its own ending exists.

    The ending is the provider's. The name begins with the provider's letter and is about as long, or the one edit is in
    its first two letters and the rest follows as it is.
    """
    shapes = []
    for provider in _providers():
        name, ending = (re.escape(part) for part in provider.split(".", 1))
        size, edits = len(provider.split(".", 1)[0]), _most_edits(provider)
        if edits:
            shapes.append(rf"{name[0]}[^.]{{{size - 1 - edits},{size - 1 + edits}}}\.{ending}")
            shapes.append(rf"[^.]{{0,3}}{re.escape(provider[2:size])}\.{ending}")
    return f"^(?:{'|'.join(shapes)})$"


def _most_edits(provider: str) -> int:
    size = len(provider.split(".", 1)[0])
    # a name of two or three letters is near to everything
    return 0 if size < 5 else 1 if size < _SHORT_NAME else 2


def _near(domains: list[str]) -> list[str]:
    """Those at most two edits away from a provider; measured in one go."""
    if not domains:
        return []
    edits = cdist(domains, _providers(), scorer=OSA.distance, score_cutoff=2, dtype=np.uint8)
    return [domain for domain, distance in zip(domains, edits.min(axis=1), strict=True) if distance <= 2]


def _candidates(domains: pl.Series) -> list[str]:
    """The distinct domains that are worth a look: near to a provider, or with an ending that is a known slip."""
    domain = pl.col("domain")
    slip = rf"\.{vocabulary.words_pattern(vocabulary.load('domains')['endings'])}$"
    slips = domains.filter(domains.str.contains(slip).fill_null(value=False))
    # an ending that may not exist counts as a part of the name: then any domain of about a provider's length may be meant
    short = domains.filter((domains.str.len_chars() <= max(map(len, _providers())) + 2).fill_null(value=False))
    frame = pl.DataFrame({"domain": short.unique()}).with_columns(ending=domain.str.extract(r"\.([^.]+)$"))
    exists = pl.Series([name in endings() for name in frame["ending"]], dtype=pl.Boolean)
    near = frame.filter(~exists | frame["domain"].str.contains(_near_pattern()))
    return slips.unique().to_list() + _near(near["domain"].to_list())


def suggestions(domains: pl.Series) -> pl.Series:
    """The domain that was probably meant, for each domain as typed.

    A known mailbox provider is never corrected; an ending is corrected only where it
    is no top-level domain. Optimal string alignment against the providers of ``data/domains.yaml``.

    Args:
        domains: Lower case; null gives null.
    """
    asked = (d for d in _candidates(domains) if not _is_known(d))
    answers = {domain: meant for domain in asked if (meant := _suggest(domain))}
    if not answers:
        return pl.Series(domains.name, [None] * len(domains), dtype=pl.String)
    return domains.replace_strict(answers, default=None, return_dtype=pl.String)
