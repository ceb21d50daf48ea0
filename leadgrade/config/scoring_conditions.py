"""The expression language of scoring rules: a condition is data, checked here and compiled to SQL elsewhere."""

from __future__ import annotations

import math
from collections.abc import Callable
from difflib import get_close_matches
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from leadgrade.config.base import Model
from leadgrade.config.scoring_fields import EVENT_TYPES, FIELDS, PAGE_CLASSES

LIST_REFERENCES = ("icp.industries", "icp.tech", "icp.countries", "icp.keywords")
BAND_REFERENCES = ("icp.employees", "icp.revenue")

Band = tuple[float, float | None]


def hint(name: str, known: Any) -> str:
    """A suggestion for a name that is not known."""
    near = get_close_matches(name, list(known), 1)
    return f"did you mean {near[0]!r}?" if near else f"known: {', '.join(sorted(known))}"


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def as_bands(value: Any) -> Any:
    """One band ``[lo, hi]`` or a list of bands, as a list of bands."""
    if isinstance(value, list) and value and not isinstance(value[0], list | tuple):
        return [value]
    return value


Names = Annotated[list[str], BeforeValidator(_as_list), Field(min_length=1)]
Bands = Annotated[list[Band], BeforeValidator(as_bands)]
_HEADS = ("all_of", "any_of", "not_", "field", "fact", "event")
_TESTS: dict[str, tuple[str, ...]] = {
    "text": ("is_", "in_", "contains_any", "known"),
    "number": ("is_", "between", "at_least", "at_most", "known"),
    "flag": ("is_", "known"),
}
_FLAGS = tuple(name for name, field in FIELDS.items() if field.kind == "flag")
_OPERATORS = ("is_", "in_", "between", "at_least", "at_most", "known", "contains_any")


class Condition(Model):
    """One condition. Exactly one of all, any, not, field, fact and event begins it."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    all_of: list[Condition] | None = Field(None, alias="all", min_length=1, description="Every one of these holds.")
    any_of: list[Condition] | None = Field(None, alias="any", min_length=1, description="One of these holds.")
    not_: Condition | None = Field(None, alias="not", description="This does not hold; an unknown value does not hold.")
    field: str | None = Field(None, description="Column that is compared, with one of the comparisons below.")
    fact: str | None = Field(None, description="Flag that is set.")
    event: Names | None = Field(
        None, description="Type of event, or several, that happened inside the rule's lookback."
    )
    page_class: Names | None = Field(None, description="With event: class of the page, or several.")
    min_count: int = Field(1, ge=1, description="With event: how many such events there have to be.")
    is_: bool | float | str | None = Field(None, alias="is", description="Equal to this; case does not matter.")
    in_: list[str] | str | None = Field(
        None, alias="in", description="One of these, or of a list such as icp.industries."
    )
    between: str | Bands | None = Field(
        None, description="In [low, high], ends included; null is open; or a list as icp.employees."
    )
    at_least: float | None = Field(None, description="This or more.")
    at_most: float | None = Field(None, description="This or less.")
    known: Literal[True] | None = Field(None, description="Has a value.")
    contains_any: list[str] | str | None = Field(None, description="Has one of these as a whole word or phrase.")

    @model_validator(mode="after")
    def _whole(self) -> Condition:
        heads = [name for name in _HEADS if getattr(self, name) is not None]
        if len(heads) != 1:
            raise ValueError("a condition begins with exactly one of all, any, not, field, fact, event")
        problems = [*self._operator_problems(heads[0]), *self._name_problems(), *self._reference_problems()]
        problems += self._value_problems()
        if problems:
            raise ValueError("; ".join(problems))
        return self

    @property
    def operators(self) -> list[str]:
        """The comparisons that the condition makes, as attribute names."""
        return [name for name in _OPERATORS if getattr(self, name) is not None]

    @property
    def parts(self) -> list[Condition]:
        """The conditions inside this one."""
        return [*(self.all_of or []), *(self.any_of or []), *([self.not_] if self.not_ else [])]

    def walk(self) -> list[Condition]:
        """This condition and all inside it."""
        return [self, *(inner for part in self.parts for inner in part.walk())]

    def _operator_problems(self, head: str) -> list[str]:
        found = self.operators
        if head != "field":
            problems = [f"{_shown(name)} goes with field only" for name in found]
            alone = head != "event" and (self.page_class is not None or self.min_count != 1)
            return [*problems, *(["page_class and min_count go with event only"] if alone else [])]
        known = FIELDS.get(self.field or "")
        if not found:
            return [f"compare the field: {', '.join(map(_shown, _OPERATORS))}"]
        wrong = [name for name in found if known and name not in _TESTS[known.kind]]
        return [f"{_shown(name)} does not fit the {known.kind} field {self.field!r}" for name in wrong if known]

    def _name_problems(self) -> list[str]:
        checks: list[tuple[str, list[str], tuple[str, ...]]] = [
            ("field", [self.field] if self.field else [], tuple(FIELDS)),
            ("fact", [self.fact] if self.fact else [], _FLAGS),
            ("event", self.event or [], EVENT_TYPES),
            ("page_class", self.page_class or [], PAGE_CLASSES),
        ]
        return [
            f"unknown {what} {name!r} ({hint(name, known)})"
            for what, names, known in checks
            for name in names
            if name not in known
        ]

    def _reference_problems(self) -> list[str]:
        found = [(self.in_, LIST_REFERENCES), (self.contains_any, LIST_REFERENCES), (self.between, BAND_REFERENCES)]
        return [
            f"unknown list {value!r} ({hint(value, known)})"
            for value, known in found
            if isinstance(value, str) and value not in known
        ]

    def _value_problems(self) -> list[str]:
        """Values that could not be compared, or would never be met."""
        texts = [self.is_, *(value for values in (self.in_, self.contains_any) for value in values or [])]
        problems = ["a NUL character cannot stand in a text"] if any("\0" in str(text) for text in texts) else []
        bands = self.between if isinstance(self.between, list) else []
        if any(high is not None and low > high for low, high in bands):
            problems.append("a band goes from low to high")
        kind = FIELDS[self.field].kind if self.field in FIELDS else None
        if self.is_ is None or kind is None or _FITS[kind](self.is_):
            return problems
        return [*problems, f"is: {_EXPECTED[kind]} for the {kind} field {self.field!r}, found {self.is_!r}"]


def _is_number(value: object) -> bool:
    try:
        return not isinstance(value, bool) and math.isfinite(float(str(value)))
    except ValueError:
        return False


# YAML reads NO as false and 2000 as a number: neither would ever equal a text
_FITS: dict[str, Callable[[object], bool]] = {
    "text": lambda value: isinstance(value, str),
    "number": _is_number,
    "flag": lambda value: isinstance(value, bool),
}
_EXPECTED = {"text": "expected a text, in quotes,", "number": "expected a number", "flag": "expected true or false"}


def _shown(name: str) -> str:
    return name.rstrip("_")
