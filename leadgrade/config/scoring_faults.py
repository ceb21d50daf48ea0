"""Faults of a scoring.yaml in words: by the id of the rule, and rules on protected attributes."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from pydantic import BaseModel, ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from leadgrade.config.scoring_conditions import hint
from leadgrade.config.scoring_fields import SENSITIVE
from leadgrade.config.wording import shown, told


def fault(loc: tuple[int | str, ...], message: str, found: Any) -> InitErrorDetails:
    """A fault of scoring.yaml at a key."""
    # a message of its own would be read as a template
    return InitErrorDetails(type=PydanticCustomError("scoring", "{text}", {"text": message}), loc=loc, input=found)


def _rule_id(data: Any, position: int | str) -> int | str:
    try:
        return str(data["rules"][position]["id"])
    except (KeyError, IndexError, TypeError):
        return position


def named_by_rule(model: type[BaseModel], error: ValidationError, data: Any) -> list[InitErrorDetails]:
    """Faults of single keys, those of rules by the id of the rule."""
    faults = []
    for one in told(model, error, data):
        place = one.place
        if len(place) > 1 and place[0] == "rules":
            place = ("rules", _rule_id(data, place[1]), *place[2:])
        faults.append(fault(place, shown(one.problem, one.found) + (f" ({one.hint})" if one.hint else ""), None))
    return faults


def sensitive_faults(allowed: Any, rules: list[dict[str, Any]], checklists: Any) -> list[InitErrorDetails]:
    """Rules and items of checklists that name a protected attribute without being allowed by name, and names that allow nothing.

    An item goes by ``<checklist>.<item>``: it carries no points, but it may be a gate, and people are asked for it.
    """
    names = {str(name) for name in allowed} if isinstance(allowed, list) else set()
    asked = [*(_Asked(("rules", str(rule.get("id"))), str(rule.get("id")), rule.get("when")) for rule in rules)]
    asked += _items(checklists)
    faults = [one for part in asked if part.name not in names for one in _faults_of(part)]
    known = {part.name for part in asked}
    return faults + [
        fault(("allow_sensitive",), f"no rule has the id {name!r} ({hint(name, known)})", name)
        for name in sorted(names - known)
    ]


class _Asked(NamedTuple):
    """A condition with where it stands and what it is called."""

    loc: tuple[str, ...]
    name: str
    condition: Any


def _items(checklists: Any) -> list[_Asked]:
    given = checklists if isinstance(checklists, dict) else {}
    return [
        _Asked(("checklists", str(checklist), str(item)), f"{checklist}.{item}", condition)
        for checklist, items in given.items()
        if isinstance(items, dict)
        for item, condition in items.items()
    ]


def _faults_of(asked: _Asked) -> list[InitErrorDetails]:
    texts = _texts([asked.name, asked.condition])
    words = {word for text in texts for word in re.split(r"[^a-z]+", text.lower())}
    return [
        fault(
            asked.loc,
            f"{word!r} is a protected attribute (leave it out, or write allow_sensitive: [{asked.name}])",
            None,
        )
        for word in sorted(words & SENSITIVE)
    ]


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for inner in value.values() for text in _texts(inner)]
    if isinstance(value, list | tuple):
        return [text for inner in value for text in _texts(inner)]
    return [value] if isinstance(value, str) else []
