"""The funnel against the plain Python reference, and its edges."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from leadgrade.engine import sql_file
from leadgrade.metrics import config_tables
from leadgrade.run import Run
from tests.metrics.reference import people, rates, wilson
from tests.metrics.world import Row, World, load_world, make_world
from tests.support import AS_OF, make_run, make_table

CELLS = [("all", "all"), ("source", "webform"), ("source_channel", "unknown"), ("country", "DE")]
Funnel = dict[tuple[str, str, str], Row]


def _funnel(run: Run) -> Funnel:
    rows = run.engine.read("metrics.funnel").to_dicts()
    found = {(row["metric"], row["dimension"], row["dimension_value"]): row for row in rows}
    assert len(found) == len(rows)
    return found


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(400)


@pytest.fixture(scope="module")
def funnel(world: World, tmp_path_factory: pytest.TempPathFactory) -> Funnel:
    run = make_run(tmp_path_factory.mktemp("home"))
    load_world(run, world)
    return _funnel(run)


def _small(home: Path, **tables: list[Row]) -> Funnel:
    """The funnel of a world of nobody, but for these rows (table names with __ for the dot)."""
    run = make_run(home)
    world = make_world(0)
    world["raw.campaign_spend"] = []
    load_world(run, world | {name.replace("__", "."): rows for name, rows in tables.items()})
    return _funnel(run)


@pytest.mark.parametrize(("dimension", "value"), CELLS)
def test_rates_equal_the_reference(world: World, funnel: Funnel, dimension: str, value: str) -> None:
    compared = {name: rate for name, rate in rates(world, dimension, value).items() if rate[1] >= 10}
    assert len(compared) > 12
    for metric, (numerator, denominator) in compared.items():
        row = funnel[metric, dimension, value]
        assert (metric, row["numerator"], row["denominator"]) == (metric, pytest.approx(numerator), denominator)
        assert row["value"] == pytest.approx(numerator / denominator)


def test_interval_is_wilsons(funnel: Funnel) -> None:
    shares = [row for row in funnel.values() if row["unit"] == "share" and row["denominator"]]
    assert len(shares) > 50
    for row in shares:
        assert (row["ci_lo"], row["ci_hi"]) == pytest.approx(wilson(row["numerator"], row["denominator"]), abs=1e-6)


def test_small_cells_are_left_out(funnel: Funnel) -> None:
    assert min(row["denominator"] for key, row in funnel.items() if key[1] != "all" and row["unit"] == "share") >= 10


def test_decisions_without_a_person_count_in_the_whole_only(world: World, funnel: Funnel) -> None:
    decisions = [d["decision"] for d in world["raw.sales_decisions"]]
    whole = funnel["rejection_rate", "all", "all"]
    taken = decisions.count("accepted") + decisions.count("rejected")
    assert (whole["numerator"], whole["denominator"]) == (decisions.count("rejected"), taken)
    by_source = sum(row["denominator"] for key, row in funnel.items() if key[:2] == ("rejection_rate", "source"))
    assert 0 < by_source < taken


def test_velocity_is_the_product_of_its_parts(world: World, funnel: Funnel) -> None:
    deals = [deal for deal in world["raw.opportunities"] if deal["file_id"] != "f_old"]
    won = [deal for deal in deals if deal["is_won"]]
    closed = [deal for deal in deals if deal["is_closed"]]
    opened = len(deals) - len(closed)
    assert funnel["open_opportunities", "all", "all"]["value"] == opened
    assert funnel["win_rate", "all", "all"]["value"] == pytest.approx(len(won) / len(closed))
    amount = sum(deal["amount"] for deal in won) / len(won)
    assert funnel["mean_won_amount", "all", "all"]["value"] == pytest.approx(amount)
    assert funnel["sales_cycle_days", "all", "all"]["value"] == pytest.approx(30)
    velocity = funnel["pipeline_velocity", "all", "all"]
    assert velocity["value"] == pytest.approx(opened * len(won) / len(closed) * amount / 30)
    assert velocity["currency"] == "EUR"


def test_money_is_shared_out_and_none_is_lost(world: World, funnel: Funnel) -> None:
    some = people(world)
    # 50 for billboards brought nobody, 77 are in another currency; what fell to our own people is no cost of a lead
    campaign = [p for p in world["people.golden"] if p["campaign_id"] == "k1"]
    events = [p for p in world["people.golden"] if p["source_channel"] == "event"]
    total = funnel["cost_per_lead", "all", "all"]
    assert total["numerator"] == pytest.approx(900 + 300 + 50)
    assert total["denominator"] == len(some)
    at_events = [p for p in some if p["source_channel"] == "event"]
    cell = funnel["cost_per_lead", "source_channel", "event"]
    assert cell["value"] == pytest.approx(300 / len(events))
    assert cell["denominator"] == len(at_events)
    paid = funnel["cost_per_lead", "source_channel", "paid_search"]
    counted = [p for p in some if p["campaign_id"] == "k1"]
    assert paid["numerator"] == pytest.approx(900 * len(counted) / len(campaign))


def test_a_channel_without_spend_has_no_cost_rather_than_none_to_pay(funnel: Funnel) -> None:
    for metric in ("cost_per_lead", "cost_per_quality_lead"):
        assert funnel[metric, "source_channel", "referral"]["value"] is None
    assert ("roi", "source_channel", "referral") not in funnel


def test_return_counts_the_income_that_money_was_spent_on(world: World, funnel: Funnel) -> None:
    paid = [p for p in people(world) if p["campaign_id"] == "k1" or p["source_channel"] == "event"]
    income = sum(d["amount"] for p in paid for d in p["opportunities"] if d["is_won"])
    assert funnel["roi", "all", "all"]["value"] == pytest.approx((income - 1250) / 1250)


def test_nobody_at_all_gives_nulls(home: Path) -> None:
    funnel = _small(home)
    assert {row["value"] for row in funnel.values()} == {None}
    assert funnel["quality_lead_rate", "all", "all"]["verdict"] == "insufficient_data"


def test_without_deals_what_needs_them_is_unknown_not_zero(home: Path) -> None:
    golden = [{"person_id": f"p_{n}", "created_at": AS_OF - timedelta(days=100)} for n in range(40)]
    funnel = _small(home, people__golden=golden)
    for metric in ("lead_to_opportunity", "lead_to_customer", "pipeline_per_lead", "revenue_per_lead", "roi"):
        assert funnel[metric, "all", "all"]["value"] is None, metric
    assert funnel["quality_lead_rate", "all", "all"]["value"] == 0


@pytest.mark.parametrize(
    ("metric", "above", "below", "verdict"),
    [
        ("quality_lead_rate", 0, 29, "insufficient_data"),
        ("quality_lead_rate", 0, 30, "below"),
        ("quality_lead_rate", 4, 40, "within"),
        ("quality_lead_rate", 10, 200, "below"),
        ("quality_lead_rate", 200, 200, "within"),
        ("rejection_rate", 364, 1061, "above"),
        ("rejection_rate", 160, 1061, "within"),
        ("rejection_rate", 0, 1061, "within"),
        ("mql_to_sql", 50, 1000, "below"),
        ("mql_to_sql", 300, 1000, "within"),
        ("mql_to_sql", 700, 1000, "above"),
        ("mql_to_sql", None, 1000, "insufficient_data"),
        ("bounce_rate", 500, 1000, None),
    ],
)
def test_verdict_is_given_by_the_interval(
    home: Path, metric: str, above: float | None, below: float, verdict: str | None
) -> None:
    run = make_run(home)
    config_tables.load(run)
    cell = {"metric": metric, "dimension": "all", "dimension_value": "all", "unit": "share"}
    make_table(run.engine, "metrics.funnel_cells", [{**cell, "numerator": above, "denominator": below}])
    make_table(run.engine, "metrics.currencies")
    run.engine.materialize("metrics.funnel", sql_file("metrics.funnel").query)
    assert _funnel(run)[metric, "all", "all"]["verdict"] == verdict
