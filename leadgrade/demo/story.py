"""What became of a lead: when it came, whether it was worked, bought, consented or told us to stop."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from leadgrade.demo.dice import Dice, u64
from leadgrade.demo.people import World
from leadgrade.demo.pools import STREETS
from leadgrade.demo.words import CAMPAIGNS, CHANNEL_QUALITY, CHANNELS

MONTHS = 24
_DAY = 86_400_000_000  # microseconds
_STOPS = ("unsubscribe", "complaint", "do_not_call", "erasure")
_PAID = pl.Series([c[2] for c in CAMPAIGNS])


def micros(value: pl.Expr) -> pl.Expr:
    """A duration of so many microseconds."""
    return value.cast(pl.Int64).cast(pl.Duration("us"))


def days(dice: Dice, name: str, median: float, spread: float) -> pl.Expr:
    """A skewed duration (log-normal) with this median in days."""
    return micros((dice.normal(name) * spread).exp() * median * _DAY)


def _created(world: World, dice: Dice) -> pl.Expr:
    """Growth over two years, a weekly rhythm and office hours."""
    start = world.as_of - timedelta(days=730)
    first = pl.lit(start) + micros(world.dice("p").unit("arrival").pow(0.7) * 730 * _DAY)
    later = first + micros((pl.lit(world.as_of) - first).dt.total_microseconds() * dice.unit("return").pow(2))
    moment = pl.when(pl.col("record") % u64(16) > 0).then(later).otherwise(first)
    day = moment.dt.truncate("1d")
    weekend = (day.dt.weekday() > 5) & dice.chance("weekend", 0.75)
    day = pl.when(weekend).then(day - pl.duration(days=2)).otherwise(day)
    clock = (0.2 + 0.7 * (dice.unit("hour") + dice.unit("hour 2")) / 2) * _DAY
    return pl.min_horizontal(day + micros(clock), pl.lit(world.as_of - timedelta(minutes=5)))


def _channel(dice: Dice) -> pl.Expr:
    drawn = dice.unit("channel")
    # a purchased list is poor and a referral good, so quality leans on the channel's place in this order
    order = sorted(range(len(CHANNELS)), key=lambda index: CHANNEL_QUALITY[index])
    place = ((drawn * 0.6 + pl.col("quality") * 0.4) * len(CHANNELS)).cast(pl.UInt32)
    picked = pl.lit(pl.Series(order, dtype=pl.UInt32)).gather(place)
    return pl.when(pl.col("system") == 3).then(pl.lit(CHANNELS.index("Paid Social"), dtype=pl.UInt32)).otherwise(picked)


def _campaign(dice: Dice) -> pl.Expr:
    """Campaign of a paid lead; null for others."""
    social = dice.below("campaign", 4).cast(pl.Int64)
    search = dice.below("campaign", 4).cast(pl.Int64) + 4
    channel = pl.col("channel")
    is_social, is_search = channel == CHANNELS.index("Paid Social"), channel == CHANNELS.index("Paid Search")
    return pl.when(is_social).then(social).when(is_search).then(search).otherwise(None)


def _consent(dice: Dice) -> pl.Expr:
    """Truth of the consent to e-mail."""
    drawn = dice.unit("consent")
    is_german = pl.col("country") == 2
    return (
        pl.when(pl.col("kind").is_in([1, 2, 3])).then(pl.lit("none"))
        .when((drawn < 0.42) & is_german & dice.chance("doi", 0.35)).then(pl.lit("doi_missing"))
        .when(drawn < 0.42).then(pl.lit("granted"))
        .when(drawn < 0.48).then(pl.lit("unproven"))
        .when(drawn < 0.525).then(pl.lit("withdrawn"))
        .when(drawn < 0.55).then(pl.lit("denied"))
        .when(drawn < 0.555).then(pl.lit("future"))
        .when(drawn < 0.61).then(pl.lit("implied"))
        .when(drawn < 0.82).then(pl.lit("legitimate_interest"))
        .otherwise(pl.lit("none"))
    )  # fmt: skip


def add_story(frame: pl.DataFrame, world: World) -> pl.DataFrame:
    """Add arrival, channel, consent, stop, opportunity and the dates of the funnel."""
    row, person = world.dice("content"), world.dice("p")
    frame = frame.with_columns(
        created_at=_created(world, world.dice("record")), channel=_channel(row), consent=_consent(person)
    )
    is_fake = pl.col("kind").is_in([1, 2, 3])
    stop = person.unit("stop")
    limits = (0.03, 0.035, 0.05, 0.0504)
    stopped = pl.lit(None, dtype=pl.String)
    for name, limit in reversed(list(zip(_STOPS, limits, strict=True))):
        stopped = pl.when(stop < limit).then(pl.lit(name)).otherwise(stopped)
    # the share of people with a deal grows with the square of their quality
    buys = person.unit("deal") < (pl.col("quality").pow(2) * 0.25)
    frame = frame.with_columns(
        campaign=_campaign(row),
        stop=pl.when(is_fake).then(None).otherwise(stopped),
        wants=buys & (pl.col("kind") == 0),
        wins=person.unit("win") < (pl.col("quality") * 0.26 + 0.05),
    )
    quick = days(row, "touch", 0.15, 2.2)
    worked = ~is_fake & row.chance("worked", 0.76)
    frame = frame.with_columns(
        touched_at=pl.when(worked).then(pl.col("created_at") + quick).otherwise(None),
        deal_at=pl.when(pl.col("wants")).then(pl.col("created_at") + days(row, "to deal", 45, 0.7)).otherwise(None),
        mql_at=pl.when(pl.col("wants") | row.chance("mql", pl.col("quality").pow(2) * 0.45)).then(
            pl.col("created_at") + days(row, "to mql", 3, 1.2)).otherwise(None),
    )  # fmt: skip
    return _funnel(frame, world, row)


def _funnel(frame: pl.DataFrame, world: World, row: Dice) -> pl.DataFrame:
    """Forget what lies after as_of, and derive stage and status."""
    now = pl.lit(world.as_of)
    past = [
        pl.when(pl.col(name) < now).then(pl.col(name)).otherwise(None) for name in ("touched_at", "deal_at", "mql_at")
    ]
    frame = frame.with_columns(past)
    frame = frame.with_columns(close_at=pl.col("deal_at") + days(world.dice("p"), "to close", 40, 0.6))
    closed = pl.col("close_at") < now
    frame = frame.with_columns(
        is_closed=closed.fill_null(value=False),
        is_won=(closed & pl.col("wins")).fill_null(value=False),
        sql_at=pl.when(pl.col("deal_at").is_not_null()).then(pl.col("deal_at") - pl.duration(hours=20)).otherwise(None),
    )
    stage = (
        pl.when(pl.col("is_won")).then(pl.lit("Customer")).when(pl.col("deal_at").is_not_null()).then(pl.lit("Opportunity"))
        .when(pl.col("mql_at").is_not_null()).then(pl.lit("Marketing Qualified Lead"))
        .when(row.chance("subscriber", 0.15)).then(pl.lit("Subscriber")).otherwise(pl.lit("Lead"))
    )  # fmt: skip
    status = (
        pl.when(pl.col("deal_at").is_not_null())
        .then(row.pick("status deal", pl.Series(["Open Deal", "OPEN_DEAL", "Qualified"])))
        .when(pl.col("touched_at").is_null())
        .then(row.pick("status new", pl.Series(["New", "NEW", "new", "Open"])))
        .when(row.chance("connected", pl.col("quality") * 0.4))
        .then(row.pick("status good", pl.Series(["Connected", "In Progress", "IN_PROGRESS"])))
        .otherwise(
            row.pick(
                "status bad", pl.Series(["Attempted to Contact", "Unqualified", "Bad Timing", "ATTEMPTED_TO_CONTACT"])
            )
        )
    )
    updated = pl.col("created_at") + micros(
        (now - pl.col("created_at")).dt.total_microseconds() * row.unit("updated").pow(2)
    )
    return frame.with_columns(lifecycle=stage, status=status, updated_at=updated)


def add_place(frame: pl.DataFrame, world: World) -> pl.DataFrame:
    """People with a private mailbox give their home; a household gives the same."""
    house, pools = world.dice("house"), world.pools
    home = pl.col("home").cast(pl.UInt64) * u64(pools.city_width) + house.below("home city", pools.city_width)
    street = pl.concat_str(
        house.pick_row("home street", pools.streets, pl.col("home"), STREETS),
        pl.lit(" "),
        house.below("home", 150) + u64(1),
    )
    is_home = (pl.col("mail_kind") == 1) & (pl.col("home") == pl.col("country"))
    at_home = {
        "street": (street, pl.col("company_street")),
        **{
            name: (pl.lit(pool).gather(home), pl.col(name))
            for name, pool in (("city", pools.cities), ("region", pools.regions), ("postal_code", pools.postcodes))
        },
    }
    return frame.with_columns(**{name: pl.when(is_home).then(a).otherwise(b) for name, (a, b) in at_home.items()})
