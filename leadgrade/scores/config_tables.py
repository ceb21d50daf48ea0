"""Writes what the scoring SQL reads of the configuration, as tables of the schema config."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import polars as pl

from leadgrade.config.scoring import DIMENSIONS
from leadgrade.config.scoring_checklists import GATED
from leadgrade.engine import DuckDBEngine
from leadgrade.run import Run
from leadgrade.scores.model import ScoringModel

PHONE_LEVELS = ("invalid", "possible", "valid", "line_type_ok", "evidence")


def load(run: Run) -> None:
    """Write config.scoring and its companions for the run's model."""
    write_tables(run.engine, model_of(run), run.as_of)


def model_of(run: Run) -> ScoringModel:
    """The scoring model of a run."""
    return ScoringModel(run.settings.scoring, run.settings.run.profile)


def write_tables(engine: DuckDBEngine, model: ScoringModel, as_of: datetime) -> None:
    """Write config.scoring (one row of scalars), and scoring_dimensions, _grades, _lists, _events, _rules."""
    scalars = {**_scalars(model), **_times(model, as_of)}
    engine.write("config.scoring", pl.DataFrame([scalars], schema={k: _type(k, v) for k, v in scalars.items()}))
    dimensions = [(name, cap, model.points_most(name)) for name, cap in model.caps.items()]
    schema = {"dimension": pl.String, "cap": pl.Int64, "points_most": pl.Int64}
    engine.write("config.scoring_dimensions", _frame(schema, dimensions))
    engine.write("config.scoring_grades", _frame({"score": pl.Int64, "grade": pl.String}, _grades(model)))
    engine.write("config.scoring_lists", _frame({"list": pl.String, "value": pl.String}, _lists(model)))
    asked = [(kind, page, days, as_of - timedelta(days=days)) for kind, page, days in model.events_asked]
    times = {"lookback_days": pl.Int64, "since": pl.Datetime("us")}
    engine.write("config.scoring_events", _frame({"type": pl.String, "page_class": pl.String, **times}, asked))
    rules = [(r.id, r.dimension, r.points, r.max_count) for r in model.rules]
    columns = {"rule": pl.String, "dimension": pl.String, "points": pl.Int64, "max_count": pl.Int64}
    engine.write("config.scoring_rules", _frame(columns, rules))


def _scalars(model: ScoringModel) -> dict[str, Any]:
    config, bounds = model.config, model.config.thresholds
    gates = {f"{name}_gate": getattr(config.dimensions, name).gate for name in DIMENSIONS}
    excluded = {f"is_{name}_excluded": name in config.hard_exclude for name in ("competitor", "spam", "student")}
    return {
        "model_id": model.model_id,
        "score_most": model.score_most,
        "quality": bounds.quality,
        "near_miss": bounds.near_miss,
        "mql_fit": bounds.mql_fit,
        "mql_intent": bounds.mql_intent,
        "pql_product_events": bounds.pql_product_events,
        "channel": config.channel,
        "committee_people": config.engagement.committee_people,
        "multi_page_hours": config.multi_page.window_hours,
        "follow_up_days": config.follow_up.days,
        "surge_score": float(config.third_party.min_score),
        "surge_topic_share": float(config.third_party.min_topic_share),
        **gates,
        **excluded,
        **{f"{name}_coverage": float(config.checklist_gates.get(name, 0)) for name in GATED},
    }


def _times(model: ScoringModel, as_of: datetime) -> dict[str, datetime]:
    """Where each window begins. events_from is the earliest of them, triggers before the first follow-up included."""
    config = model.config
    days = {
        "lookback_from": config.lookback_days,
        "committee_from": config.engagement.committee_days,
        "multi_page_from": config.multi_page.lookback_days,
        "follow_up_from": config.follow_up.lookback_days,
        "surges_from": config.third_party.lookback_days,
    }
    longest = max(*days.values(), *model.lookbacks, config.follow_up.lookback_days + config.follow_up.days)
    return {name: as_of - timedelta(days=length) for name, length in {**days, "events_from": longest}.items()}


def _grades(model: ScoringModel) -> list[tuple[int, str]]:
    """The grade of every score there can be: a lookup joins faster than bands do."""
    bands = list(model.config.thresholds.grades.items())
    return [(score, next(g for g, low in bands if score >= low)) for score in range(sum(model.caps.values()) + 1)]


def _lists(model: ScoringModel) -> list[tuple[str, str]]:
    config = model.config
    lists = {
        "engagement_types": config.engagement.types,
        "engagement_not_pages": config.engagement.not_pages,
        "high_intent_pages": config.multi_page.pages,
        "triggers": config.follow_up.triggers,
        "account_triggers": config.follow_up.account_triggers,
        "consent_states": config.consent.states,
        "surge_types": [kind.lower() for kind in config.third_party.signal_types],
        "phone_levels": PHONE_LEVELS[PHONE_LEVELS.index(config.phone.min_level) :],
    }
    return [(name, value) for name, values in lists.items() for value in sorted(set(values))]


def _type(name: str, value: Any) -> Any:
    if name.endswith("_from"):
        return pl.Datetime("us")
    return {bool: pl.Boolean, int: pl.Int64, float: pl.Float64}.get(type(value), pl.String)


def _frame(schema: dict[str, Any], rows: Any) -> pl.DataFrame:
    return pl.DataFrame([tuple(row) for row in rows], schema=schema, orient="row")
