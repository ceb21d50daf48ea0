"""Holds the laws against checks that they did not see: those of the last days, predicted from all before."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import polars as pl

from leadgrade.config.decay import DecayConfig
from leadgrade.engine.duckdb import polars_schema
from leadgrade.hygiene.field_fits import Levels, checks_of, fit_field
from leadgrade.hygiene.survival import Floats
from leadgrade.hygiene.survival_fit import failure_chances

# days since the last evidence
_BANDS = (0, 7, 30, 90, 180, 365, 730)
# fewer checks say nothing of a share
_LEAST_CHECKS = 30


def backtest(config: DecayConfig, cells: pl.DataFrame, levels: Levels) -> pl.DataFrame:
    """Rows of ``hygiene.decay_backtest``.

    Args:
        config: decay.yaml.
        cells: ``hygiene.decay_checks`` with the level of each dimension, in a fixed order.
        levels: The levels.
    """
    return pl.concat(_field(config, field, cells.filter(field=field), levels) for field in config.fields)


def _field(config: DecayConfig, field: str, cells: pl.DataFrame, levels: Levels) -> pl.DataFrame:
    before, recent = cells.filter(~pl.col("is_recent")), cells.filter("is_recent")
    seen = checks_of(recent, levels)
    learned = fit_field(config, field, before, levels).fit
    believed = fit_field(config, field, before.clear(), levels).fit
    predicted = recent.with_columns(
        predicted=seen.checks * failure_chances(seen, learned),
        believed=seen.checks * failure_chances(seen, believed),
        band=pl.Series(np.searchsorted(_BANDS, (recent["age_days"] / recent["checks"]).to_numpy(), "right") - 1),
    )
    sums = predicted.group_by("band").agg(pl.col("checks", "failures", "predicted", "believed").sum()).sort("band")
    return _judged(field, sums, int(before["checks"].sum()), config.learning.interval)


def _judged(field: str, sums: pl.DataFrame, learned_from: int, interval: float) -> pl.DataFrame:
    low, high = wilson(sums["failures"].to_numpy(), sums["checks"].to_numpy(), interval)
    bounds = pl.Series([*_BANDS, None], dtype=pl.Int64)
    share = {name: pl.col(name) / pl.col("checks") for name in ("failures", "predicted", "believed")}
    verdict = (
        pl.when(pl.col("checks") < _LEAST_CHECKS)
        .then(pl.lit("too_few"))
        .when(share["predicted"] < pl.col("observed_low"))
        .then(pl.lit("more_than_predicted"))
        .when(share["predicted"] > pl.col("observed_high"))
        .then(pl.lit("fewer_than_predicted"))
        .otherwise(pl.lit("as_predicted"))
    )
    frame = sums.with_columns(
        field=pl.lit(field),
        age_from_days=bounds.gather(sums["band"]),
        age_to_days=bounds.gather(sums["band"] + 1),
        learned_from=pl.lit(learned_from),
        observed_share=share["failures"],
        observed_low=pl.Series(low),
        observed_high=pl.Series(high),
        predicted_share=share["predicted"],
        prior_share=share["believed"],
    )
    return frame.with_columns(verdict=verdict).select(*polars_schema("hygiene.decay_backtest"))


def wilson(failures: Floats, checks: Floats, interval: float) -> tuple[Floats, Floats]:
    """Bounds of a share that hold with the probability ``interval`` (Wilson 1927)."""
    z = NormalDist().inv_cdf(0.5 + interval / 2)
    share, spread = failures / checks, 1 + z**2 / checks
    middle = (share + z**2 / 2 / checks) / spread
    width = z * np.sqrt(share * (1 - share) / checks + (z / (2 * checks)) ** 2) / spread
    return np.clip(middle - width, 0, 1), np.clip(middle + width, 0, 1)
