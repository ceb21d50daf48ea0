"""What to write instead: a hint in people's words for a fault that pydantic found."""

from __future__ import annotations

import difflib
import re
import types
import typing
from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import BaseModel

_COUNTRY = 'two capital letters such as DE; in quotes where YAML reads a word: "NO"'
# key, or the list that an entry is in
_PATTERNS = {
    "country": _COUNTRY,
    "default_country": _COUNTRY,
    "countries": _COUNTRY,
    "regions": "a country such as DE, a state such as US-CA, a region of consent.yaml, EU, or * for all",
    "memory_limit": "auto, or a size such as 4GB",
    "nameservers": "an address such as 10.0.0.53, or with a port 10.0.0.53:5353",
    "id": "dimension and statement such as fit.industry",
}


def advice(model: type[BaseModel], item: Any) -> str:
    """A hint for an error of ``ValidationError.errors()``; empty where the message says it all."""
    kind, loc, given = item["type"], item["loc"], item.get("input")
    last = next((str(part) for part in reversed(loc) if isinstance(part, str)), "")
    if kind == "extra_forbidden":
        return near(last, _keys(model, loc[:-1]))
    if kind in {"literal_error", "enum"}:
        # the message names all of them
        hint = near(str(given), re.findall(r"'([^']*)'", item["ctx"]["expected"]))
        return "" if hint.startswith("known") else hint
    if (loc and loc[-1] == "[key]") or kind == "invalid_key":
        return "put the key in quotes"
    if kind in {"string_pattern_mismatch", "string_type"}:
        return _PATTERNS.get(last, "" if kind == "string_pattern_mismatch" else "put text in quotes")
    return ""


def example(model: type[BaseModel], place: Sequence[int | str]) -> str:
    """What stands at a place where nobody says anything else."""
    places: list[Any] = [model]
    for part in place[:-1]:
        places = [inner for one in places for inner in _inside(one, part)]
    fields = [
        field
        for one in places
        for name, field in one.model_fields.items()
        if place and place[-1] in {name, field.alias}
    ]
    values = [
        plain(field.default).strip("'") for field in fields if isinstance(field.default, str | int | float | bool)
    ]
    return f"left out, it is {values[0]}" if values and values[0] else "docs/configuration.md says what each key holds"


def plain(value: object) -> str:
    """A value as YAML has it."""
    return str(value).lower() if isinstance(value, bool) else repr(value)


def near(given: str, known: Iterable[str]) -> str:
    """The known word that was meant, else all of them."""
    words = list(known)
    found = difflib.get_close_matches(given, words, 1, 0.7)
    return f"did you mean {found[0]}?" if found else f"known: {', '.join(words)}" if words else ""


def _keys(model: type[BaseModel], loc: Sequence[int | str]) -> list[str]:
    """The keys that there are at a place of a model."""
    places: list[Any] = [model]
    for part in loc:
        places = [inner for place in places for inner in _inside(place, part)]
    return [field.alias or name for place in places for name, field in place.model_fields.items()]


def _inside(model: type[BaseModel], part: int | str) -> list[Any]:
    """The models that a key of a model leads to; indexes of lists, keys of mappings and kinds of unions lead nowhere new."""
    for name, field in model.model_fields.items():
        if part in {name, field.alias}:
            return _models(field.annotation)
    return [model]


def _models(annotation: Any) -> list[Any]:
    if isinstance(annotation, type) and not isinstance(annotation, types.GenericAlias):
        return [annotation] if issubclass(annotation, BaseModel) else []
    return [found for inner in typing.get_args(annotation) for found in _models(inner)]
