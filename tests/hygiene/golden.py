"""The golden cases of golden_cases.yaml as people of the small world, and what is expected of them."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from leadgrade.config.lists import Signal
from tests.hygiene.world import Case, Row, ago

SIGNALS: tuple[str, ...] = Signal.__args__  # type: ignore[attr-defined]
_FILE = Path(__file__).with_name("golden_cases.yaml")
_PARTS = {f.name for f in fields(Case)} - {"golden"}


@dataclass
class Golden:
    """A case and what must be said of it; ``near`` names the event or signal that it nearly is."""

    case: Case
    near: str | None = None
    ends: dict[str, str | None] = field(default_factory=dict)
    risk: dict[str, str] | None = None
    spam: bool = False


def _timed(value: Any) -> Any:
    """Days before now become times: every number under a key that ends in _at."""
    if isinstance(value, list):
        return [_timed(item) for item in value]
    if isinstance(value, dict):
        return {k: ago(v) if k.endswith("_at") else _timed(v) for k, v in value.items()}
    return value


def _golden(row: Row) -> Golden:
    parts = {k: _timed(v) for k, v in row.items() if k in _PARTS}
    rest = {k: v for k, v in row.items() if k not in {*_PARTS, "case", "person"}}
    return Golden(Case(_timed(row["person"]), **parts), **rest)


@cache
def golden_cases() -> dict[str, Golden]:
    """Every case by its name, blanks as underscores."""
    rows = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    found = {row["case"].replace(" ", "_"): _golden(row) for row in rows}
    assert len(found) == len(rows), "two cases of one name"
    return found
