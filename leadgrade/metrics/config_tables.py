"""Brings the definitions of the metrics into SQL as tables of the schema ``config``."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from leadgrade.metrics.definitions import benchmarks, metrics
from leadgrade.run import Run

_METRICS: dict[str, pl.DataType] = {
    "metric": pl.String(),
    "unit": pl.String(),
    "numerator": pl.String(),
    "denominator": pl.String(),
    "needs": pl.String(),
    "zero_is_null": pl.Boolean(),
}
_SERVICE_LEVELS: dict[str, pl.DataType] = {
    "time_zone": pl.String(),
    "first_touch_minutes": pl.Float64(),
    "touches_first_hour": pl.Int64(),
    "cadence_touches": pl.Int64(),
    "cadence_business_days": pl.Int64(),
}
_FIRST_DAY = date(1970, 1, 1)
_BENCHMARKS: dict[str, pl.DataType] = {"metric": pl.String(), "lo": pl.Float64(), "hi": pl.Float64()}


def load(run: Run) -> None:
    """Write what the stage's SQL asks of the configuration.

    ``config.metrics`` (a metric each, with its two sums), ``config.benchmarks`` (metric, lo, hi), ``config.service_levels``
    (one row, as in run.yaml) and ``config.business_days`` (see :func:`business_days`).
    """
    definitions = [{"metric": name, **metric.model_dump()} for name, metric in metrics().items()]
    ranges = [{"metric": name, **benchmark.model_dump()} for name, benchmark in benchmarks().items()]
    run.engine.write("config.metrics", _frame(definitions, _METRICS))
    run.engine.write("config.benchmarks", _frame(ranges, _BENCHMARKS))
    levels = run.settings.run.service_levels
    run.engine.write("config.service_levels", _frame([levels.model_dump()], _SERVICE_LEVELS))
    run.engine.write("config.business_days", business_days(run.as_of.date() + timedelta(days=366), levels.holidays))


def business_days(last: date, holidays: list[date]) -> pl.DataFrame:
    """Every day up to the last: day, is_business (Monday to Friday and no holiday), number (business days so far)."""
    days = pl.DataFrame({"day": pl.date_range(_FIRST_DAY, last, eager=True)})
    is_business = (pl.col("day").dt.weekday() <= 5) & ~pl.col("day").is_in(holidays)
    return days.with_columns(is_business=is_business).with_columns(
        number=pl.col("is_business").cast(pl.Int64).cum_sum()
    )


def _frame(rows: list[dict[str, object]], schema: dict[str, pl.DataType]) -> pl.DataFrame:
    return pl.DataFrame([{name: row[name] for name in schema} for row in rows], schema=schema)
