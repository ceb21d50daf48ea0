"""Who the people are, how many rows each has, and in which system each row lies."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import polars as pl

from leadgrade.demo.dice import Dice, u64
from leadgrade.demo.pools import Pools
from leadgrade.demo.words import INDUSTRIES

SYSTEMS = ("hubspot", "salesforce", "marketo", "meta")
KINDS = ("person", "test", "spam", "mash", "competitor", "student")
ROWS_PER_PERSON = 16  # a person's rows are numbered below this
_APT = 3  # the first industries of the list
_COPIES = (0.72, 0.89, 0.96, 0.99)
_KIND_STEPS = (0.005, 0.013, 0.019, 0.023, 0.038)
_SCALES = {"low": 0.4, "medium": 1.0, "high": 2.0}


@dataclass(frozen=True, slots=True)
class World:
    """What every step of the generator is given.

    Attributes:
        seed: Seed of all draws.
        as_of: The time up to which things have happened, UTC without zone.
        companies: Number of companies.
        scale: Factor of the rates of typos, gaps, faults and namesakes.
        duplicates: People may have several rows.
        pools: Values to draw from.
    """

    seed: int
    as_of: datetime
    companies: int
    scale: float
    duplicates: bool
    pools: Pools

    def dice(self, key: str) -> Dice:
        """Draws that belong to a key column."""
        return Dice(self.seed, key)


def scale_of(difficulty: str) -> float:
    """Factor of a difficulty; KeyError where it is none of low, medium, high."""
    return _SCALES[difficulty]


def employer(world: World, job: str) -> pl.Expr:
    """Rank of the company of a job: a power of a uniform draw, so few companies have many people and most have few."""
    return (world.dice(job).unit("company").pow(2.5) * world.companies).cast(pl.UInt64)


def trade(world: World, company: str) -> pl.Expr:
    """Index of a company's industry; the first ones, whom the product is made for, are the most frequent."""
    return (world.dice(company).unit("industry").pow(2.2) * len(INDUSTRIES)).cast(pl.UInt64)


def _add_quality(frame: pl.DataFrame, world: World) -> pl.DataFrame:
    """Add ``quality``, 0 to 1: chance for the most part, and higher in the industries that the product is made for."""
    frame = frame.with_columns(first_job=pl.col("p") * u64(2))
    frame = frame.with_columns(first_company=employer(world, "first_job"))
    is_apt = (trade(world, "first_company") < _APT).cast(pl.Float64)
    quality = world.dice("p").unit("quality") * 0.78 + is_apt * 0.22
    return frame.with_columns(quality=quality).drop("first_job", "first_company")


def _people(world: World, start: int, stop: int) -> pl.DataFrame:
    """Rows [p, kind, copies, quality, ...]: people by their number."""
    frame = pl.DataFrame({"p": pl.int_range(start, stop, dtype=pl.UInt64, eager=True)})
    dice = world.dice("p")
    drawn = dice.unit("kind")
    kind = pl.lit(0, dtype=pl.UInt32)
    for index, limit in reversed(list(enumerate(_KIND_STEPS, 1))):
        kind = pl.when(drawn < limit).then(pl.lit(index, dtype=pl.UInt32)).otherwise(kind)
    copies = pl.lit(1, dtype=pl.Int64) + sum(
        ((dice.unit("copies") > step).cast(pl.Int64) for step in _COPIES), pl.lit(0)
    )
    is_fake = kind.is_in([1, 2, 3])
    neighbour = pl.when(pl.col("p") > 0).then(pl.col("p") - u64(1)).otherwise(pl.col("p"))
    frame = _add_quality(frame, world)
    is_namesake = dice.chance("namesake", 0.002 * world.scale)
    return frame.with_columns(
        kind=kind,
        copies=copies if world.duplicates else pl.lit(1, dtype=pl.Int64),
        # in the market these weeks, the better the likelier
        is_active=dice.chance("active", 0.12 + pl.col("quality").pow(2) * 1.05) & (kind == 0),
        has_moved=dice.chance("moved", 0.10),
        # a household: two people of one address, one line and one surname
        house=pl.when(dice.chance("household", 0.02)).then(neighbour).otherwise(pl.col("p")),
        named_after=pl.when(is_namesake).then(neighbour).otherwise(pl.col("p")),
        # one namesake in five sits in the same company
        hired_with=pl.when(is_namesake & dice.chance("same firm", 0.2)).then(neighbour).otherwise(pl.col("p")),
    ).with_columns(copies=pl.when(is_fake).then(1).otherwise(pl.col("copies")))


def _system(world: World) -> pl.Expr:
    """Index in SYSTEMS; European companies lean on marketo, the others on hubspot and salesforce."""
    drawn = world.dice("origin").unit("system")
    is_european = pl.col("country").is_in([2, 3, 4, 5])
    steps = [(0.40, 0.30), (0.68, 0.48), (0.85, 0.86)]
    index = pl.lit(0, dtype=pl.UInt32)
    for other, european in steps:
        limit = pl.when(is_european).then(european).otherwise(other)
        index = index + (drawn >= limit).cast(pl.UInt32)
    return index


def make_rows(world: World, start: int, stop: int) -> pl.DataFrame:
    """Make the lead rows of the people in [start, stop), without their cells.

    Returns:
        One row per lead row with ``p`` (person), ``j`` (its number among the person's rows), ``row`` (key of the row),
        ``content`` (key of the cells: an exact duplicate shares it), ``record`` (key of the record id: a version shares it),
        ``company``, ``country``, ``system``, ``era`` (1 after a change of jobs) and the person's traits.
    """
    people = _people(world, start, stop)
    rows = people.with_columns(j=pl.int_ranges(0, pl.col("copies"), dtype=pl.UInt64)).explode("j", empty_as_null=False)
    first = pl.col("p") * u64(ROWS_PER_PERSON)
    rows = rows.with_columns(row=first + pl.col("j"))
    dice = world.dice("row")
    is_later = pl.col("j") > 0
    rows = rows.with_columns(
        is_exact_duplicate=is_later & dice.chance("exact", 0.08),
        is_version=is_later & dice.chance("version", 0.05),
    ).with_columns(is_version=pl.col("is_version") & ~pl.col("is_exact_duplicate"))
    rows = rows.with_columns(
        content=pl.when(pl.col("is_exact_duplicate")).then(first).otherwise(pl.col("row")),
        record=pl.when(pl.col("is_exact_duplicate") | pl.col("is_version")).then(first).otherwise(pl.col("row")),
    )
    # a version is read in the system of the record that it is a version of
    rows = rows.with_columns(
        origin=pl.col("record"), era=(pl.col("has_moved") & (pl.col("content") != first)).cast(pl.UInt64)
    )
    rows = rows.with_columns(job=pl.col("hired_with") * u64(2) + pl.col("era"))
    rows = rows.with_columns(company=employer(world, "job"))
    rows = rows.with_columns(country=world.dice("company").pick("country", world.pools.countries))
    return rows.with_columns(system=_system(world))
