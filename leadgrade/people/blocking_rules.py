"""The kinds of keys under which leads meet, as data/blocking.yaml has them."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from leadgrade.yaml_files import read_yaml

_FILE = Path(__file__).parent / "data" / "blocking.yaml"
_COLUMN = re.compile(r"f\.(\w+)")
# a column that decides whether there is a key, and is no part of it
CONDITION = re.compile(r"case when .*? then ")
# forms that are made of a text; the sound of the surname may be that of the only name
_MADE_OF = {"first_sound": "first", "name_key": "first", "last_sound": None}


@dataclass(frozen=True, slots=True)
class BlockingRule:
    """One kind of key; see data/blocking.yaml.

    Attributes:
        cap: Most leads that are all compared with each other under a key, at the size of the table.
        plain: What the cap of a rare key comes down to where more is not expected to be worth its pairs.
    """

    kind: str
    keys: tuple[str, ...]
    split: str
    cap: int
    rare: bool = False
    plain: int = 1


@cache
def config() -> dict[str, Any]:
    """The content of data/blocking.yaml."""
    found: dict[str, Any] = read_yaml(_FILE)
    return found


@cache
def needed(key: str) -> frozenset[str]:
    """The texts of people.features without which nobody has such a key."""
    columns = _COLUMN.findall(CONDITION.sub("", key))
    return frozenset(text for text in (_MADE_OF.get(column, column) for column in columns) if text)


def _parts(key: str) -> list[str]:
    return key.split(" || chr(31) || ")


def hashed(key: str, *before: str) -> str:
    """SQL of the hash of a key, made from its parts: putting them together to a text first is the dearer half.

    Args:
        key: A key of a rule; where a lead has none the hash says nothing, see :func:`has_own`.
        before: SQL of what is hashed in front of it.
    """
    return f"hash({', '.join((*before, *_parts(key)))})"


def has_own(rule: BlockingRule, number: int) -> str:
    """SQL of whether a lead has this key of the rule, and it is another than those before it."""
    key = rule.keys[number]
    filled = [f"{part} is not null" for part in _parts(key)]
    return " and ".join((*filled, *(f"{hashed(key)} <> {hashed(other)}" for other in rule.keys[:number])))


def _cap(rule: dict[str, Any], leads: int, effort: str = "most_effort") -> int:
    """Small tables can afford more pairs a lead; of rare keys, big ones have to leave more out."""
    plenty = config()["effort_rows"] / max(leads, 1)
    factor = min(plenty if rule.get("rare", False) else max(math.sqrt(plenty), 1.0), config()[effort])
    return int(rule["cap"] * factor)


def rules(leads: int | None = None) -> tuple[BlockingRule, ...]:
    """The rules in the order of the file, with caps for a table of so many leads."""
    size = config()["effort_rows"] if leads is None else leads
    return tuple(
        BlockingRule(kind, tuple(r["keys"]), r["split"], _cap(r, size), r.get("rare", False), _cap(r, size, "effort"))
        for kind, r in config()["rules"].items()
        if _cap(r, size) > 1
    )


def budget(leads: int) -> int:
    """Most pairs that all kinds together may make for a table of so many leads."""
    return int(config()["pairs_per_lead"] * max(leads, config()["budget_rows"]))
