"""Which column of a file is which canonical field, and, where nobody said so, what the file is.

A header is tried against the source's own ``mapping``, the system's mapping as written, then without case, blanks,
underscores and hyphens, then the generic and localised names for fields that are still free. What is left is kept in
``answers``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from leadgrade.config.advice import near
from leadgrade.config.sources import Source, SourcesConfig
from leadgrade.errors import Fault
from leadgrade.raw.mappings_data import (
    CANONICAL,
    GENERIC,
    OBJECTS,
    Variant,
    canonical_fields,
    header_key,
    known_systems,
    localised,
    variants,
)
from leadgrade.raw.rework.quarantine import RETRY_HEADERS, is_retry

__all__ = ["Match", "clean_headers", "known_systems", "mapping_faults", "match_headers"]

_KEEP = "answers"
# flags of which a true one in any column counts: an opt-out must not hide behind the "false" of another column
ANY_TRUE = frozenset({"email_opt_out", "phone_opt_out", "is_test", "is_deleted"})
_TELL_CONSENT = ANY_TRUE | {"consent_status"}
# HubSpot has a column for each kind of mail that one may opt out of: "Opted out of email: Newsletter", hs_email_optout_4711
_OF_ONE_KIND = re.compile(r"optedoutofemail:.+|(?:property)?hsemailoptout\d+")
# a row of the object without one of each group cannot be used: (reason, fields)
REQUIRED: dict[str, tuple[tuple[str, ...], ...]] = {
    "leads": (
        ("source_record_id", "email", "phone", "mobile", "full_name", "first_name", "last_name", "linkedin_url"),
    ),
    "accounts": (("name", "domain", "source_record_id"),),
    "events": (("type",), ("occurred_at",), ("subject_id", "subject_email", "account_source_id")),
    "consents": (("action",), ("captured_at",), ("subject_id", "subject_email", "subject_phone")),
    "suppressions": (("subject_id", "subject_email", "subject_phone"),),
    "activities": (("occurred_at",),),
    "opportunities": (("source_record_id", "name"),),
    "sales_decisions": (("decision",), ("subject_id", "subject_email")),
    "intent_signals": (("domain",),),
    "campaign_spend": (("spend",),),
    "orders": (("ordered_at",), ("subject_id", "subject_email", "subject_phone")),
    "enrichments": (("field",), ("value",), ("subject", "subject_email", "subject_id", "domain", "linkedin_url")),
}
# what a guess wants besides, to tell the object from lists that merely look like it
_TELLING: dict[str, tuple[tuple[str, ...], ...]] = {
    "leads": (("email", "first_name", "last_name", "full_name", "linkedin_url", "mobile", "email_opt_out"),),
    "accounts": (("industry", "website", "domain", "employees", "annual_revenue"),),
    "events": (),
    "consents": (),
    "suppressions": (("reason", "channel", "scope"),),
    "activities": (("channel", "outcome"), ("subject_id", "subject_email", "outcome", "owner", "source_record_id")),
    "opportunities": (("stage",), ("amount", "close_date")),
    "sales_decisions": (),
    "intent_signals": (("topic", "score"),),
    "campaign_spend": (("platform", "channel", "campaign_id", "campaign_name"),),
    "orders": (("amount",), ("source_record_id",)),
    "enrichments": (("provider", "confidence", "enriched_at", "licence_ends_at"),),
}
_IDENTIFYING = {"email", "first_name", "last_name", "full_name", "name", "domain", "stage", "amount", "type", "channel",
                "action", "decision", "spend", "topic", "subject_id", "subject_email", "occurred_at",
                "ordered_at", "field"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Match:
    """What the headers of a file mean.

    Attributes:
        variant: The mapping used.
        score: Share of the headers that it knows, 0..1.
        fields: Field -> positions of its columns, the preferred one first.
        conflict: Two headers for one field that nobody put in order, and the field; None where there are none.
        rank: Weight of what was recognised; guesses are compared by it.
        ignored: Positions of the columns by which a corrected file names the rows that it replaces.
    """

    variant: Variant
    score: float
    fields: Mapping[str, tuple[int, ...]]
    conflict: tuple[str, str, str] | None = None
    rank: float = 0.0
    ignored: frozenset[int] = frozenset()

    @property
    def positions(self) -> set[int]:
        """Positions of all columns that do not go to ``answers``."""
        return {position for found in self.fields.values() for position in found} | self.ignored

    def missing(self, groups: Sequence[tuple[str, ...]]) -> tuple[str, ...] | None:
        """The first group of which no field is there."""
        there = set(self.fields) | set(self.variant.constants)
        return next((group for group in groups if not there & set(group)), None)


def clean_headers(headers: Sequence[str]) -> list[str]:
    """Headers without marks and blanks around; empty ones are ``column_N``, repeated ones get `` (2)``."""
    cleaned: dict[str, None] = {}
    times: dict[str, int] = {}
    for position, header in enumerate(headers, start=1):
        name = header.strip("\ufeff\u200b\u00a0 \t\r\n") or f"column_{position}"
        candidate = name
        while candidate in cleaned:
            times[name] = times.get(name, 1) + 1
            candidate = f"{name} ({times[name]})"
        cleaned[candidate] = None
    return list(cleaned)


@dataclass(slots=True)
class _Claims:
    """Columns claimed for fields so far: field -> rank -> position."""

    headers: Sequence[str]
    ranks: dict[str, dict[int, int]] = field(default_factory=dict)
    taken: set[int] = field(default_factory=set)
    conflict: tuple[str, str, str] | None = None

    def claim(self, position: int, name: str, rank: int) -> None:
        self.taken.add(position)
        if name in ANY_TRUE:
            # whichever of them says so counts: there is no order and no conflict
            rank = len(self.ranks.get(name, {}))
        other = self.ranks.setdefault(name, {}).setdefault(rank, position)
        if other != position and self.conflict is None:
            self.conflict = (self.headers[other], self.headers[position], name)

    def fields(self) -> dict[str, tuple[int, ...]]:
        return {name: tuple(found[rank] for rank in sorted(found)) for name, found in self.ranks.items()}


def _claim_own(claims: _Claims, mapping: Mapping[str, str]) -> set[str]:
    """The source's own mapping; several headers of one field count in the order in which they are written."""
    keys = {header_key(header): (rank, name) for rank, (header, name) in enumerate(mapping.items())}
    for position, header in enumerate(claims.headers):
        rank, name = keys.get(header_key(header), (0, ""))
        if name == _KEEP:
            claims.taken.add(position)
        elif name:
            claims.claim(position, name, rank)
    return set(claims.ranks)


def _claim_system(claims: _Claims, variant: Variant, own: set[str]) -> None:
    for position, header in enumerate(claims.headers):
        if position not in claims.taken:
            name, rank = variant.exact.get(header) or variant.loose.get(header_key(header)) or ("", 0)
            if name and (name not in own or name in ANY_TRUE):
                claims.claim(position, name, rank)


def _claim_free(claims: _Claims, others: Sequence[Mapping[str, str]]) -> None:
    """Generic and localised names, each for a field that no column has yet; never a conflict. All that tell of consent count."""
    for names in others:
        for position, header in enumerate(claims.headers):
            name = names.get(header_key(header))
            if position not in claims.taken and name and (name not in claims.ranks or name in _TELL_CONSENT):
                claims.claim(position, name, max(claims.ranks.get(name, {}), default=-1) + 1)


def _claim_opt_outs(claims: _Claims) -> None:
    for position, header in enumerate(claims.headers):
        if position not in claims.taken and _OF_ONE_KIND.fullmatch(header_key(header)):
            claims.claim(position, "email_opt_out", 0)


def _generic_leads() -> Variant:
    return next(v for v in variants() if v.system == GENERIC and v.object == "leads")


@cache
def _opt_outs() -> Mapping[str, str]:
    """Every header by which any system says that somebody opted out: one that is overlooked is a broken promise."""
    leads = [v for v in variants() if v.object == "leads"]
    return {
        key: name for v in leads for key, (name, _) in v.loose.items() if name in {"email_opt_out", "phone_opt_out"}
    }


@cache
def _fallbacks(object_name: str) -> list[Mapping[str, str]]:
    """Names that count for an object where the system has none of its own."""
    if object_name != "leads":
        return []
    generic = {
        key: name for key, (name, _) in _generic_leads().loose.items() if name not in {"source_record_id", "full_name"}
    }
    return [generic, localised(), _opt_outs()]


def _match(headers: Sequence[str], variant: Variant, mapping: Mapping[str, str]) -> Match:
    claims = _Claims(headers)
    ignored = frozenset(p for p, header in enumerate(headers) if header in RETRY_HEADERS and is_retry(headers))
    claims.taken |= ignored
    own = _claim_own(claims, {h: n for h, n in mapping.items() if n == _KEEP or n in canonical_fields(variant.object)})
    _claim_system(claims, variant, own)
    known, weight = len(claims.taken), _weight({*claims.ranks, *variant.constants})
    exact = sum(header in variant.exact for header in headers)
    _claim_free(claims, _fallbacks(variant.object))
    if variant.object == "leads":
        _claim_opt_outs(claims)
    told = variant.is_telling and any(header_key(header) in variant.needs for header in headers)
    # what only other names tell counts half; a system's own mapping goes before the generic one that knows as much
    rank = (weight + _weight({*claims.ranks, *variant.constants})) / 2 + known / 5 + exact / 100 + 5 * told
    score = round(known / max(1, len(headers)), 4)
    is_generic = variant.system == GENERIC
    rank = rank - is_generic / 10 if weight or is_generic else 0.0
    return Match(variant, score, claims.fields(), claims.conflict, rank, ignored)


def _weight(names: Iterable[str]) -> int:
    return sum(3 if name in _IDENTIFYING else 1 for name in names)


def _fits(variant: Variant, keys: set[str]) -> bool:
    """The headers hold what tells the system, and nothing that tells of another kind of list."""
    unless = variant.unless | (_generic_leads().unless if variant.object == "leads" else frozenset())
    return not unless & keys and (not variant.needs or bool(variant.needs & keys))


def _plausible(match: Match, keys: set[str]) -> bool:
    """A guess that has all that a row of its object needs."""
    name = match.variant.object
    if len(keys) < 2:
        return False  # a bare list of addresses may be of customers as well as of people who left
    return _fits(match.variant, keys) and match.rank >= 3 and match.missing((*REQUIRED[name], *_TELLING[name])) is None


def _candidates(source: Source) -> list[Variant]:
    """Variants that the configuration leaves open; the generic one where the system does not know the object."""
    by_object = [v for v in variants() if source.object in {None, v.object}]
    if source.system is None:
        return by_object
    of_system = [v for v in by_object if v.system == source.system]
    return of_system or [v for v in by_object if v.system in {CANONICAL, GENERIC}]


def match_headers(headers: Sequence[str], source: Source) -> Match | None:
    """The meaning of the headers of a file of a source; None where nothing fits.

    Args:
        headers: Headers of the file, cleaned.
        source: Its source; an absent ``system`` or ``object`` is guessed.
    """
    keys = {header_key(header) for header in headers}
    matches = [_match(headers, variant, source.mapping) for variant in _candidates(source)]
    if source.object is None:
        matches = [match for match in matches if _plausible(match, keys)]
    else:
        plain = {CANONICAL, GENERIC}
        fitting = [m for m in matches if source.system or m.variant.system in plain or _fits(m.variant, keys)]
        matches = fitting or matches
        complete = [match for match in matches if match.missing(REQUIRED[source.object]) is None]
        matches = complete or matches
    return max(matches, key=lambda match: match.rank, default=None)


def better_system(headers: Sequence[str], source: Source, match: Match | None) -> str | None:
    """The system whose headers these plainly are, where the configured one knows none of them; None elsewhere."""
    if source.system in {None, GENERIC, CANONICAL} or (match and match.score > 0):
        return None
    guess = match_headers(headers, source.model_copy(update={"system": None}))
    if guess is None or guess.variant.system in {GENERIC, CANONICAL, source.system} or guess.score < 0.5:
        return None
    return guess.variant.system


def mapping_faults(sources: SourcesConfig) -> list[Fault]:
    """Unknown systems and unknown canonical fields of sources.yaml, each with what would be known."""
    faults: list[Fault] = []
    systems = known_systems()
    for name, source in sources.sources.items():
        if source.system is not None and source.system not in systems:
            problem = f"unknown system {source.system!r}"
            faults.append(Fault("sources.yaml", f"sources.{name}.system", problem, f"known: {', '.join(systems)}"))
        objects = [source.object] if source.object else OBJECTS
        known = {field_name for object_name in objects for field_name in canonical_fields(object_name)} | {_KEEP}
        for header, target in source.mapping.items():
            if target not in known:
                key, hint = f"sources.{name}.mapping.{header}", _field_hint(target, source.object, sorted(known))
                faults.append(Fault("sources.yaml", key, f"unknown field {target!r}", hint))
        faults += _twins(name, source.mapping)
    return faults


def _field_hint(given: str, object_name: str | None, known: list[str]) -> str:
    """The field that was meant, else those of the object; of no object in particular they would fill a screen."""
    meant = near(given, known)
    if meant.startswith("did you"):
        return meant
    if object_name:
        return f"fields of {object_name}: {', '.join(known)}"
    return "say its object to be told the fields, or look them up in docs/tables.md: columns of raw.leads, raw.accounts, ..."


def _twins(name: str, mapping: Mapping[str, str]) -> list[Fault]:
    """Headers of a mapping that are one and the same but for case, blanks, underscores and hyphens."""
    first: dict[str, str] = {}
    faults = []
    for header in mapping:
        other = first.setdefault(header_key(header), header)
        if other != header:
            problem, hint = f"the same header as {other!r}", "case, blanks, _ and - do not count: keep one of them"
            faults.append(Fault("sources.yaml", f"sources.{name}.mapping.{header}", problem, hint))
    return faults
