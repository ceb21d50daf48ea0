"""Whatever stands at a key of the configuration, the fault is told in the words of the project."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import yaml

from leadgrade.config.loader import MODELS, _check
from leadgrade.errors import Fault
from tests.support import REPOSITORY

PYDANTIC = ("Input should", "Value error", "Field required", "Unable to", "Datetimes")
WRONG: list[Any] = [7, "abc", [1], ["x", {"a": 1}], {"a": 1}, True, None, -1, 3.7, "", []]
SHIPPED = {name: yaml.safe_load((REPOSITORY / "config" / f"{name}.yaml").read_text()) for name in MODELS}
MEANT: dict[str, tuple[str, Any]] = {
    "run.yaml: keep_generations: expected a whole number; found 'many' (left out, it is 7)": ("keep_generations", "many"),
    "run.yaml: keep_generations: expected 2 or more; found 0 (left out, it is 7)": ("keep_generations", 0),
    "run.yaml: default_country: expected text; found false": ("default_country", False),
    "sources.yaml: sources.crm.object: expected one of leads, accounts": ("sources.crm", {"path": "x", "object": "lead"}),
    "sources.yaml: sources: expected keys with values, such as {key: value}; found a list": ("sources", [1]),
    "sources.yaml: sources.crm.mapping: expected keys with values": ("sources.crm", {"path": "x", "mapping": 7}),
    "sources.yaml: sources.crm.path: the key is missing": ("sources.crm", {}),
    "scoring.yaml: thresholds.quality: expected a whole number; found 'high' (left out, it is 80)": (
        "thresholds.quality", "high",
    ),
    "scoring.yaml: engagement.types.0: expected text; found 7": ("engagement.types", [7]),
    "scoring.yaml: rules.fit.geo.points: expected a whole number": ("rules", [{"id": "fit.geo", "points": "x"}]),
    "scoring.yaml: rules.fit.geo.when.in: expected a list such as [a, b] or text; found 7": (
        "rules", [{"id": "fit.geo", "dimension": "fit", "points": 1, "when": {"field": "country", "in": 7}}],
    ),
    "scoring.yaml: rules: expected a list such as [a, b]; found keys with values": ("rules", {"fit.geo": 1}),
}  # fmt: skip


def faults(name: str, data: Any) -> list[Fault]:
    found: list[Fault] = []
    _check(name, data, found)
    return found


def changed(data: Any, place: tuple[Any, ...], value: Any) -> Any:
    """A copy of a configuration with another value at a place."""
    whole = copy.deepcopy(data)
    inner = whole
    for part in place[:-1]:
        inner = inner[part]
    inner[place[-1]] = value
    return whole


def places(data: Any, above: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """One place of each shape: the first entry stands for its list."""
    inside = (
        list(data.items()) if isinstance(data, dict) else list(enumerate(data[:1])) if isinstance(data, list) else []
    )
    return [place for key, value in inside for place in [(*above, key), *places(value, (*above, key))]]


@pytest.mark.parametrize("words", MEANT)
def test_a_wrong_value_is_told_with_what_was_expected(words: str) -> None:
    name, (key, value) = words.partition(".")[0], MEANT[words]
    told = [str(fault) for fault in faults(name, changed(SHIPPED[name], tuple(key.split(".")), value))]
    assert [line for line in told if line.startswith(words)], told


@pytest.mark.parametrize("name", ["run", "sources", "scoring", "decay"])
def test_no_fault_is_told_in_the_words_of_pydantic(name: str) -> None:
    data = SHIPPED[name]
    found = places({key: value for key, value in data.items() if key != "rules"})
    assert len(found) > 5
    for number, place in enumerate(found):
        # a few at each place: which ones goes round
        for wrong in (WRONG * 2)[number % len(WRONG) :][:3]:
            told = [str(fault) for fault in faults(name, changed(data, place, wrong))]
            assert not [line for line in told if any(words in line for words in PYDANTIC)], told
