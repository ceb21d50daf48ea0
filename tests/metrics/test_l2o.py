"""Leads to opportunities by cell and age, and why sales turned leads down."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest

from leadgrade.engine import DuckDBEngine, sql_file
from leadgrade.run import Run
from tests.metrics.reference import wilson
from tests.metrics.world import World, load_world, make_world
from tests.support import AS_OF, make_run, make_table

PEOPLE = 800
Person = tuple[str, int, float, int | None]


def _company() -> tuple[World, list[Person]]:
    """(source, score, age in days, days to the deal) of each person, and their tables."""
    dice, world, people = Random(11), make_world(0), []
    for n in range(PEOPLE):
        score, age = dice.randrange(100), dice.uniform(1, 300)
        days = dice.randrange(200) if dice.random() < 0.2 + score / 200 else None
        deal = days if days is not None and days <= age else None
        source = "rare" if n < 12 else dice.choice(["web", "event"])
        people.append((source, score, age, deal))
        created, person = AS_OF - timedelta(days=age), f"p_{n:04d}"
        world["people.golden"].append({"person_id": person, "created_at": created, "source": source, "employees": 100})
        world["scores.quality"].append({"person_id": person, "score": 5, "is_quality": False, "stage": "lead"})
        history = {"person_id": person, "as_of": created - timedelta(hours=1), "score": score}
        world["scores.history"] += [history, {**history, "as_of": created + timedelta(days=400), "score": 1}]
        if deal is not None:
            key = {"record_id": f"o_{n}", "file_id": "f_o", "row_number": n}
            opened = created + timedelta(days=deal, hours=1)
            world["raw.opportunities"].append({**key, "created_at": min(opened, AS_OF)})
            world["people.links"].append({"object": "opportunities", "record_id": f"o_{n}", "person_id": person})
            world["raw.versions"].append({"object": "opportunities", "state": "current", **key})
    return world, people


@pytest.fixture(scope="module")
def people() -> list[Person]:
    return _company()[1]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    run = make_run(tmp_path_factory.mktemp("home"))
    load_world(run, _company()[0])
    return run


@pytest.fixture(scope="module")
def cells(run: Run) -> dict[tuple[str, str], dict]:
    return {
        (r["dimension"], r["dimension_value"]): r for r in run.engine.read("metrics.lead_to_opportunity").to_dicts()
    }


def _kaplan_meier(people: list[Person]) -> float:
    kept = 1.0
    for day in range(91):
        at_risk = sum(min(int(age), deal if deal is not None else 999) >= day for _, _, age, deal in people)
        kept *= 1 - sum(deal == day for *_, deal in people) / at_risk if at_risk else 1
    return 1 - kept


@pytest.mark.parametrize("cell", [("all", "all"), ("source", "web"), ("employee_band", "50-199")])
def test_cells_equal_the_reference(cells: dict, people: list[Person], cell: tuple[str, str]) -> None:
    some = [p for p in people if cell[0] != "source" or p[0] == cell[1]]
    old = [p for p in some if p[2] >= 90]
    became = [p for p in old if p[3] is not None and p[3] <= 90]
    row = cells[cell]
    assert (row["people"], row["matured_people"], row["matured_deals"]) == (len(some), len(old), len(became))
    assert row["rate"] == pytest.approx(len(became) / len(old))
    assert (row["rate_lo"], row["rate_hi"]) == pytest.approx(wilson(len(became), len(old)))
    assert row["rate_all_ages"] == pytest.approx(_kaplan_meier(some))


def test_young_people_do_not_pull_the_rate_down(cells: dict, people: list[Person]) -> None:
    naive = sum(p[3] is not None and p[3] <= 90 for p in people) / PEOPLE
    row = cells["all", "all"]
    assert naive < row["rate"] - 0.01
    assert row["rate_all_ages"] == pytest.approx(row["rate"], abs=0.04)


def test_deciles_are_of_the_first_score_and_small_cells_are_hidden(cells: dict) -> None:
    deciles = [cells["score_decile", f"{n:02d}"] for n in range(1, 11)]
    assert {row["people"] for row in deciles} == {PEOPLE // 10}
    assert deciles[0]["rate_all_ages"] < deciles[9]["rate_all_ages"]
    assert ("source", "rare") not in cells
    assert ("source", "event") in cells


def test_reasons_are_counted_by_source(engine: DuckDBEngine) -> None:
    tables: dict[str, list[dict]] = {name: [] for name in ("raw.sales_decisions", "raw.versions", "people.links")}
    for n, reason in enumerate(["No budget", "no budget ", "competitor", None]):
        key = {"record_id": f"d_{n}", "file_id": "f_d", "row_number": n}
        tables["raw.sales_decisions"].append({**key, "decision": "rejected", "reason": reason})
        tables["raw.versions"].append({"object": "sales_decisions", "state": "current", **key})
        link = {"object": "sales_decisions", "record_id": f"d_{n}", "person_id": "p" if n < 3 else None}
        tables["people.links"].append(link)
    tables["people.golden"] = [{"person_id": "p", "source": "web"}]
    for name, rows in tables.items():
        make_table(engine, name, rows)
    engine.materialize("metrics.rejection_reasons", sql_file("metrics.rejection_reasons").query)
    found = engine.collect("select source, reason, rejections from metrics.rejection_reasons order by all").rows()
    assert found == [("unknown", "not told", 1), ("web", "competitor", 1), ("web", "no budget", 2)]
