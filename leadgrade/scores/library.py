"""Scoring as a library call: frames in, frames out, the same SQL as the nightly job."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal, NamedTuple

import polars as pl

from leadgrade import arguments
from leadgrade.config.scoring import ScoringConfig
from leadgrade.config.scoring_conditions import hint
from leadgrade.engine import DuckDBEngine
from leadgrade.engine.duckdb import polars_schema
from leadgrade.errors import InputError
from leadgrade.raw.cells.vocabulary import canonical_value
from leadgrade.scores.build import BEHAVIOUR_TABLES, award, grade, materialize_files
from leadgrade.scores.config_tables import write_tables
from leadgrade.scores.model import ScoringModel, default_model


class Scores(NamedTuple):
    """What :func:`score` returns, with the columns of the tables of the same name.

    Attributes:
        quality: A row a person: person_id, model_id, fit, intent, access, timing, integrity, negative, raw_total, score,
            score_share (0..1), grade, gates_failed, is_quality, stage, next_action, next_question.
        points: A row for each person and rule that fired: person_id, model_id, dimension, rule, points_raw, points, evidence.
    """

    quality: pl.DataFrame
    points: pl.DataFrame


def score(
    people: pl.DataFrame,
    events: pl.DataFrame | None = None,
    *,
    model: ScoringConfig | None = None,
    as_of: datetime | date,
    profile: Literal["b2b", "b2c"] = "b2b",
) -> Scores:
    """Grade people.

    Args:
        people: ``person_id`` (text, unique) and any of the columns of scores.facts: industry, employees, annual_revenue,
            tech_stack (a list, or text with ``;``), country, text, seniority, buying_role, declared_timeline_days, renewal_days,
            contract_end_days, account_id, is_corporate_email, is_phone_verified, is_consent_captured, has_no_duplicate,
            is_bounced, is_spam, ... (docs/scoring.md has them all). What is left out is unknown: no rule fires on it. Without
            ``events``, columns of scores.behaviour may be given too.
        events: ``person_id``, ``type``, ``occurred_at`` (UTC), and where known ``page_class``, ``record_id`` and ``account_id``
            (of company triggers). Types and classes are understood in the spellings of files ("Demo Request"), and others count
            as ``other``. Events after ``as_of`` do not count.
        model: The model; absent: the project's own scoring.yaml.
        as_of: What "now" means, UTC where no zone is given; a day is its first moment.
        profile: Rules of the other profile are off.

    Raises:
        TypeError: An argument is of another type.
        ValueError: A column cannot be read as its type, or there is no such profile.
        InputError: for columns that do not exist, a person_id that is missing or stands twice.
    """
    people, now = arguments.records(people, "people"), arguments.moment(as_of, "as_of")
    scoring = ScoringModel(_config(model), arguments.profile(profile))
    known = [*polars_schema("scores.facts"), *([] if events is not None else polars_schema("scores.behaviour"))]
    _check(people, "people", known, ["person_id"])
    if people["person_id"].null_count() or people["person_id"].is_duplicated().any():
        raise InputError("people: person_id has to be filled and unique in every row")
    with DuckDBEngine() as engine:
        run = {"run_id": "library", "as_of": now}
        engine.write(
            "meta.run",
            _fitted(pl.DataFrame([run], schema={"run_id": pl.String, "as_of": pl.Datetime("us")}), "meta.run"),
        )
        write_tables(engine, scoring, now)
        engine.write("scores.facts", _fitted(_derived(people), "scores.facts", "people"))
        _write_behaviour(engine, people, events)
        award(engine, scoring)
        grade(engine, scoring)
        quality = engine.read("scores.quality").sort("person_id")
        return Scores(quality, engine.read("scores.points").sort("person_id", "rule"))


def _config(model: ScoringConfig | None) -> ScoringConfig:
    if model is None:
        return default_model()
    return arguments.instance(model, ScoringConfig, "model", "load_settings(folder).scoring holds one")


def _check(frame: pl.DataFrame, name: str, known: list[str], needed: list[str]) -> None:
    problems = [f"no column {column!r}" for column in needed if column not in frame.columns]
    problems += [
        f"unknown column {column!r} ({hint(column, known)})" for column in frame.columns if column not in known
    ]
    if problems:
        raise InputError(f"{name}: {'; '.join(problems)}")


def _derived(people: pl.DataFrame) -> pl.DataFrame:
    """Flags that follow from a column that was given, where the flag itself was not."""
    rules = {
        "has_budget_owner": ("buying_role", _lower("buying_role") == "budget_holder"),
        "is_student": ("seniority", _lower("seniority") == "student"),
        "is_account_matched": ("account_id", pl.col("account_id").is_not_null()),
    }
    given = set(people.columns)
    if "tech_stack" in given and people.schema["tech_stack"] in (pl.List(pl.String), pl.List(pl.Null)):
        people = people.with_columns(pl.col("tech_stack").cast(pl.List(pl.String)).list.join(";", ignore_nulls=True))
    return people.with_columns(
        expression.alias(flag) for flag, (column, expression) in rules.items() if column in given and flag not in given
    )


def _lower(column: str) -> pl.Expr:
    """As the conditions of rules compare texts."""
    return pl.col(column).cast(pl.String).str.strip_chars().str.to_lowercase()


def _fitted(frame: pl.DataFrame, table: str, name: str | None = None) -> pl.DataFrame:
    """The frame with exactly the columns and types of the contract; ``name`` is what its caller calls it."""
    schema = polars_schema(table)
    typed = arguments.typed(frame, name or table, schema)
    return typed.select(
        pl.col(column) if column in frame.columns else pl.lit(None, dtype=kind).alias(column)
        for column, kind in schema.items()
    )


def _write_behaviour(engine: DuckDBEngine, people: pl.DataFrame, events: pl.DataFrame | None) -> None:
    engine.write("scores.person_events", _person_events(engine, events))
    given = [name for name in ("person_id", "account_id") if name in people.columns]
    accounts = people.select(given).drop_nulls() if len(given) == 2 else people.select("person_id").clear()
    engine.write("people.accounts", _fitted(accounts, "people.accounts"))
    materialize_files(engine, BEHAVIOUR_TABLES)
    if events is None:
        engine.write("scores.behaviour", _fitted(people, "scores.behaviour", "people"))


def _person_events(engine: DuckDBEngine, events: pl.DataFrame | None) -> pl.DataFrame:
    table = "scores.person_events"
    if events is None:
        return pl.DataFrame(schema=polars_schema(table))
    events = arguments.records(events, "events")
    _check(events, "events", list(polars_schema(table)), ["person_id", "type", "occurred_at"])
    spelled = [name for name in ("type", "page_class") if name in events.columns]
    events = events.with_columns(
        canonical_value(pl.col(n).cast(pl.String), f"events.{n}", {}).alias(n) for n in spelled
    )
    if "record_id" not in events.columns:
        numbers = pl.int_range(1, events.height + 1).cast(pl.String)
        events = events.with_columns((pl.lit("event_") + numbers).alias("record_id"))
    window = engine.collect("select events_from, as_of from config.scoring cross join meta.run").row(0)
    return _fitted(events, table, "events").filter(pl.col("occurred_at").is_between(*window))
