"""The models that come with the project: each loads, compiles and grades, and a scoring.yaml builds on any of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from leadgrade.config.loader import load_model
from leadgrade.config.scoring import ScoringConfig
from leadgrade.config.scoring_base import BASES
from leadgrade.engine import DuckDBEngine
from leadgrade.errors import ConfigError
from leadgrade.run import Run
from leadgrade.scores.build import award, build_all, grade, materialize_files
from leadgrade.scores.config_tables import write_tables
from leadgrade.scores.model import ScoringModel, default_model
from tests.scores.people import make_inputs
from tests.support import AS_OF, REPOSITORY, make_run

MODELS = REPOSITORY / "leadgrade" / "config" / "scoring_models"
GOLDEN: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "golden.yaml").read_text(encoding="utf-8"))[
    "people"
]
SHOPPERS: list[dict[str, Any]] = [
    {
        "name": "s_often",
        "orders": [[50, "paid", 3], [70, "paid", 40], [10, "paid", 80]],
        "events": [["page_view", "product", 2]],
    },
    {"name": "s_once", "orders": [[20, None, 200], [900, "refunded", 5], [900, "cancelled", 6], [900, "paid", -1]]},
    {"name": "s_twice", "orders": [[30, "paid", 100], [15, "paid", 150]]},
]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    with DuckDBEngine() as engine:
        run = make_run(tmp_path_factory.mktemp("home"), engine)
        make_inputs(engine, [*GOLDEN, *SHOPPERS])
        build_all(run)
        yield run


def graded(run: Run, base: str, profile: str = "b2b") -> list[dict[str, Any]]:
    model = ScoringModel(ScoringConfig.model_validate({"base": base}), profile)
    write_tables(run.engine, model, AS_OF)
    materialize_files(run.engine, ("person_events", "event_facts"))
    award(run.engine, model)
    grade(run.engine, model)
    return run.engine.collect(
        "select quality.*, coalesce(sums.points, 0) as points from scores.quality as quality left join "
        "(select person_id, sum(points)::bigint as points from scores.points group by all) as sums "
        "on quality.person_id = sums.person_id order by quality.person_id"
    ).to_dicts()


@pytest.mark.parametrize("base", BASES)
def test_each_grades_the_golden_people(run: Run, base: str) -> None:
    found = graded(run, base)
    model = load_model(MODELS / f"{base}.yaml")
    assert model.model.name == base
    assert len(found) == len(GOLDEN) + len(SHOPPERS)
    assert {row["model_id"] for row in found} == {ScoringModel(model).model_id}
    assert [row["person_id"] for row in found if row["raw_total"] != row["points"]] == []
    most = ScoringModel(model).score_most
    assert all(row["score"] == max(0, row["raw_total"]) <= most and row["grade"] for row in found)
    assert len({row["score"] for row in found}) > 3  # it tells people apart


def test_the_default_is_the_seed() -> None:
    assert default_model().model_copy(update={"base": "seed"}) == ScoringConfig.model_validate({"base": "seed"})
    assert yaml.safe_load((REPOSITORY / "config" / "scoring.yaml").read_text()) == yaml.safe_load(
        (MODELS / "seed.yaml").read_text()
    )


def test_a_file_that_names_a_base_is_the_same_model_as_its_content() -> None:
    assert (
        ScoringModel(ScoringConfig.model_validate({"base": "seed"})).model_id == ScoringModel(default_model()).model_id
    )


def test_own_keys_and_rules_win_over_the_base() -> None:
    own = {"base": "seed", "lookback_days": 30, "rules": [
        {"id": "fit.geo", "dimension": "fit", "points": 3, "when": {"field": "country", "is": "FR"}},
        {"id": "fit.city", "dimension": "fit", "points": 2, "when": {"field": "city", "is": "Rome"}},
    ]}  # fmt: skip
    model = ScoringConfig.model_validate(own)
    points = {rule.id: rule.points for rule in model.rules}
    assert (model.lookback_days, points["fit.geo"], points["fit.city"]) == (30, 3, 2)
    assert set(points) == {rule.id for rule in default_model().rules} | {"fit.city"}


def test_orders_make_recency_frequency_and_amount(run: Run) -> None:
    columns = "order_count, order_amount, days_since_order, recency, frequency, segment"
    rows = run.engine.collect(f"select person_id, {columns} from scores.rfm").rows()
    assert {row[0]: row[1:] for row in rows} == {
        "s_often": (3, 130.0, 3, 5, 5, "champion"),
        "s_once": (1, 20.0, 200, 1, 1, "lapsed"),
        "s_twice": (2, 45.0, 100, 3, 3, "active"),
    }


def test_a_shop_grades_by_orders(run: Run) -> None:
    found = {row["person_id"]: row for row in graded(run, "ecommerce", "b2c")}
    assert (found["s_often"]["fit"], found["s_often"]["timing"], found["s_often"]["intent"]) == (30, 20, 5)
    assert (found["s_once"]["fit"], found["s_once"]["timing"]) == (0, 0)


def test_pardot_counts_without_a_cap(run: Run) -> None:
    many = next(row for row in graded(run, "pardot_classic") if row["person_id"] == "R14_five_visits_count_once")
    assert many["score"] == 5


def test_faults_of_a_model_file_are_told_together_with_its_name(tmp_path: Path) -> None:

    path = tmp_path / "mine.yaml"
    path.write_text("base: seed\nlookback_days: 0\nthresholds: {quality: 400}\n")
    with pytest.raises(ConfigError) as caught:
        load_model(path)
    assert [(fault.file, fault.key) for fault in caught.value.faults] == [
        ("mine.yaml", "lookback_days"), ("mine.yaml", "thresholds.quality"),
    ]  # fmt: skip
