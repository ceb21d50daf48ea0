"""Brings the definitions of the metrics into SQL as tables of the schema ``config``."""

from __future__ import annotations

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
_BENCHMARKS: dict[str, pl.DataType] = {"metric": pl.String(), "lo": pl.Float64(), "hi": pl.Float64()}


def load(run: Run) -> None:
    """Write ``config.metrics`` (a metric each, with its two sums) and ``config.benchmarks`` (metric, lo, hi)."""
    definitions = [{"metric": name, **metric.model_dump()} for name, metric in metrics().items()]
    ranges = [{"metric": name, **benchmark.model_dump()} for name, benchmark in benchmarks().items()]
    run.engine.write("config.metrics", _frame(definitions, _METRICS))
    run.engine.write("config.benchmarks", _frame(ranges, _BENCHMARKS))


def _frame(rows: list[dict[str, object]], schema: dict[str, pl.DataType]) -> pl.DataFrame:
    return pl.DataFrame([{name: row[name] for name in schema} for row in rows], schema=schema)
