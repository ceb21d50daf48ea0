from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from leadgrade.engine import DuckDBEngine
from leadgrade.run import Run
from leadgrade.scores.build import build_all
from tests.scores.people import make_inputs
from tests.support import REPOSITORY, make_run

GOLDEN: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "golden.yaml").read_text(encoding="utf-8"))
PEOPLE: list[dict[str, Any]] = GOLDEN["people"]


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
        for t in ("scores.quality", "scores.integrity", "scores.coverage")
    ]
    assert [frame.height for frame in rows] == [1, 1, 1]
    quality, integrity, coverage = (frame.to_dicts()[0] for frame in rows)
    return {
        **{key: value for key, value in integrity.items() if key != "points"},
        **coverage,
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


def test_every_decision_has_a_case() -> None:
    named = [int(number) for person in PEOPLE for number in re.findall(r"R(\d+)_", person["name"])]
    elsewhere = {int(name[1:]): place.split("::") for name, place in GOLDEN["proven_elsewhere"].items()}
    assert {*named, *elsewhere} == set(range(1, 33))
    assert len(PEOPLE) >= 40
    gone = [
        place
        for place in elsewhere.values()
        if f"def {place[1]}(" not in (REPOSITORY / place[0]).read_text(encoding="utf-8")
    ]
    assert gone == []
    documented = set(
        re.findall(r"^\| R(\d+) \|", (REPOSITORY / "docs" / "scoring.md").read_text(encoding="utf-8"), re.MULTILINE)
    )
    assert documented == {str(number) for number in range(1, 33)}


def test_claims_of_vendors_are_in_no_code() -> None:
    claims = re.compile(r"vendasta|ruler analytics|57% to 70%|50% more sales|33% lower cost", re.IGNORECASE)
    files = [path for folder in ("leadgrade", "sql", "config", "assets") for path in (REPOSITORY / folder).rglob("*")]
    texts = {path: path.read_text(encoding="utf-8") for path in files if path.suffix in (".py", ".sql", ".yaml")}
    assert len(texts) > 100
    assert [path.name for path, text in texts.items() if claims.search(text)] == []


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
    assert found(run, "R14_five_visits_count_once")["evidence"]["intent.pricing"] == "e_R14_five_visits_count_once_0"


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
