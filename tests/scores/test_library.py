from __future__ import annotations

from copy import deepcopy
from datetime import timedelta
from typing import Any

import polars as pl
import pytest
import yaml

from leadgrade.config.scoring import ScoringConfig
from leadgrade.config.scoring_conditions import Condition
from leadgrade.errors import InputError
from leadgrade.scores import score
from leadgrade.scores.conditions import literal, word_pattern
from leadgrade.scores.model import default_model
from tests.support import AS_OF, REPOSITORY

PERSON: dict[str, Any] = {
    "person_id": "p_1", "industry": "Computer Software", "employees": 200, "country": "us", "seniority": "director",
    "city": "Rome", "text": "we love lead scoring", "budget": 100.5, "current_solution": "ΟΔΟΣ İ",
}  # fmt: skip


def model(*rules: dict[str, Any], **changes: Any) -> ScoringConfig:
    seed = yaml.safe_load((REPOSITORY / "config" / "scoring.yaml").read_text(encoding="utf-8"))
    full = [{"id": f"fit.r{i}", "dimension": "fit", "points": 1, **rule} for i, rule in enumerate(rules)]
    return ScoringConfig.model_validate({**deepcopy(seed), **changes, **({"rules": full} if full else {})})


CONDITIONS: dict[str, tuple[dict[str, Any], str | None]] = {
    "is": ({"field": "city", "is": " ROME "}, "city:ROME"),
    # Python makes another small letter of the last one, and two of a capital I with a dot
    "is in another alphabet": ({"field": "current_solution", "is": "ΟΔΟΣ İ"}, "current_solution:ΟΔΟΣ İ"),
    "phrase in another alphabet": ({"field": "current_solution", "contains_any": ["ΟΔΟΣ"]}, "current_solution:οδοσ"),
    "is not": ({"field": "city", "is": "Paris"}, None),
    "in": ({"field": "city", "in": ["rome", "oslo"]}, "city:Rome"),
    "synonym of an industry": ({"field": "industry", "in": ["Computer Software"]}, "industry:Computer Software"),
    "in an empty list": ({"field": "annual_revenue", "between": "icp.revenue"}, None),
    "lower end": ({"field": "employees", "between": [200, 2000]}, "employees:200..2000"),
    "second band": ({"field": "employees", "between": [[1, 10], [100, None]]}, "employees:100.."),
    "at_least": ({"field": "budget", "at_least": 100.5}, "budget:100.5.."),
    "both ends": ({"field": "budget", "at_least": 1, "at_most": 100}, None),
    "known": ({"field": "city", "known": True}, "city"),
    "unknown": ({"field": "region", "known": True}, None),
    "not of unknown": ({"not": {"field": "region", "is": "x"}}, "not: region"),
    "phrase": ({"field": "text", "contains_any": ["scoring", "lead scoring"]}, "text:lead scoring"),
    "part of a word": ({"field": "text", "contains_any": ["score", "ove"]}, None),
    "all": ({"all": [{"field": "city", "known": True}, {"fact": "is_phone_verified"}]}, None),
    "all of two": ({"all": [{"field": "city", "known": True}, {"field": "budget", "known": True}]}, "city, budget"),
    "any": ({"any": [{"fact": "is_spam"}, {"field": "city", "known": True}]}, "city"),
    "event": ({"event": "download"}, "event_2"),
    "event often enough": ({"event": ["download", "webinar"], "min_count": 3}, "event_2"),
    "event not often enough": ({"event": "download", "min_count": 3}, None),
    "event of a page": ({"event": "download", "page_class": "blog"}, "event_1"),
    "event in a group": (
        {"all": [{"event": "webinar"}, {"not": {"event": "trial_start"}}]},
        "event_3, not: trial_start",
    ),
    "quotes": ({"field": "city", "is": "'; drop table scores.facts; --"}, None),
    "quotes in a list": ({"field": "city", "in": ["x') or true --", "Rome'"]}, None),
    "pattern in a phrase": ({"field": "text", "contains_any": [".*", "a|b", "(", "\\", "'"]}, None),
}
EVENTS = pl.DataFrame(
    [("p_1", "download", "blog", 9), ("p_1", "download", None, 2), ("p_1", "webinar", None, 30)],
    schema=["person_id", "type", "page_class", "days"],
    orient="row",
).select("person_id", "type", "page_class", occurred_at=pl.lit(AS_OF) - pl.duration(days="days"))


def test_conditions() -> None:
    config = model(*({"id": f"fit.r{n}", "when": when} for n, (when, _) in enumerate(CONDITIONS.values())))
    points = score(pl.DataFrame([PERSON]), EVENTS, model=config, as_of=AS_OF).points
    evidence = dict(points.select("rule", "evidence").iter_rows())
    assert {name: evidence.get(f"fit.r{n}") for n, name in enumerate(CONDITIONS)} == {
        n: e for n, (_, e) in CONDITIONS.items()
    }


def test_max_count_and_half_life() -> None:
    config = model(
        {"when": {"event": ["download", "webinar"]}, "points": 10, "max_count": 2},
        {"when": {"event": "webinar"}, "points": 10, "half_life_days": 15},
        {"when": {"event": "webinar"}, "points": 10, "lookback_days": 29},
        {"when": {"event": "webinar"}, "dimension": "negative", "points": -5, "half_life_days": 30},
    )
    points = score(pl.DataFrame([PERSON]), EVENTS, model=config, as_of=AS_OF).points
    # 10 after two half-lives is 2.5, which rounds to 3; -5 after one is -2.5: -3
    assert dict(points.select("rule", "points").iter_rows()) == {"fit.r0": 20, "fit.r1": 3, "fit.r3": -3}


def test_default_model_on_a_bare_frame() -> None:
    quality, points = score(pl.DataFrame({"person_id": ["p_1", "p_2"]}), as_of=AS_OF)
    assert quality["score"].to_list() == [0, 0]
    assert quality["gates_failed"].to_list() == ["fit,intent"] * 2
    assert points.height == 0
    assert default_model() == model()


def test_behaviour_columns_stand_in_for_events() -> None:
    people = pl.DataFrame(
        {"person_id": ["p_1"], "has_committee": [True], "committee_account": ["a_1"], "product_events": [5]}
    )
    quality, points = score(people, as_of=AS_OF)
    assert quality.select("access", "stage").row(0) == (10, "pql")
    assert points["evidence"].to_list() == ["a_1"]


def test_committee_by_account_column() -> None:
    people = pl.DataFrame({"person_id": ["p_1", "p_2", "p_3"], "account_id": ["a", "a", None]})
    at = AS_OF - timedelta(days=1)
    events = pl.DataFrame({"person_id": ["p_1", "p_2", "p_3"], "type": ["webinar"] * 3, "occurred_at": [at] * 3})
    assert score(people, events, as_of=AS_OF).quality["access"].to_list() == [10, 10, 0]


BAD_FRAMES = {
    "no id": (pl.DataFrame({"country": ["US"]}), "no column 'person_id'"),
    "id twice": (pl.DataFrame({"person_id": ["a", "a"]}), "unique"),
    "id missing": (pl.DataFrame({"person_id": ["a", None]}), "unique"),
    "unknown column": (pl.DataFrame({"person_id": ["a"], "industri": ["x"]}), "did you mean 'industry'?"),
}


@pytest.mark.parametrize(("people", "message"), BAD_FRAMES.values(), ids=BAD_FRAMES)
def test_bad_frame(people: pl.DataFrame, message: str) -> None:
    with pytest.raises(InputError, match=message.replace("?", r"\?")):
        score(people, as_of=AS_OF)


@pytest.mark.parametrize("value", ["a\0b", float("inf"), float("nan")], ids=repr)
def test_values_that_cannot_stand_in_sql(value: str | float) -> None:
    with pytest.raises(ValueError, match="cannot stand in SQL"):
        literal(value)


def test_word_pattern_of_nothing() -> None:
    assert word_pattern(["", "  "]) == ""


def test_conditions_are_read_from_python_names_too() -> None:
    assert Condition(field="city", is_="Rome") == Condition.model_validate({"field": "city", "is": "Rome"})
