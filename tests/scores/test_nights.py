from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import yaml

from leadgrade.run import Run
from leadgrade.scores.build import build_all, build_history, build_models
from leadgrade.scores.config_tables import model_of
from tests.scores.people import make_inputs
from tests.support import AS_OF, REPOSITORY, make_run


def night(run: Run, days: int) -> Run:
    return replace(run, as_of=AS_OF + timedelta(days=days))


def started(home: Path, keep: int = 400) -> Run:
    run = make_run(home)
    settings = run.settings
    run = replace(run, settings=replace(settings, run=settings.run.model_copy(update={"keep_history_nights": keep})))
    make_inputs(run.engine, [{"name": "p_1"}, {"name": "p_2"}])
    build_all(run)
    return run


def nights(run: Run) -> list[int]:
    return [
        (at - AS_OF).days
        for at in run.engine.collect("select distinct as_of from scores.history order by as_of")["as_of"]
    ]


def test_history_grows_and_the_same_night_is_replaced(tmp_path: Path) -> None:
    run = started(tmp_path)
    build_history(night(run, 1))
    build_history(night(run, 1))
    assert nights(run) == [0, 1]
    assert run.engine.count("scores.history") == 4


def test_old_nights_go(tmp_path: Path) -> None:
    run = started(tmp_path, keep=2)
    for days in (1, 2, 3):
        build_history(night(run, days))
    assert nights(run) == [2, 3]


def test_models_are_kept_by_content(tmp_path: Path) -> None:
    run = started(tmp_path)
    build_models(night(run, 1))
    assert run.engine.read("scores.models", ["model_id", "first_used_at"]).rows() == [(model_of(run).model_id, AS_OF)]
    settings = run.settings
    changed = replace(
        run, settings=replace(settings, scoring=settings.scoring.model_copy(update={"lookback_days": 30}))
    )
    build_models(changed)
    assert run.engine.count("scores.models") == 2


def test_checks_pass_and_each_can_fail(tmp_path: Path) -> None:
    run = started(tmp_path)
    rules = yaml.safe_load((REPOSITORY / "sql" / "checks" / "scores.yaml").read_text(encoding="utf-8"))

    def failures(name: str) -> int:
        rule = rules[name]
        query = rule.get("query") or f"select {rule['key']} as key from {rule['table']} where {rule['where']}"
        return run.engine.collect(query).height

    assert {name: failures(name) for name in rules if rules[name]["blocking"]} == dict.fromkeys(
        (name for name in rules if rules[name]["blocking"]), 0
    )
    damages = {
        "points_add_up": "update scores.points set points = points + 1 where person_id = 'p_1'",
        "score_range": "update scores.quality set score = 146 where person_id = 'p_1'",
        "caps_hold": "update scores.quality set fit = 51 where person_id = 'p_1'",
        "integrity_agrees": "update scores.integrity set points = 3 where person_id = 'p_1'",
        "points_rule_known": "insert into scores.points select * from scores.points",
        "every_person_scored": "delete from scores.quality where person_id = 'p_1'",
        "changes_add_up": "insert into scores.changed_people (person_id, change) values ('p_1', 1)",
        "quality_lead_rate": "update scores.quality set is_quality = false",
        "quality_near_misses": "update scores.quality set score = 79",
    }
    assert set(damages) == set(rules)
    for name, damage in damages.items():
        run.engine.sql(damage)
        assert failures(name) > 0, name
