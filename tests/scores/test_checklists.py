"""Checklists and committees: what is known, of whom, from what; and that nothing of it is a gate unless the model says so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from leadgrade.config.scoring import ScoringConfig
from leadgrade.config.scoring_checklists import DEFAULT_CHECKLISTS
from leadgrade.engine import DuckDBEngine
from leadgrade.run import Run
from leadgrade.scores.build import build_all
from leadgrade.scores.model import ScoringModel, default_model
from tests.scores.people import make_inputs
from tests.support import make_run

TEXT = (
    "Our goal is to reduce manual work; requirements: an alternative before the deadline. Doing nothing costs. Growing"
)
WHOLE = {
    "use_case": "routing", "budget_hi": 1000, "buying_role": "budget_holder", "declared_timeline_days": 30, "free_text": TEXT,
    "current_solution": "spreadsheets",
}  # fmt: skip
PEOPLE: list[dict[str, Any]] = [
    {
        "name": "p_whole",
        "golden": WHOLE,
        "account": "a_1",
        "won": True,
        "events": [["rfp", None, 3], ["webinar", None, 3]],
    },
    {"name": "p_nothing"},
    {
        "name": "p_half",
        "golden": {"budget_lo": 5, "seniority": "vp"},
        "account": "a_1",
        "events": [["email_click", None, 3]],
    },
    {"name": "p_user", "golden": {"buying_role": "end_user", "seniority": "vp"}, "account": "a_1"},
    {"name": "p_alone", "golden": {"seniority": "manager"}, "account": "a_2", "events": [["webinar", None, 3]]},
]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    with DuckDBEngine() as engine:
        run = make_run(tmp_path_factory.mktemp("home"), engine)
        make_inputs(engine, PEOPLE)
        build_all(run)
        yield run


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Run]:
    """A run that a test may grade by a model of its own."""
    with DuckDBEngine() as engine:
        run = make_run(tmp_path, engine)
        make_inputs(engine, PEOPLE)
        yield run


def by(run: Run, model: ScoringConfig) -> None:
    build_all(replace(run, settings=replace(run.settings, scoring=model)))


def coverage(run: Run, person: str) -> dict[str, Any]:
    return run.engine.collect(
        "select * exclude person_id from scores.coverage where person_id = $p", {"p": person}
    ).to_dicts()[0]


def known(run: Run, person: str) -> dict[str, dict[str, str]]:
    query = "select checklist, item, evidence from scores.checklists where person_id = $p order by all"
    found: dict[str, dict[str, str]] = {}
    for checklist, item, evidence in run.engine.collect(query, {"p": person}).rows():
        found.setdefault(checklist, {})[item] = evidence
    return found


def test_everything_known_but_a_champion_and_an_economic_signal(run: Run) -> None:
    found = known(run, "p_whole")
    assert {name: set(items) for name, items in found.items()} == {
        name: set(items) - {"champion", "several_uses"} for name, items in DEFAULT_CHECKLISTS.items()
    }
    assert found["bant"] == {
        "authority": "buying_role:budget_holder", "budget": "budget", "need": "use_case", "timeline": "declared_timeline_days",
    }  # fmt: skip
    assert found["meddicc"]["decision_process"] == "e_p_whole_0"
    assert coverage(run, "p_whole") == {
        "bant": 1.0, "champ": 1.0, "meddicc": pytest.approx(6 / 7), "questions": 1.0, "need_coverage": 1.0, "ltv_index": 0.75,
        "missing": None,
    }  # fmt: skip


def test_of_nobody_anything_is_made_up(run: Run) -> None:
    assert known(run, "p_nothing") == {}
    assert coverage(run, "p_nothing")["missing"] == "authority,budget,need,timeline"
    assert {value for key, value in coverage(run, "p_nothing").items() if key != "missing"} == {0.0}


def test_half_a_checklist_names_what_is_missing(run: Run) -> None:
    assert (coverage(run, "p_half")["bant"], coverage(run, "p_half")["missing"]) == (0.5, "need,timeline")


def test_no_gate_unless_the_model_says_so(run: Run, other: Run) -> None:
    gates = dict(run.engine.collect("select person_id, gates_failed from scores.quality").rows())
    assert gates == dict.fromkeys(gates, "fit,intent")
    own = {"base": "seed", "checklist_gates": {"bant": 0.5, "questions": 0.1}}
    by(other, ScoringConfig.model_validate(own))
    gates = dict(other.engine.collect("select person_id, gates_failed from scores.quality").rows())
    assert gates == {
        "p_whole": "fit,intent", "p_half": "fit,intent", "p_nothing": "fit,intent,bant,questions",
        "p_user": "fit,intent,bant", "p_alone": "fit,intent,bant,questions",
    }  # fmt: skip


def test_a_checklist_of_ones_own(other: Run) -> None:
    own = {"base": "seed", "checklists": {"bant": {"authority": {"field": "seniority", "is": "manager"}}}}
    model = ScoringConfig.model_validate(own)
    by(other, model)
    found = {person: coverage(other, person) for person in ("p_alone", "p_whole")}
    assert (found["p_alone"]["bant"], found["p_whole"]["bant"], found["p_whole"]["champ"]) == (1, 0, 1)
    assert ScoringModel(model).model_id != ScoringModel(default_model()).model_id


def test_the_committee_of_an_account(run: Run) -> None:
    rows = {row["account_id"]: row for row in run.engine.read("scores.committees").to_dicts()}
    assert rows["a_1"] == {
        "account_id": "a_1", "people": 3, "engaged_people": 2, "decision_makers": 2, "influencers": 0, "end_users": 0,
        "coverage": pytest.approx(1 / 3), "missing": "influencer,end_user", "is_committee": True, "quality_people": 0,
    }  # fmt: skip
    assert (rows["a_2"]["influencers"], rows["a_2"]["is_committee"]) == (1, False)


def test_default_checklists_have_the_items_that_are_named() -> None:
    assert {name: len(items) for name, items in DEFAULT_CHECKLISTS.items()} == {
        "bant": 4, "champ": 4, "meddicc": 7, "questions": 7, "need": 3, "recurrence": 4,
    }  # fmt: skip
