"""The other tables of the stage, its history, and its rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from leadgrade.audit.rules import load_rules
from leadgrade.config.run import ServiceLevels
from leadgrade.engine import DuckDBEngine, sql_file, sql_reads
from leadgrade.engine.sqlfiles import SQL_ROOT
from leadgrade.metrics import config_tables
from leadgrade.metrics.build import BUILDS, build_quality_history, order
from leadgrade.metrics.definitions import benchmarks, metrics
from leadgrade.run import Run
from tests.metrics.world import World, load_world, make_world
from tests.support import AS_OF, REPOSITORY, make_run, make_table, shipped_settings

MONDAY = datetime(2026, 9, 7, 9, 0)
RULES: dict[str, dict[str, Any]] = yaml.safe_load((SQL_ROOT / "checks" / "metrics.yaml").read_text())


def _sla(
    home: Path, created: datetime, touches: list[datetime], response: datetime | None = None, **levels: Any
) -> dict[str, Any]:
    settings = shipped_settings()
    config = settings.run.model_copy(update={"service_levels": ServiceLevels(**levels)})
    run = make_run(home, settings=replace(settings, run=config))
    config_tables.load(run)
    make_table(
        run.engine,
        "people.golden",
        [{"person_id": "p", "created_at": created, "first_response_at": response}, {"person_id": "ageless"}],
    )
    rows = [{"person_id": "p", "is_outbound": True, "occurred_at": at} for at in touches]
    make_table(run.engine, "metrics.touches", rows)
    run.engine.materialize("metrics.sla", sql_file("metrics.sla").query)
    (row,) = run.engine.read("metrics.sla").to_dicts()
    return row


@pytest.mark.parametrize(
    ("created", "minutes", "first", "within_5", "first_hour"),
    [
        (MONDAY, [], None, False, 0),
        (MONDAY, [-5], None, False, 0),
        (MONDAY, [-5, 0], 0, True, 1),
        (MONDAY, [5, 60, 61], 5, True, 2),
        (MONDAY, [5.5], 5.5, False, 1),
    ],
)
def test_first_touch(
    home: Path, created: datetime, minutes: list[float], first: float | None, within_5: bool, first_hour: int
) -> None:
    row = _sla(home, created, [created + timedelta(minutes=m) for m in minutes])
    found = (row["first_touch_minutes"], row["is_first_touch_5m"], row["touches_first_hour"])
    assert found == (first, within_5, first_hour)


def test_first_response_of_the_source_counts_as_a_touch(home: Path) -> None:
    touches = [MONDAY + timedelta(minutes=30)]
    assert _sla(home, MONDAY, touches, MONDAY + timedelta(minutes=3))["first_touch_minutes"] == 3
    assert _sla(home, MONDAY, touches, MONDAY - timedelta(minutes=3))["first_touch_minutes"] == 30
    assert _sla(home, MONDAY, [], MONDAY + timedelta(minutes=3))["first_touch_minutes"] == 3


@pytest.mark.parametrize("offset", range(7))
def test_ten_business_days_whatever_day_it_starts(home: Path, offset: int) -> None:
    created = MONDAY + timedelta(days=offset)
    touches = [created + timedelta(days=day) for day in range(40)]
    row = _sla(home, created, touches)
    assert row["touches_10_business_days"] == 10
    assert not row["is_cadence_met"]


def test_holidays_are_no_business_days(home: Path) -> None:
    touches = [MONDAY + timedelta(days=day) for day in range(40)]
    last = MONDAY + timedelta(days=11)  # the tenth business day: with two holidays the tenth is two days later
    holidays = [MONDAY.date(), (MONDAY + timedelta(days=3)).date()]
    some = [at for at in touches if at <= last]
    assert _sla(home, MONDAY, some, holidays=holidays)["touches_10_business_days"] == 8
    assert _sla(home, MONDAY, touches, holidays=holidays)["touches_10_business_days"] == 10


def test_days_begin_in_the_time_zone_of_sales(home: Path) -> None:
    # Sunday 23:30 in UTC is Monday morning in Berlin, and Friday 23:30 is Saturday
    created = MONDAY.replace(hour=23, minute=30) - timedelta(days=1)
    for touch, utc, berlin in [(created, 0, 1), (created + timedelta(days=12), 1, 0)]:
        assert _sla(home, created, [touch])["touches_10_business_days"] == utc
        assert _sla(home, created, [touch], time_zone="Europe/Berlin")["touches_10_business_days"] == berlin


def test_promises_are_those_of_the_configuration(home: Path) -> None:
    touches = [MONDAY + timedelta(minutes=20), MONDAY + timedelta(minutes=30)]
    row = _sla(home, MONDAY, touches)
    assert (row["is_first_touch_5m"], row["is_first_hour_met"], row["is_cadence_met"]) == (False, True, False)
    row = _sla(home, MONDAY, touches, first_touch_minutes=20, touches_first_hour=3, cadence_touches=2)
    assert (row["is_first_touch_5m"], row["is_first_hour_met"], row["is_cadence_met"]) == (True, False, True)


def test_cadence_is_met_by_twelve(home: Path) -> None:
    touches = [MONDAY + timedelta(hours=n) for n in range(12)]
    assert _sla(home, MONDAY, touches)["is_cadence_met"]
    assert not _sla(home, MONDAY, touches[1:])["is_cadence_met"]


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(120)


def test_sources_add_up_to_people_and_leads(home: Path, world: World) -> None:
    run = make_run(home)
    load_world(run, world)
    rows = {row["source"]: row for row in run.engine.read("metrics.sources").to_dicts()}
    internal = {risk["person_id"] for risk in world["hygiene.risk"]}
    assert sum(row["people"] for row in rows.values()) == 120 - len(internal)
    assert sum(row["leads"] for row in rows.values()) == len(world["contacts.leads"])
    quality = {row["person_id"] for row in world["scores.quality"] if row["is_quality"]} - internal
    expected = sum(p["source"] == "webform" and p["person_id"] in quality for p in world["people.golden"])
    assert rows["webform"]["quality_people"] == expected
    assert run.engine.collect("select sum(rows) as n from metrics.dispositions")["n"][0] == len(world["raw.row_ledger"])


def test_history_keeps_nights_and_replaces_the_same_night(home: Path, world: World) -> None:
    engine = DuckDBEngine()
    load_world(make_run(home, engine), world)
    once = engine.count("metrics.quality_history")
    again = make_run(home, engine)
    build_quality_history(again)
    assert engine.count("metrics.quality_history") == once > 20
    build_quality_history(make_run(home, engine, as_of=AS_OF + timedelta(days=1)))
    assert engine.count("metrics.quality_history") == 2 * once


def test_same_rows_in_another_order_give_the_same_funnel(home: Path, world: World) -> None:
    tables = []
    for turned in (world, {name: rows[::-1] for name, rows in world.items()}):
        run = make_run(home)
        load_world(run, turned)
        query = "select metric, dimension, dimension_value, round(value, 9), verdict from metrics.funnel order by all"
        tables.append(run.engine.collect(query).rows())
    assert tables[0] == tables[1]


DAMAGE = {
    "dispositions_complete": "delete from raw.row_ledger where row_number = 0",
    "rate_range": "update metrics.funnel set value = 1.1 where metric = 'win_rate'",
    "funnel_unique": "insert into metrics.funnel from metrics.funnel limit 1",
    "people_collapse": "update metrics.quality_history set value = 2 * value + 1 where as_of < timestamp '2026-10-01'",
    "rejection_rate_high": "update metrics.funnel set value = 0.1501 where metric = 'rejection_rate'",
    "money_one_currency": "insert into metrics.currencies values ('CHF', 1, false)",
}
# a world on the good side of every limit, but only just
MEND = """
update metrics.funnel set value = 0.2 where metric = 'quality_lead_rate';
update metrics.funnel set value = 0.15 where metric = 'rejection_rate';
delete from metrics.currencies where not is_main;
insert into metrics.quality_history by name
select as_of - interval 1 day as as_of, metric, value from metrics.quality_history where metric = 'people';
"""


@pytest.fixture(scope="module")
def mended(world: World, tmp_path_factory: pytest.TempPathFactory) -> Run:
    run = make_run(tmp_path_factory.mktemp("home"))
    load_world(run, world)
    run.engine.sql(MEND)
    return run


@pytest.mark.parametrize("rule", RULES)
def test_rules_find_the_damage_they_are_for_and_nothing_else(mended: Run, rule: str) -> None:
    query = next(known for known in load_rules() if known.rule == rule).failures_query
    assert mended.engine.collect(query).height == 0
    mended.engine.sql("begin")
    mended.engine.sql(DAMAGE[rule])
    broken = mended.engine.collect(query).height
    mended.engine.sql("rollback")
    assert broken > 0


def test_each_table_is_made_after_those_that_it_reads() -> None:
    seen = {table for made in BUILDS for table in ((made,) if isinstance(made, str) else made)}
    for name in order():
        assert {read for read in sql_reads(name) if read.startswith("metrics.")} <= {*seen, name}
        seen |= {name, *sql_file(name).views}


def test_every_metric_stands_in_the_documentation() -> None:
    text = (REPOSITORY / "docs" / "metrics.md").read_text(encoding="utf-8")
    assert [name for name in (*metrics(), *RULES) if f"`{name}`" not in text] == []
    assert set(benchmarks()) <= set(metrics())
