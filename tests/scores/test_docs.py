from __future__ import annotations

import re
from collections.abc import Iterator

from pydantic import BaseModel

from leadgrade.config.scoring import Rule, ScoringConfig
from leadgrade.config.scoring_conditions import Condition
from leadgrade.config.scoring_fields import FIELDS, QUESTIONS
from leadgrade.scores.model import default_model
from tests.support import REPOSITORY

TEXT = (REPOSITORY / "docs" / "scoring.md").read_text(encoding="utf-8")


def keys(model: type[BaseModel]) -> Iterator[str]:
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel) and kind is not Condition:
            yield from (f"{name}.{inner}" for inner in keys(kind))
        else:
            yield field.alias or name


def test_every_rule_is_documented_with_its_points() -> None:
    shown = {rule: int(points) for rule, points in re.findall(r"^\| `(\w+\.\w+)` \| (-?\d+) \|", TEXT, re.MULTILINE)}
    assert shown == {rule.id: rule.points for rule in default_model().rules}


def test_every_key_field_and_comparison_is_documented() -> None:
    dimensions = {key for key in keys(ScoringConfig) if key.startswith("dimensions.")}
    names = {*keys(ScoringConfig), *keys(Rule), *FIELDS} - dimensions
    assert sorted(name for name in names if f"`{name}`" not in TEXT) == []
    words = {*keys(Condition), *QUESTIONS, *(key.split(".")[1] for key in dimensions)}
    assert sorted(word for word in words if not re.search(rf"\b{word}\b", TEXT)) == []


def test_the_example_runs() -> None:
    example = re.search(r"```python\n(.*?)```", TEXT, re.DOTALL)
    assert example
    names: dict[str, object] = {}
    exec(example.group(1), names)
    assert names["quality"].height == 1  # type: ignore[attr-defined]
