"""Companies: all that is known of one follows from its number, which is its rank by size."""

from __future__ import annotations

import polars as pl

from leadgrade.demo.dice import skewed, u64
from leadgrade.demo.dirt import plain
from leadgrade.demo.people import World, trade
from leadgrade.demo.places import COUNTRIES
from leadgrade.demo.pools import CORES, LINES, SPELLINGS, STREETS
from leadgrade.demo.words import BAND_MIDPOINTS, BANDS, TECHNOLOGIES

_FORMS = 8
_FORM_TABLE = pl.Series([country.forms[i % len(country.forms)] for country in COUNTRIES for i in range(_FORMS)])
_TLD_TABLE = pl.Series([country.domain for country in COUNTRIES])


def _name_parts(world: World) -> tuple[pl.Expr, pl.Expr, pl.Expr]:
    """Core, noun and, past the last combination of a country, a number."""
    nouns = len(world.pools.nouns)
    company, country = pl.col("company"), pl.col("country").cast(pl.UInt64)
    # one to one: a core and a noun meet once in CORES * nouns companies
    slot = (company * u64(389)) % u64(CORES)
    core = pl.lit(world.pools.cores).gather(country * u64(CORES) + slot)
    noun = pl.lit(world.pools.nouns).gather((company // u64(CORES) + slot * u64(17)) % u64(nouns))
    turn = company // u64(CORES * nouns)
    return core, noun, pl.when(turn > 0).then(turn.cast(pl.String)).otherwise(pl.lit(""))


def _domain(world: World) -> pl.Expr:
    """Domain of the company; the number keeps apart the few whose names fall together."""
    dice = world.dice("company")
    core, noun, turn = _name_parts(world)
    dash = pl.when(dice.chance("dash", 0.25)).then(pl.lit("-")).otherwise(pl.lit(""))
    tld = (
        pl.when(dice.chance("dotcom", 0.35)).then(pl.lit("com")).otherwise(pl.lit(_TLD_TABLE).gather(pl.col("country")))
    )
    return pl.concat_str(plain(core), dash, plain(noun), turn, pl.lit("."), tld)


def _band(world: World) -> pl.Expr:
    """Index of the size band: large for the low ranks, small for most."""
    position = (pl.col("company").cast(pl.Float64) + 1) / world.companies
    drawn = world.dice("company").normal("band") * 1.2
    return (3.4 - position * 2.2 + (-position.log()) * 0.4 + drawn).clip(0, 7.49).round(0).cast(pl.UInt32)


def add_companies(frame: pl.DataFrame, world: World) -> pl.DataFrame:
    """Add what is known of the company in columns ``company`` and ``country``: name, domain, place, size, trade, line."""
    dice = world.dice("company")
    pools = world.pools
    core, noun, turn = _name_parts(world)
    country = pl.col("country")
    form = dice.pick_row("form", _FORM_TABLE, country, _FORMS)
    city = country.cast(pl.UInt64) * u64(pools.city_width) + dice.below("city", pools.city_width)
    frame = frame.with_columns(
        firm=pl.concat_str(core, pl.lit(" "), noun, turn),
        form=form,
        company_domain=_domain(world),
        city_index=city,
        company_street=pl.concat_str(
            dice.pick_row("street", pools.streets, country, STREETS), pl.lit(" "), dice.below("number", 180) + u64(1)
        ),
        industry_index=trade(world, "company"),
        band=_band(world),
        tech_stack=dice.pick("tech", pl.Series(skewed(TECHNOLOGIES, 64, 0.5))),
        is_customer=dice.chance("customer", 0.03),
        line=country.cast(pl.UInt64) * u64(LINES) + dice.below("line", LINES),
        switchboard=dice.below("switchboard", 1 << 32),
    )
    jitter = dice.unit("size") * 0.8 + 0.6
    employees = (pl.lit(pl.Series(BAND_MIDPOINTS)).gather(pl.col("band")) * jitter).cast(pl.Int64)
    return frame.with_columns(
        company_name=pl.concat_str("firm", pl.lit(" "), "form").str.strip_chars_end(),
        city=pl.lit(pools.cities).gather("city_index"),
        region=pl.lit(pools.regions).gather("city_index"),
        postal_code=pl.lit(pools.postcodes).gather("city_index"),
        employees=employees,
        band_label=pl.lit(pl.Series(BANDS)).gather(pl.col("band")),
        annual_revenue=employees * (dice.below("revenue", 160) + u64(60)).cast(pl.Int64) * 1000,
        contract_end=(
            pl.lit(world.as_of) + pl.duration(days=dice.below("contract", 700).cast(pl.Int64) - 100)
        ).dt.date(),
    )


def industry(world: World, key: str) -> pl.Expr:
    """The industry, as spelled by a row of the key."""
    return pl.lit(world.pools.industries).gather(
        pl.col("industry_index") * u64(SPELLINGS) + world.dice(key).below("industry", SPELLINGS)
    )
