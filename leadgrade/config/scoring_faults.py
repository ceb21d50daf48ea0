"""Faults of a scoring.yaml in words: by the id of the rule, and rules on protected attributes."""

from __future__ import annotations

import re
from typing import Any

from pydantic import ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from leadgrade.config.scoring_conditions import hint
from leadgrade.config.scoring_fields import SENSITIVE


def fault(loc: tuple[int | str, ...], message: str, found: Any) -> InitErrorDetails:
    """A fault of scoring.yaml at a key."""
    # braces would be read as a template
    text = message.replace("{", "(").replace("}", ")")
    return InitErrorDetails(type=PydanticCustomError("scoring", text), loc=loc, input=found)


def _rule_id(data: Any, position: int | str) -> int | str:
    try:
        return str(data["rules"][position]["id"])
    except (KeyError, IndexError, TypeError):
        return position


def named_by_rule(error: ValidationError, data: Any) -> list[InitErrorDetails]:
    """Faults of single keys, those of rules by the id of the rule."""
    faults = []
    for item in error.errors(include_url=False):
        loc = item["loc"]
        if len(loc) > 1 and loc[0] == "rules":
            loc = ("rules", _rule_id(data, loc[1]), *loc[2:])
        faults.append(fault(loc, item["msg"].removeprefix("Value error, "), item["input"]))
    return faults


def sensitive_faults(allowed: Any, rules: list[dict[str, Any]]) -> list[InitErrorDetails]:
    """Rules that name a protected attribute without being allowed by name, and names that allow nothing."""
    names = {str(name) for name in allowed} if isinstance(allowed, list) else set()
    faults = [one for rule in rules if str(rule.get("id")) not in names for one in _faults_of(rule)]
    known = {str(rule.get("id")) for rule in rules}
    return faults + [
        fault(("allow_sensitive",), f"no rule has the id {name!r} ({hint(name, known)})", name)
        for name in sorted(names - known)
    ]


def _faults_of(rule: dict[str, Any]) -> list[InitErrorDetails]:
    words = {word for text in _texts([rule.get("id"), rule.get("when")]) for word in re.split(r"[^a-z]+", text.lower())}
    name = str(rule.get("id"))
    return [
        fault(
            ("rules", name),
            f"{word!r} is a protected attribute (leave it out, or write allow_sensitive: [{name}])",
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
