"""Calibration and the metrics on public data, where LEADGRADE_REAL_DATA names the folder."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from leadgrade.metrics.calibration import find_leaks, fit_table
from leadgrade.run import Run
from tests.metrics.world import World, load_world, make_world
from tests.support import AS_OF, make_run

pytestmark = [
    pytest.mark.real_data,
    pytest.mark.skipif("LEADGRADE_REAL_DATA" not in os.environ, reason="LEADGRADE_REAL_DATA is not set"),
]


@pytest.fixture(scope="module")
def education() -> pl.DataFrame:
    path = Path(os.environ["LEADGRADE_REAL_DATA"]) / "x_education" / "Leads.csv"
    table = pl.read_csv(path, infer_schema_length=0)
    return table.select(c for c in table.columns if c.strip()).with_columns(
        pl.all().replace({"": None, "Select": None})
    )


def test_education_leaks_and_the_honest_model(education: pl.DataFrame) -> None:
    won = education["Converted"].cast(pl.Int64)
    assert round(100 * float(won.mean()), 2) == 38.54  # type: ignore[arg-type]
    fields = education.drop("Converted", "Prospect ID", "Lead Number")
    leaks = find_leaks(fields, won).filter(pl.col("verdict") == "leak")["field"].to_list()
    assert {"Tags", "Lead Quality", "Last Notable Activity"} <= set(leaks)
    assert not set(leaks) & {"Lead Origin", "Lead Source", "Total Time Spent on Website", "TotalVisits", "City"}
    model = fit_table(fields.drop(leaks), won, order=education["Lead Number"].cast(pl.Int64))
    assert model.cross_fitted.auc is not None
    assert model.cross_fitted.auc >= 0.84
    assert model.cross_fitted.ece <= 0.02
    assert model.later is not None
    assert model.later.auc is not None
    assert model.later.auc >= 0.84


def _folder(name: str) -> Path:
    return Path(os.environ["LEADGRADE_REAL_DATA"]) / name


def _add_deal(world: World, number: int, person: str, **values: Any) -> None:
    key = {"record_id": f"o_{number}", "file_id": "f_o", "row_number": number}
    world["raw.opportunities"].append({**key, **values})
    world["people.links"].append({"object": "opportunities", "record_id": key["record_id"], "person_id": person})
    world["raw.versions"].append({"object": "opportunities", "state": "current", **key})


def _cells(run: Run, dimension: str) -> dict[tuple[str, str], dict[str, Any]]:
    query = "select * from metrics.funnel where dimension = $dimension"
    found = run.engine.collect(query, {"dimension": dimension}).to_dicts()
    return {(row["metric"], row["dimension_value"]): row for row in found}


def _media(name: str) -> pl.DataFrame:
    """A file of the paid media funnel: its channel and, where it has one, its amount."""
    table = pl.read_csv(_folder("paid_media_funnel") / name, separator=";", infer_schema_length=0)
    amounts = [c for c in table.columns if "Amount" in c and "Currency" not in c]
    amount = pl.col(amounts[0]).str.replace(",", ".").cast(pl.Float64) if amounts else pl.lit(None, pl.Float64)
    return table.select(channel=pl.col("UTM_Medium").str.to_lowercase(), amount=amount)


def _add_deals(world: World, file: str, won: bool) -> None:
    """The files do not say which lead became which deal: each deal gets a lead of its channel."""
    for channel, deals in _media(file).drop_nulls("channel").group_by("channel"):
        people = [p["person_id"] for p in world["people.golden"] if p["source_channel"] == channel[0]]
        for person, amount in zip(people, deals["amount"], strict=False):
            _add_deal(world, len(world["raw.opportunities"]), person, amount=amount, is_won=won, is_closed=won)


def _add_spend(world: World) -> None:
    table = pl.read_csv(_folder("paid_media_funnel") / "Spend.csv", separator=";", infer_schema_length=0)
    money = table.select("Channel", "Spend").filter(pl.col("Spend").str.starts_with("R$"))
    world["raw.campaign_spend"] = []
    for n, (channel, spend) in enumerate(money.iter_rows()):
        name = channel.strip().lower().replace(" ", "-")
        row = {"channel": name if name.startswith("paid") else f"paid-{name}"}
        key = {"record_id": f"m_{n}", "file_id": "f_s", "row_number": n}
        world["raw.campaign_spend"].append({**key, **row, "spend": float(spend.strip("R$ ").replace(".", ""))})
        world["raw.versions"].append({"object": "campaign_spend", "state": "current", **key})


def test_paid_media_costs_and_return(home: Path) -> None:
    world = make_world(0)
    for n, channel in enumerate(_media("Leads.csv").drop_nulls("channel")["channel"]):
        created = AS_OF - timedelta(days=100)
        world["people.golden"].append({"person_id": f"p_{n}", "source_channel": channel, "created_at": created})
    _add_deals(world, "Pipeline_Opportunities.csv", won=False)
    _add_deals(world, "Closed_Won_Bookings.csv", won=True)
    _add_spend(world)
    run = make_run(home)
    load_world(run, world)
    cells = _cells(run, "source_channel")

    def value(metric: str, channel: str) -> float:
        return round(cells[metric, channel]["value"], 2)

    assert round(value("cost_per_lead", "paid-search")) == 685
    assert round(value("cost_per_opportunity", "paid-search")) == 9886
    assert value("roi", "paid-search") == 1.69
    assert round(value("cost_per_lead", "paid-social")) == 308
    assert value("roi", "paid-social") == -0.75
    assert round(value("cost_per_lead", "paid-content-syndication")) == 79
    # four opportunities: the cell is hidden, its sums are not
    assert ("cost_per_opportunity", "paid-content-syndication") not in cells
    sums = run.engine.collect(
        "select measure, amount from metrics.measures where dimension_value = 'paid-content-syndication'"
    )
    amounts = dict(sums.iter_rows())
    assert amounts["spend"] / amounts["people_with_deal"] == pytest.approx(25_000)


def test_velocity_of_a_crm_with_its_parts(home: Path) -> None:
    deals = pl.read_csv(_folder("hubspot_dummy") / "hubspot_deals.csv", infer_schema_length=0).select(
        stage="Deal Stage",
        amount=pl.col("Amount").cast(pl.Float64),
        closed=pl.col("Close Date").str.to_datetime(strict=False),
        opened=pl.col("Create Date").str.to_datetime(strict=False),
    )
    world = make_world(0)
    world["people.golden"] = [{"person_id": "p", "source": "hubspot", "created_at": AS_OF - timedelta(days=900)}]
    for n, (stage, amount, closed, opened) in enumerate(deals.iter_rows()):
        won = stage == "Closed Won"
        times = {"created_at": opened, "close_date": closed}
        _add_deal(world, n, "p", amount=amount, is_won=won, is_closed=won or stage == "Closed Lost", **times)
    run = make_run(home)
    load_world(run, world)
    found = {metric: row["value"] for (metric, _), row in _cells(run, "all").items()}
    won = deals.filter(pl.col("stage") == "Closed Won")
    cycle = won.filter(pl.col("closed") >= pl.col("opened"))
    days = float((cycle["closed"] - cycle["opened"]).dt.total_days().mean())  # type: ignore[arg-type]
    ended = deals.filter(pl.col("stage").str.starts_with("Closed")).height
    parts = {
        "open_opportunities": deals.height - ended,
        "win_rate": won.height / ended,
        "mean_won_amount": won["amount"].mean(),
        "sales_cycle_days": days,
    }
    assert {name: found[name] for name in parts} == pytest.approx(parts)
    product = found["open_opportunities"] * found["win_rate"] * found["mean_won_amount"] / found["sales_cycle_days"]
    assert found["pipeline_velocity"] == pytest.approx(product)


def test_a_small_crm_has_too_few_outcomes_to_calibrate(home: Path) -> None:
    deals = pl.read_csv(_folder("small_sales_crm") / "Deals.csv", infer_schema_length=0)
    contacts = pl.read_csv(_folder("small_sales_crm") / "Contacts.csv", infer_schema_length=0)["ContactID"]
    world = make_world(0)
    for contact in contacts:
        world["people.golden"].append({"person_id": contact, "created_at": AS_OF - timedelta(days=400)})
        world["scores.quality"].append({"person_id": contact, "score": int(contact[1:]) % 100, "is_quality": False})
    for n, (contact, stage) in enumerate(deals.select("ContactID", "Stage").iter_rows()):
        won = stage == "Closed Won"
        _add_deal(world, n, contact, is_won=won, is_closed=won or stage == "Closed Lost", created_at=AS_OF)
    run = make_run(home)
    load_world(run, world)
    cell = _cells(run, "all")["win_rate", "all"]
    assert (cell["numerator"], cell["denominator"]) == (23, 53)
    verdicts = run.engine.collect("select distinct verdict from metrics.calibration")["verdict"].to_list()
    assert verdicts == ["insufficient_data"]
    suggested = run.engine.collect("select count(*) as n from metrics.rule_lift where suggested_points is not null")
    assert suggested["n"][0] == run.engine.count("metrics.win_probability") == 0
