"""What is known of the market: companies, third-party intent and the money that was spent."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from leadgrade.demo.companies import add_companies
from leadgrade.demo.dice import u64
from leadgrade.demo.evidence import canonical, many, record_name
from leadgrade.demo.ids import company_id
from leadgrade.demo.people import World
from leadgrade.demo.places import COUNTRIES
from leadgrade.demo.story import micros
from leadgrade.demo.systems import text
from leadgrade.demo.words import CAMPAIGNS


def companies(world: World, start: int, stop: int) -> pl.DataFrame:
    """Companies [start, stop) with what is known of them."""
    frame = pl.DataFrame({"company": pl.int_range(start, stop, dtype=pl.UInt64, eager=True)})
    frame = frame.with_columns(country=world.dice("company").pick("country", world.pools.countries))
    return add_companies(frame, world)


def accounts(firms: pl.DataFrame, world: World) -> pl.DataFrame:
    """HubSpot's export of companies."""
    dice = world.dice("company")
    parent = company_id(pl.col("company") // u64(50), world.seed)
    competitor = pl.col("company") == min(40, world.companies - 1)
    created = pl.lit(world.as_of - timedelta(days=800)) + micros(dice.unit("created") * 700 * 86_400_000_000)
    industry = pl.lit(world.pools.industries).gather(pl.col("industry_index") * u64(4))
    return firms.select(
        company_id(pl.col("company"), world.seed).alias("Record ID"),
        pl.col("company_name").alias("Company name"),
        pl.when(competitor)
        .then(pl.lit("rivalware.com"))
        .otherwise(pl.col("company_domain"))
        .alias("Company Domain Name"),
        industry.alias("Industry"),
        pl.when(dice.chance("size known", 0.8))
        .then(pl.col("employees"))
        .otherwise(None)
        .cast(pl.String)
        .alias("Number of Employees"),
        pl.when(dice.chance("money known", 0.6))
        .then(pl.col("annual_revenue"))
        .otherwise(None)
        .cast(pl.String)
        .alias("Annual Revenue"),
        pl.lit(text(tuple(c.names[0] for c in COUNTRIES))).gather(pl.col("country")).alias("Country/Region"),
        pl.when(dice.chance("parent", 0.03) & (pl.col("company") > 50))
        .then(parent)
        .otherwise(None)
        .alias("Parent Company"),
        pl.when(dice.chance("tech known", 0.7)).then(pl.col("tech_stack")).otherwise(None).alias("Technologies"),
        pl.when(pl.col("is_customer"))
        .then(pl.lit("Customer"))
        .when(competitor)
        .then(pl.lit("Competitor"))
        .otherwise(pl.lit("Prospect"))
        .alias("Type"),
        created.dt.strftime("%Y-%m-%d %H:%M").alias("Create Date"),
        (created + pl.duration(days=60)).dt.strftime("%Y-%m-%d %H:%M").alias("Last Modified Date"),
    )


def intent(firms: pl.DataFrame, world: World) -> pl.DataFrame:
    """Rows of raw.intent_signals: one company in ten shows some, for a few weeks."""
    frame = firms.filter(world.dice("company").chance("shows intent", 0.10)).with_columns(content=pl.col("company"))
    frame = many(frame, world.dice("company").below("weeks", 6) + u64(1), "signal")
    dice = world.dice("signal")
    week = pl.lit(world.as_of) - micros(dice.unit("week").pow(1.5) * 180 * 86_400_000_000)
    rows = frame.select(
        source_record_id=record_name(world.seed, "signal", "in"),
        provider=dice.pick("provider", pl.Series(["bombora", "bombora", "g2"])),
        domain=pl.col("company_domain"),
        topic=dice.pick("topic", pl.Series(["lead scoring", "data quality", "crm migration", "marketing automation"])),
        score=(dice.unit("score") * 60 + 40).round(0),
        signal_type=dice.pick("signal", pl.Series(["surge", "surge", "pricing", "compare", "category"])),
        occurred_at=week.dt.truncate("1w"),
    )
    return canonical(rows, "raw.intent_signals")


def spend(world: World, rows: int) -> pl.DataFrame:
    """Rows of raw.campaign_spend: each campaign and month, in proportion to the leads."""
    months = pl.DataFrame({"month": pl.int_range(0, 25, dtype=pl.UInt64, eager=True)})
    frame = months.join(
        pl.DataFrame({"campaign": pl.int_range(0, len(CAMPAIGNS), dtype=pl.UInt64, eager=True)}), how="cross"
    )
    frame = frame.with_columns(key=pl.col("month") * u64(100) + pl.col("campaign"))
    dice = world.dice("key")
    is_social = pl.col("campaign") < 4
    money = (dice.unit("money") + 0.4) * (25 - pl.col("month").cast(pl.Float64)) / 25 * (rows * 0.12)
    first = pl.lit(world.as_of.replace(day=1, hour=0, minute=0, second=0, microsecond=0))
    names = [text(tuple(c[index] for c in CAMPAIGNS)) for index in range(3)]
    made = frame.select(
        source_record_id=record_name(world.seed, "key", "sp"),
        platform=pl.when(is_social).then(pl.lit("facebook")).otherwise(pl.lit("google")),
        channel=pl.lit(names[2]).gather(pl.col("campaign")),
        campaign_id=pl.lit(names[0]).gather(pl.col("campaign")),
        campaign_name=pl.lit(names[1]).gather(pl.col("campaign")),
        spend=(money + 150).round(2),
        currency=pl.lit("USD"),
        impressions=(money * 90 + 5000).cast(pl.Int64),
        clicks=(money * 0.8 + 40).cast(pl.Int64),
        occurred_at=first.dt.offset_by(pl.concat_str(pl.lit("-"), pl.col("month").cast(pl.String), pl.lit("mo"))),
    )
    return canonical(made, "raw.campaign_spend")
