from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from leadgrade.config.scoring import ScoringConfig
from leadgrade.scores.model import ScoringModel
from tests.support import REPOSITORY

SEED: dict[str, Any] = yaml.safe_load((REPOSITORY / "config" / "scoring.yaml").read_text(encoding="utf-8"))


def with_rule(**changes: Any) -> dict[str, Any]:
    rule = {"id": "fit.other", "dimension": "fit", "points": 5, "when": {"field": "city", "known": True}, **changes}
    return {**deepcopy(SEED), "rules": [*deepcopy(SEED["rules"]), rule]}


def faults(data: dict[str, Any]) -> list[tuple[str, str]]:
    with pytest.raises(ValidationError) as caught:
        ScoringConfig.model_validate(data)
    return [(".".join(map(str, item["loc"])), item["msg"]) for item in caught.value.errors()]


CASES: dict[str, tuple[dict[str, Any], str, str]] = {
    "unknown field": (with_rule(when={"field": "industri", "is": "x"}), "rules.fit.other.when", "did you mean 'industry'?"),
    "unknown fact": (with_rule(when={"fact": "has_budget"}), "rules.fit.other.when", "did you mean 'has_budget_owner'?"),
    "unknown event": (with_rule(when={"event": "page_visit"}), "rules.fit.other.when", "did you mean 'page_view'?"),
    "unknown page": (with_rule(when={"event": "page_view", "page_class": "price"}), "rules.fit.other.when", "unknown page_class"),
    "unknown list": (with_rule(when={"field": "country", "in": "icp.country"}), "rules.fit.other.when", "'icp.countries'?"),
    "unknown dimension": (with_rule(dimension="fitt"), "rules.fit.other.dimension", "fit, intent"),
    "no comparison": (with_rule(when={"field": "country"}), "rules.fit.other.when", "compare the field"),
    "wrong comparison": (with_rule(when={"field": "country", "at_least": 3}), "rules.fit.other.when", "does not fit the text"),
    "two heads": (with_rule(when={"field": "city", "known": True, "fact": "is_spam"}), "rules.fit.other.when", "exactly one of"),
    "fault deep inside": (with_rule(when={"all": [{"not": {"fact": "is_spamm"}}]}), "rules.fit.other.when.all.0.not", "is_spam"),
    "duplicate id": (with_rule(id="fit.geo"), "rules.fit.geo.id", "stands 2 times"),
    "plus in negative": (with_rule(dimension="negative"), "rules.fit.other", "0 or less"),
    "minus in fit": (with_rule(points=-5), "rules.fit.other", "belong to the dimension negative"),
    "lookback of nothing": (with_rule(lookback_days=30), "rules.fit.other", "no effect without an event"),
    "count in a group": (
        with_rule(when={"all": [{"event": "download"}]}, max_count=2), "rules.fit.other", "needs an event as the whole condition"
    ),
    "sensitive word": (with_rule(id="fit.gender"), "rules.fit.gender", "protected attribute"),
    "sensitive value": (with_rule(when={"field": "text", "contains_any": ["her age"]}), "rules.fit.other", "protected"),
    "sensitive item": (
        {**SEED, "checklists": {"need": {"goals": {"field": "text", "contains_any": ["his religion"]}}}},
        "checklists.need.goals", "'religion' is a protected attribute (leave it out, or write allow_sensitive: [need.goals])",
    ),
    "near miss too high": ({**SEED, "thresholds": {"quality": 80, "near_miss": 80}}, "thresholds.near_miss", "out of order"),
    "grades out of order": ({**SEED, "thresholds": {"grades": {"A": 10, "B": 60, "F": 0}}}, "thresholds.grades", "out of order"),
    "unreachable": ({**SEED, "thresholds": {"quality": 146}}, "thresholds.quality", "add up to 145"),
    "gate above cap": ({**SEED, "dimensions": {"fit": {"cap": 10, "gate": 20}}}, "dimensions.fit", "above cap"),
    "unknown base": ({**SEED, "base": "sed"}, "base", "did you mean 'seed'?"),
    "norway": ({**SEED, "icp": {"countries": [False]}}, "icp.countries.0", "write 'NO'"),
    "band upside down": ({**SEED, "icp": {"employees": [2000, 200]}}, "icp.employees", "from low to high"),
    "unknown key": ({**SEED, "treshold": 3}, "treshold", "did you mean thresholds"),
    "infinite bound": (
        with_rule(when={"field": "budget", "at_least": float("inf")}), "rules.fit.other.when.at_least", "expected a number"
    ),
    "infinite half-life": (
        with_rule(when={"event": "download"}, half_life_days=float("inf")), "rules.fit.other.half_life_days", "expected a number"
    ),
    "norway in a condition": (with_rule(when={"field": "country", "is": False}), "rules.fit.other.when", "a text, in quotes"),
    "number for a text": (with_rule(when={"field": "region", "is": 75}), "rules.fit.other.when", "in quotes, for the text"),
    "text for a number": (with_rule(when={"field": "employees", "is": "many"}), "rules.fit.other.when", "expected a number"),
    "text for a flag": (with_rule(when={"field": "is_student", "is": "no"}), "rules.fit.other.when", "expected true or false"),
    "band of a condition upside down": (
        with_rule(when={"field": "employees", "between": [2000, 200]}), "rules.fit.other.when", "from low to high"
    ),
    "nul in a condition": (with_rule(when={"field": "city", "in": ["a\0b"]}), "rules.fit.other.when", "NUL character"),
    "nul character": ({**SEED, "icp": {"keywords": ["a\0b"]}}, "icp.keywords.0", "of the form"),
}  # fmt: skip


@pytest.mark.parametrize(("data", "key", "message"), CASES.values(), ids=CASES)
def test_fault(data: dict[str, Any], key: str, message: str) -> None:
    found = faults(data)
    assert [where for where, _ in found] == [key]
    assert message in found[0][1]


def test_all_faults_at_once() -> None:
    data = with_rule(when={"fact": "no_such"}, id="fit.geo")
    data["thresholds"] = {"near_miss": 90}
    data["rules"].append({"id": "fit.third", "dimension": "nowhere", "points": 1, "when": {"fact": "is_spam"}})
    assert sorted({key for key, _ in faults(data)}) == [
        "rules.fit.geo.id",
        "rules.fit.geo.when",
        "rules.fit.third.dimension",
        "thresholds.near_miss",
    ]


def test_sensitive_rules_where_allowed() -> None:
    assert ScoringConfig.model_validate({**with_rule(id="fit.age_band"), "allow_sensitive": ["fit.age_band"]})


def test_sensitive_items_where_allowed() -> None:
    data = {**SEED, "checklists": {"need": {"age_group": {"field": "text", "contains_any": ["pension"]}}}}
    assert [where for where, _ in faults(data)] == ["checklists.need.age_group"]
    assert ScoringConfig.model_validate({**data, "allow_sensitive": ["need.age_group"]})


def test_one_rule_allowed_by_name_allows_no_other() -> None:
    data = {**with_rule(id="fit.age_band"), "allow_sensitive": ["fit.age_band"]}
    data["rules"].append(
        {"id": "fit.gender", "dimension": "fit", "points": 1, "when": {"field": "city", "known": True}}
    )
    assert [where for where, _ in faults(data)] == ["rules.fit.gender"]
    assert faults({**SEED, "allow_sensitive": ["fit.gone"]})[0][1].startswith("no rule has the id 'fit.gone'")
    assert [where for where, _ in faults({**SEED, "allow_sensitive": True})] == ["allow_sensitive"]


def test_seed_totals() -> None:
    model = ScoringModel(ScoringConfig.model_validate(SEED))
    assert list(model.caps.values()) == [50, 40, 20, 20, 15]
    assert model.score_most == 145
    raw = {name: model.points_most(name) for name in (*model.caps, "negative")}
    assert raw == {"fit": 50, "intent": 85, "access": 30, "timing": 25, "integrity": 20, "negative": -105}


def test_model_id_follows_content_alone() -> None:
    model = ScoringModel(ScoringConfig.model_validate(SEED))
    turned = ScoringModel(ScoringConfig.model_validate({**SEED, "rules": SEED["rules"][::-1]}))
    changed = ScoringModel(ScoringConfig.model_validate({**SEED, "lookback_days": 91}))
    assert turned.model_id == model.model_id
    assert changed.model_id != model.model_id
    assert ScoringModel(model.config, "b2c").model_id != model.model_id


def test_b2c_switches_the_mail_rules_off() -> None:
    rules = {rule.id for rule in ScoringModel(ScoringConfig.model_validate(SEED), "b2c").rules}
    assert not rules & {"integrity.corporate_email", "neg.freemail"}
