from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from leadgrade.engine import DuckDBEngine
from leadgrade.run import Run
from leadgrade.scores.build import build_all
from tests.scores.people import make_inputs
from tests.support import make_run

PEOPLE: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "golden.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    run = make_run(tmp_path_factory.mktemp("home"), DuckDBEngine())
    make_inputs(run.engine, PEOPLE)
    build_all(run)
    return run


def found(run: Run, name: str) -> dict[str, Any]:
    points = run.engine.collect(
        "select * from scores.points where person_id = $name order by rule", {"name": name}
    ).to_dicts()
    rows = [
        run.engine.collect(f"select * from {t} where person_id = $n", {"n": name})
        for t in ("scores.quality", "scores.integrity")
    ]
    assert [frame.height for frame in rows] == [1, 1]
    quality, integrity = (frame.to_dicts()[0] for frame in rows)
    return {
        **{key: value for key, value in integrity.items() if key != "points"},
        **quality,
        "rules": [row["rule"] for row in points],
        "points": {row["rule"]: row["points"] for row in points},
        "evidence": {row["rule"]: row["evidence"] for row in points},
        "raw_points": sum(row["points_raw"] for row in points),
    }


@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person["name"])
def test_grade(run: Run, person: dict[str, Any]) -> None:
    grade = found(run, person["name"])
    shown = {
        key: {inner: grade[key].get(inner) for inner in value} if isinstance(value, dict) else grade[key]
        for key, value in person["expect"].items()
    }
    assert shown == person["expect"]


def test_points_add_up_and_integrity_agrees(run: Run) -> None:
    wrong = run.engine.collect(
        "select quality.person_id from scores.quality as quality "
        "inner join scores.integrity as integrity on quality.person_id = integrity.person_id "
        "left join (select person_id, sum(points) as points from scores.points group by all) as sums "
        "on quality.person_id = sums.person_id "
        "where quality.raw_total <> coalesce(sums.points, 0) or integrity.points <> quality.integrity"
    )
    assert wrong.height == 0


def test_every_point_has_evidence(run: Run) -> None:
    assert run.engine.collect("select rule from scores.points where coalesce(evidence, '') = ''").height == 0


def test_event_points_name_the_latest_event(run: Run) -> None:
    assert (
        found(run, "row_14_five_visits_count_once")["evidence"]["intent.pricing"] == "e_row_14_five_visits_count_once_0"
    )


def test_running_twice_changes_nothing(run: Run) -> None:
    before = {t: run.engine.read(t).sort(pl_all) for t, pl_all in TABLES.items()}
    build_all(run)
    for table, order in TABLES.items():
        assert run.engine.read(table).sort(order).equals(before[table]), table


TABLES = {
    "scores.points": ["person_id", "rule"],
    "scores.quality": ["person_id"],
    "scores.integrity": ["person_id"],
    "scores.models": ["model_id"],
    "scores.history": ["person_id", "as_of"],
}
