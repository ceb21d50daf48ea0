"""The header mappings that come with leadgrade: ``mappings/<system>.yaml``, read once and indexed by header."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from leadgrade import contract
from leadgrade.raw.cells.dates import Order
from leadgrade.yaml_files import read_yaml

OBJECTS = (
    "leads", "accounts", "events", "consents", "suppressions", "activities", "opportunities", "sales_decisions",
    "intent_signals", "campaign_spend", "orders", "enrichments",
)  # fmt: skip
GENERIC, CANONICAL = "generic", "leadgrade"
# columns that intake itself writes: no header maps to them
_OWN = {
    "file_id",
    "row_number",
    "lead_id",
    "record_id",
    "source",
    "system",
    "version_at",
    "answers",
    "null_reasons",
    "row_hash",
}
# known to intake alone: the state of a deal where it stands beside its stage
_EXTRA = {"opportunities": ("deal_status",)}

_FOLDER = Path(__file__).parent / "mappings"
_IGNORED = re.compile(r"[\s\ufeff\u00a0\u200b_\-]+")


# each of some thirty variants is held against the headers of a file, several times
@lru_cache(maxsize=1 << 14)
def header_key(header: str) -> str:
    """A header without case, blanks, marks, underscores and hyphens: ``E-Mail_Address`` is ``emailaddress``."""
    return _IGNORED.sub("", header).casefold()


@dataclass(frozen=True, slots=True)
class Variant:
    """One way in which a system writes one object.

    Attributes:
        system: Name of the system.
        object: What a row is.
        exact: Header as written -> (field, rank); the lower rank is preferred where a field has several.
        loose: The same by ``header_key``.
        needs: A guess wants one of these headers (by key); empty: none wanted.
        is_telling: Those headers stand in files of this system alone.
        unless: A guess wants none of these headers.
        constants: Fields that the kind of file implies.
        vocabulary: Field -> the system's own code -> canonical value.
        date_order: Order of day and month that the system writes where a column does not tell.
        strip: Pattern of a prefix that the system puts before values; its group 1 is the value.
    """

    system: str
    object: str
    exact: Mapping[str, tuple[str, int]]
    loose: Mapping[str, tuple[str, int]]
    needs: frozenset[str] = frozenset()
    unless: frozenset[str] = frozenset()
    constants: Mapping[str, str] = field(default_factory=dict)
    vocabulary: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    date_order: Order | None = None
    strip: str | None = None
    is_telling: bool = False


def canonical_fields(object_name: str) -> tuple[str, ...]:
    """Fields that a header of this object may be mapped to."""
    columns = (c.name for c in contract.table(f"raw.{object_name}").columns)
    return (*(name for name in columns if name not in _OWN), *_EXTRA.get(object_name, ()))


def _ranked(spec: list[Any]) -> list[tuple[str, int]]:
    """Headers with their rank: one thing in several spellings has one rank, alternatives have ascending ones."""
    if not any(isinstance(item, list) for item in spec):
        return [(str(header), 0) for header in spec]
    groups = [item if isinstance(item, list) else [item] for item in spec]
    return [(str(header), rank) for rank, group in enumerate(groups) for header in group]


def _keys(headers: list[Any], prefix: str) -> frozenset[str]:
    keys = {header_key(str(h)) for h in headers}
    return frozenset(keys | {header_key(prefix) + key for key in keys} if prefix else keys)


def _variant(system: str, data: Mapping[str, Any], object_name: str, spec: Mapping[str, Any]) -> Variant:
    prefix = str(data.get("prefix", ""))
    exact: dict[str, tuple[str, int]] = {}
    for name, headers in spec.items():
        if not name.startswith("_"):
            exact |= {header: (name, rank) for header, rank in _ranked(headers)}
    exact |= {prefix + header: target for header, target in exact.items() if prefix}
    loose: dict[str, tuple[str, int]] = {}
    for header, target in exact.items():
        loose.setdefault(header_key(header), target)
    return Variant(
        system=system, object=object_name, exact=exact, loose=loose,
        needs=_keys(spec.get("_needs", []), prefix), unless=_keys(spec.get("_unless", []), prefix),
        constants=spec.get("_constants", {}), vocabulary=spec.get("_vocabulary", {}),
        date_order=data.get("date_order"), strip=data.get("strip"), is_telling=bool(spec.get("_telling")),
    )  # fmt: skip


def _canonical(object_name: str) -> Variant:
    exact = {name: (name, 0) for name in canonical_fields(object_name)}
    return Variant(CANONICAL, object_name, exact, {header_key(name): target for name, target in exact.items()})


def _read(path: Path) -> dict[str, Any]:
    data = read_yaml(path)
    assert isinstance(data, dict)
    return data


@cache
def variants() -> tuple[Variant, ...]:
    """Every variant of every system; ``leadgrade`` (the canonical names) first, ``generic`` last."""
    found = [_canonical(name) for name in OBJECTS]
    paths = sorted(
        (p for p in _FOLDER.glob("*.yaml") if p.stem != "localised"), key=lambda p: (p.stem == GENERIC, p.stem)
    )
    for path in paths:
        data = _read(path)
        for name, spec in data["objects"].items():
            found.append(_variant(path.stem, data, name.split("/")[0], spec))
    return tuple(found)


@cache
def localised() -> Mapping[str, str]:
    """Key of a header in another language -> field of leads."""
    return {header_key(h): name for name, headers in _read(_FOLDER / "localised.yaml").items() for h in headers}


@cache
def known_headers() -> frozenset[str]:
    """Key of every header of every mapping, but for those of one or two signs."""
    keys = {key for variant in variants() for key in variant.loose} | {*localised()}
    return frozenset(key for key in keys if len(key) > 2)


def is_header(cells: Sequence[str]) -> bool:
    """True for a record in which two cells, of up to four one, are headers that some system writes."""
    return sum(header_key(cell) in known_headers() for cell in cells) >= (1 if len(cells) <= 4 else 2)


def known_systems() -> tuple[str, ...]:
    """Names that ``system`` in sources.yaml may have."""
    return tuple(sorted({variant.system for variant in variants()}))
