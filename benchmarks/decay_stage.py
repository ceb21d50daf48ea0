"""The same through the SQL of the stage: people of two sources whose addresses die by known laws, and the mail sent to them."""

from __future__ import annotations

import math
from datetime import datetime
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.decay import INTERVAL, Truth
from leadgrade.config import load_settings
from leadgrade.engine import DuckDBEngine
from leadgrade.engine.duckdb import polars_schema
from leadgrade.hygiene import config_tables, steps
from leadgrade.hygiene.survival import DAYS
from leadgrade.run import Run

AS_OF = datetime(2026, 10, 1)
SOURCES = ("forms", "lists")
_DAY = 86_400_000_000
_MOST_MAILS = 8
_EMPTY = (
    "people.golden_fields", "people.accounts", "contacts.phones", "contacts.enrichment", "contacts.mail_servers",
    "raw.accounts", "raw.activities", "raw.consents", "raw.suppressions", "raw.versions",
)  # fmt: skip


def draw(rng: np.random.Generator) -> Truth:
    """Addresses of forms die about as fast as published, those of bought lists twice as fast."""
    rates = np.array([math.log(0.25), math.log(0.5)]) + rng.normal(0, 0.2, 2)
    return Truth(rates, 0.75 + rng.normal(0, 0.08, 2), 0.002, 0.08)


def mail(truth: Truth, people: int, rng: np.random.Generator) -> pl.DataFrame:
    """person, source, created_at and each mail with its time and whether it bounced; a bounce is the last of a person."""
    source = rng.integers(0, len(SOURCES), people)
    born = rng.uniform(30, 1500, people)  # days before now
    clock, alive, rows = born.copy(), np.ones(people, bool), []
    for number in range(_MOST_MAILS):
        gap = np.maximum(np.floor(np.exp(rng.normal(4.0, 1.0, people))), 1)
        clock = clock - gap - 0.001  # whole days and a little, so that rounding does not take one
        alive &= clock > 0
        decayed = -np.expm1(-np.exp(truth.rates[source]) * (gap / DAYS) ** truth.shapes[source])
        share = truth.mistaken if number else truth.captured
        failed = rng.random(people) < share + (1 - share) * decayed
        places = np.flatnonzero(alive)
        rows.append(pl.DataFrame({"person": places, "ago": clock[places], "failed": failed[places], "number": number}))
        alive &= ~failed
    everybody = pl.DataFrame({"person": np.arange(people), "source": source, "born": born})
    return everybody.join(pl.concat(rows), on="person", how="left")


def tables(mails: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """The inputs of the stage."""
    name, now = pl.format("p_{}", "person"), pl.lit(AS_OF)
    people = mails.unique("person", keep="first", maintain_order=True).select(
        person_id=name,
        lead_id=pl.format("l_{}", "person"),
        source=pl.col("source").replace_strict(dict(enumerate(SOURCES))),
        email=pl.format("p{}@example-{}.com", "person", pl.col("person") % 997),
        email_id=name,
        created_at=now - (pl.col("born") * _DAY).cast(pl.Int64).cast(pl.Duration("us")),
        leads=pl.lit(1),
        is_valid=pl.lit(value=True),
        is_free=pl.lit(value=False),
        is_corporate=pl.lit(value=True),
        is_placeholder=pl.lit(value=False),
    )
    events = mails.drop_nulls("ago").select(
        record_id=pl.format("e_{}_{}", "person", "number"),
        person_id=name,
        file_id=pl.lit("f"),
        row_number=pl.int_range(pl.len()),
        source=pl.lit("mailer"),
        subject_email=pl.format("p{}@example-{}.com", "person", pl.col("person") % 997),
        type=pl.when("failed").then(pl.lit("email_bounce")).otherwise(pl.lit("email_delivered")),
        bounce_kind=pl.when("failed").then(pl.lit("hard")),
        occurred_at=now - (pl.col("ago") * _DAY).cast(pl.Int64).cast(pl.Duration("us")),
        object=pl.lit("events"),
    )
    made = dict.fromkeys(("people.golden", "people.members", "contacts.leads", "contacts.emails"), people)
    return made | {"raw.events": events, "people.links": events}


def models(mails: pl.DataFrame, **learning: object) -> pl.DataFrame:
    """``hygiene.decay_models`` of the people's addresses, with changes to the keys of ``learning``."""
    with DuckDBEngine() as engine:
        settings = load_settings(Path(__file__).resolve().parents[1] / "config")
        changed = settings.decay.learning.model_copy(update=learning)
        object.__setattr__(settings, "decay", settings.decay.model_copy(update={"learning": changed}))
        run = Run(engine, settings, Path(), "simulation", AS_OF, "none")
        for table, frame in tables(mails).items():
            engine.ensure(table)
            empty = pl.DataFrame(schema=polars_schema(table))
            own = frame.select(column for column in frame.columns if column in empty.columns)
            engine.write(table, pl.concat([empty, own], how="diagonal_relaxed"))
        for table in _EMPTY:
            engine.ensure(table)
        engine.sql(
            "create table meta.run as select 'simulation' as run_id, cast($now as timestamp) as as_of", {"now": AS_OF}
        )
        config_tables.load(run)
        steps.make(engine, (*steps.TOUCHES, "segments", "learners", "decay_streams", "decay_checks", "decay_models"))
        return engine.read("hygiene.decay_models").filter(field="work_email")


def _never(truth: Truth) -> float:
    return 1 - (1 - truth.captured) / (1 - truth.mistaken)


def run(people: int, repetitions: int, seed: int) -> None:
    """Print how often the intervals of both sources hold, and the last repetition in full."""
    rng, held = np.random.default_rng(seed), []
    for _ in range(repetitions):
        truth = draw(rng)
        found = models(mail(truth, people, rng))
        for place, source in enumerate(SOURCES):
            row = found.filter(segment=f"source={source}").row(0, named=True)
            half = truth.half_lives[place]
            held.append(row["half_life_low_days"] <= half <= row["half_life_high_days"])
            print(
                f"{source}: half-life {row['half_life_days']:,.0f} days"
                f" ({row['half_life_low_days']:,.0f} to {row['half_life_high_days']:,.0f}; true {half:,.0f}),"
                f" shape {row['shape']:.2f} ({row['shape_low']:.2f} to {row['shape_high']:.2f};"
                f" true {truth.shapes[place]:.2f}), {row['observations']:,} checks, {row['failures']:,} failed,"
                f" wrong from the start {row['never_share']:.3f} (true {_never(truth):.3f})"
            )
    print(f"{np.mean(held):.1%} of {len(held)} intervals of {INTERVAL:.0%} hold; {people:,} people each")
