"""What pydantic found wrong, in the words of the project: where, what was expected, what was found, what to write instead."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from pydantic import BaseModel, ValidationError

from leadgrade.config.advice import advice, example, plain

Place = tuple[int | str, ...]
_LIST, _MAPPING, _DATE = "a list such as [a, b]", "keys with values, such as {key: value}", "a date such as 2026-12-24"
_TEXT, _NUMBER, _WHOLE, _FLAG = "text", "a number", "a whole number", "true or false"
_EXPECTED: dict[str, str | Callable[[dict[str, Any]], str]] = {
    "bool_parsing": _FLAG, "bool_type": _FLAG,
    "int_parsing": _WHOLE, "int_type": _WHOLE, "int_from_float": _WHOLE, "int_parsing_size": _WHOLE,
    "float_parsing": _NUMBER, "float_type": _NUMBER, "finite_number": _NUMBER,
    "string_type": _TEXT,
    "date_type": _DATE, "date_parsing": _DATE, "date_from_datetime_parsing": _DATE, "date_from_datetime_inexact": _DATE,
    "list_type": _LIST, "tuple_type": _LIST, "set_type": _LIST, "frozen_set_type": _LIST,
    "dict_type": _MAPPING, "model_type": _MAPPING, "model_attributes_type": _MAPPING, "mapping_type": _MAPPING,
    "literal_error": lambda told: f"one of {_words(told['expected'])}",
    "enum": lambda told: f"one of {_words(told['expected'])}",
    "greater_than": lambda told: f"more than {_plain(told['gt'])}",
    "greater_than_equal": lambda told: f"{_plain(told['ge'])} or more",
    "less_than": lambda told: f"less than {_plain(told['lt'])}",
    "less_than_equal": lambda told: f"{_plain(told['le'])} or less",
    "too_short": lambda told: f"a list of {told['min_length']} or more entries",
    "too_long": lambda told: f"a list of {told['max_length']} entries or fewer",
    "string_too_short": lambda told: f"text of {told['min_length']} or more characters",
    "string_too_long": lambda told: f"text of {told['max_length']} characters or fewer",
    "string_pattern_mismatch": lambda told: f"text of the form {told['pattern']}",
}  # fmt: skip


class Told(NamedTuple):
    """A fault: the keys that lead to it, what is wrong, what to write instead, and what was found there."""

    place: Place
    problem: str
    hint: str
    found: Any


def told(model: type[BaseModel], error: ValidationError, data: Any) -> list[Told]:
    """Every fault once.

    Args:
        model: What the data was checked against.
        error: What pydantic found.
        data: The data, by which the keys are told from pydantic's names of alternatives.
    """
    plain: list[tuple[Place, list[Any]]] = []
    alternatives: dict[Place, list[tuple[Place, Any]]] = {}
    for item in error.errors(include_url=False):
        place, alternative = _place(item, data)
        if alternative is None:
            plain.append((place, [item]))
            continue
        if alternative not in alternatives:
            plain.append((alternative, []))
        alternatives.setdefault(alternative, []).append((place, item))
    return [_one(model, *(_nearest(alternatives[at]) if not items else (at, items))) for at, items in plain]


def shown(problem: str, found: Any) -> str:
    """A problem with what was found, where it is one short value."""
    is_short = isinstance(found, str | int | float | bool) and len(str(found)) < 60
    return f"{problem}; found {plain(found)}" if is_short else problem


def _place(item: Any, data: Any) -> tuple[Place, Place | None]:
    """The keys of the file that lead to a fault; and up to where, if the value there may be one of several kinds."""
    keys: list[int | str] = []
    alternative = None
    for part in item["loc"] if item["type"] != "scoring" else ():
        if (isinstance(data, dict) and part in data) or (
            isinstance(data, list) and isinstance(part, int) and part < len(data)
        ):
            data = data[part]
        elif not (part == "[key]" or (item["type"] == "missing" and len(keys) + 1 == len(item["loc"]))):
            alternative = alternative or tuple(keys)
            continue
        keys.append(part)
    return (tuple(keys), alternative) if item["type"] != "scoring" else (item["loc"], None)


def _nearest(found: list[tuple[Place, Any]]) -> tuple[Place, list[Any]]:
    """Of the kinds that a value may be of, those that it is most like: their fault lies deepest."""
    deepest = max((place for place, _ in found), key=len)
    return deepest, [item for place, item in found if place == deepest]


def _one(model: type[BaseModel], place: Place, items: list[Any]) -> Told:
    first = items[0]
    hint = advice(model, first | {"loc": place}) if len(items) == 1 else ""
    expected = list(dict.fromkeys(words for item in items if (words := _expected(item))))
    if first["type"] == "extra_forbidden":
        return Told(place, "unknown key", hint, None)
    if first["type"] == "missing":
        problem = "an entry of the list is missing" if isinstance(place[-1], int) else "the key is missing"
        return Told(place, problem, hint or example(model, place), None)
    if not expected:
        return Told(place, str(first["msg"]).removeprefix("Value error, "), hint, first["input"])
    problem = f"expected {' or '.join(expected)}"
    kind = _kind(first["input"]) if first["type"].endswith("_type") else ""
    return Told(place, f"{problem}; found {kind}" if kind else problem, hint or example(model, place), first["input"])


def _expected(item: Any) -> str:
    words = _EXPECTED.get(item["type"], "")
    return words(item["ctx"]) if callable(words) else words


def _plain(bound: float) -> str:
    return f"{bound:,.10g}"


def _words(expected: str) -> str:
    return expected.replace("'", "").replace(" or ", ", ").replace("True", "true")


def _kind(found: Any) -> str:
    if found is None:
        return "nothing"
    return "a list" if isinstance(found, list) else "keys with values" if isinstance(found, dict) else ""
