"""The nightly calibration on a company whose law of winning is known."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest

from leadgrade.engine import DuckDBEngine
from leadgrade.metrics.calibration_stage import build_calibration, build_first_scores
from leadgrade.run import Run
from tests.metrics.world import World, load_world, make_world
from tests.support import AS_OF, make_run

PEOPLE = 2400
POINTS = {"intent.demo": 25, "fit.geo": 10, "fit.industry": 10, "intent.pricing": 10}


def _company(days_old: int = 120) -> World:
    """Demos win, industries help, geography does nothing; pricing pages are looked at after the deal was won."""
    dice, world = Random(4), make_world(0)
    for number in range(PEOPLE):
        person, created = f"p_{number}", AS_OF - timedelta(days=days_old, minutes=number)
        fired = {rule for rule in ("intent.demo", "fit.geo", "fit.industry") if dice.random() < 0.4}
        won = dice.random() < 0.08 + 0.35 * ("intent.demo" in fired) + 0.12 * ("fit.industry" in fired)
        late = won and dice.random() < 0.9
        fired |= {"intent.pricing"} if late else set()
        _add(world, person, created, fired, late, dice)
        if won:
            at = {"created_at": created + timedelta(days=60), "close_date": created + timedelta(days=70)}
            deal = {"record_id": f"o_{number}", "file_id": "f_o", "row_number": number, "is_won": True, **at}
            world["raw.opportunities"].append(deal)
            link = {"object": "opportunities", "record_id": f"o_{number}", "person_id": person, "method": "email"}
            world["people.links"].append(link)
            version = {"record_id": f"o_{number}", "file_id": "f_o", "row_number": number}
            world["raw.versions"].append({"object": "opportunities", "state": "current", **version})
    return world


def _add(world: World, person: str, created, fired: set[str], late: bool, dice: Random) -> None:
    status = "closed" if late else dice.choice(["open", "new"])
    golden = {"person_id": person, "leads": 1, "created_at": created, "source": "web", "lead_status": status}
    world["people.golden"].append(golden)
    score = sum(POINTS[rule] for rule in fired)
    world["scores.quality"].append({"person_id": person, "score": score, "is_quality": False, "stage": "lead"})
    for rule in fired:
        event = f"e_{person}_{rule}"
        points = {
            "dimension": rule.split(".")[0],
            "points": POINTS[rule],
            "points_raw": POINTS[rule],
            "evidence": event,
        }
        world["scores.points"].append({"person_id": person, "rule": rule, **points})
        at = created + timedelta(days=65 if rule == "intent.pricing" else 31)
        world["scores.person_events"].append({"record_id": event, "person_id": person, "occurred_at": at})


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    run = make_run(tmp_path_factory.mktemp("home"))
    load_world(run, _company())
    return run


def _rows(engine: DuckDBEngine, query: str) -> list[tuple]:
    return engine.collect(query).rows()


def test_rules_are_held_against_outcomes_without_what_came_after(run: Run) -> None:
    verdicts = dict(
        _rows(run.engine, "select rule, verdict from metrics.rule_lift where outcome = 'won' and fired > 0")
    )
    assert verdicts == {"intent.demo": "supported", "fit.geo": "no_evidence", "fit.industry": "supported"}
    by_hand = _rows(
        run.engine,
        "select count(*), count(*) filter (person_id in (select person_id from metrics.deal_facts)) "
        "from scores.points where rule = 'intent.demo'",
    )
    assert (
        _rows(run.engine, "select fired, fired_won from metrics.rule_lift where rule = 'intent.demo'")[0] == by_hand[0]
    )
    rules = {rule.id for rule in run.settings.scoring.rules}
    assert {row[0] for row in _rows(run.engine, "select rule from metrics.rule_lift")} == rules
    assert run.engine.count("metrics.rule_lift") == 2 * len(rules)


def test_leaks_are_named(run: Run) -> None:
    leaks = _rows(run.engine, "select kind, field, reason from metrics.leaks where verdict = 'leak' order by all")
    assert leaks == [("field", "lead_status", "knows_too_much"), ("rule", "intent.pricing", "written_after_outcome")]


def test_probabilities_are_calibrated_on_later_people(run: Run) -> None:
    found = {row["model"]: row for row in run.engine.read("metrics.calibration").to_dicts()}
    assert set(found) == {"score_share", "win_curve", "rules"}
    assert {row["people"] for row in found.values()} == {round(PEOPLE * 0.3)}
    assert found["score_share"]["verdict"] == "uncalibrated"
    assert found["rules"]["verdict"] == "calibrated"
    assert found["rules"]["auc"] > 0.65
    sums = _rows(run.engine, "select model, sum(people), sum(won) from metrics.calibration_bins group by model")
    assert {(people, won) for _, people, won in sums} == {(found["rules"]["people"], found["rules"]["won"])}


def test_everybody_has_a_probability_and_they_add_up_to_the_winners(run: Run) -> None:
    people, curve, rules = _rows(run.engine, "select count(*), sum(p_win), sum(p_rules) from metrics.win_probability")[
        0
    ]
    won = run.engine.count("metrics.deal_facts")
    assert people == PEOPLE
    assert curve == pytest.approx(won, rel=1e-6)
    assert rules == pytest.approx(won, rel=0.01)
    best = "select avg(p_rules) from metrics.win_probability semi join scores.points as p on rule = 'intent.demo' and "
    assert _rows(run.engine, best + "p.person_id = win_probability.person_id")[0][0] == pytest.approx(0.48, abs=0.04)


def test_the_first_score_stays_and_is_what_counts(run: Run) -> None:
    engine = run.engine
    before = _rows(engine, "select * from metrics.first_scores order by all")
    engine.sql("update scores.quality set score = score + 50")
    build_first_scores(make_run(run.home, engine, as_of=AS_OF + timedelta(days=1)))
    assert _rows(engine, "select * from metrics.first_scores order by all") == before
    engine.sql("update scores.quality set score = score - 50")


def test_too_few_outcomes_conclude_nothing(home) -> None:
    run = make_run(home)
    load_world(run, make_world(40))
    verdicts = _rows(run.engine, "select distinct verdict from metrics.calibration")
    assert verdicts == [("insufficient_data",)]
    assert _rows(run.engine, "select distinct verdict from metrics.rule_lift") == [("insufficient_data",)]
    assert _rows(run.engine, "select distinct verdict from metrics.leaks") == [("insufficient_data",)]
    assert run.engine.count("metrics.win_probability") == run.engine.count("metrics.win_curve") == 0
    build_calibration(run)
