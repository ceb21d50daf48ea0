"""Learns how fast values decay: the laws that ``hygiene.decay`` goes by, and what stands behind them."""

from __future__ import annotations

import numpy as np
import polars as pl

from leadgrade.config.decay import DecayConfig
from leadgrade.engine.duckdb import DuckDBEngine
from leadgrade.hygiene.backtest import backtest
from leadgrade.hygiene.decay_tables import read_config
from leadgrade.hygiene.field_fits import DIMENSIONS, FieldFit, Levels, fit_field
from leadgrade.hygiene.survival import DAYS, Floats, figures, laws

TABLES = ("hygiene.decay_models", "hygiene.decay_laws", "hygiene.decay_backtest")
READS = ("hygiene.decay_checks", "hygiene.segments")
# a hundred years stand for "not seen to decay": a law that was learned at ages of some years says nothing of later ones
_LONGEST_DAYS = 36_525.0
_ORDER = ["field", "segment_id", "is_captured", "is_recent", "age_bucket"]


def read_cells(engine: DuckDBEngine) -> tuple[pl.DataFrame, Levels]:
    """The counted checks with the levels of their segments, in a fixed order, and the levels."""
    levels = Levels.of(engine.read("hygiene.segments"))
    cells = engine.read("hygiene.decay_checks").join(levels.segments.drop("people"), on="segment_id", how="inner")
    return cells.sort(_ORDER), levels


def build(engine: DuckDBEngine) -> int:
    """Make ``hygiene.decay_models``, ``hygiene.decay_laws`` and ``hygiene.decay_backtest``; return the rows of the first."""
    config, (cells, levels) = read_config(engine), read_cells(engine)
    models, segment_laws = [], []
    for field in config.fields:
        own = cells.filter(field=field)
        found = fit_field(config, field, own, levels)
        models.append(_models(config, field, found, own, levels))
        segment_laws.append(_segment_laws(field, found, levels))
    engine.write(TABLES[1], pl.concat(segment_laws))
    engine.write(TABLES[2], backtest(config, cells, levels))
    return engine.write(TABLES[0], pl.concat(models))


def _segment_laws(field: str, found: FieldFit, levels: Levels) -> pl.DataFrame:
    """What ``hygiene.decay`` needs of each segment."""
    rate, shape, log_half = figures(found.fit, levels.mixes(levels.segments))
    return pl.DataFrame(
        {
            "segment_id": levels.segments["segment_id"],
            "rate": np.exp(rate),
            "shape": shape,
            "half_life_days": np.minimum(DAYS * np.exp(log_half), _LONGEST_DAYS),
        }
    ).select(pl.lit(field).alias("field"), pl.all(), never_share=pl.lit(found.fit.never_share))


def _rows(cells: pl.DataFrame, levels: Levels) -> pl.DataFrame:
    """One row for the whole and for each level, with the checks that speak of it."""
    counted = [pl.col("checks").sum().alias("observations"), pl.col("failures").sum()]
    rows = [cells.select(pl.lit("all").alias("segment"), *counted)]
    for dimension, names in levels.names.items():
        seen = cells.group_by(dimension).agg(counted)
        level = pl.DataFrame({dimension: names}).join(seen, on=dimension, how="left", maintain_order="left")
        rows.append(level.with_columns(segment=pl.format(f"{dimension}={{}}", dimension)))
    frame = pl.concat(rows, how="diagonal_relaxed").with_columns(pl.col("observations", "failures").fill_null(0))
    return frame.with_columns(pl.lit(None, pl.String).alias(d) for d in DIMENSIONS if d not in frame.columns)


def _models(config: DecayConfig, field: str, found: FieldFit, cells: pl.DataFrame, levels: Levels) -> pl.DataFrame:
    rows = _rows(cells, levels)
    law = laws(found.fit, levels.mixes(rows), config.learning.interval)
    before = laws(fit_field(config, field, cells.clear(), levels).fit, levels.mixes(rows), config.learning.interval)
    return rows.select(
        pl.lit(field).alias("field"),
        "segment",
        **{
            name: _shown(name, values) for name, values in law._asdict().items() if name not in ("rate", "prior_weight")
        },
        annual_decay=1 - (-pl.Series(law.rate).exp()).exp(),
        never_share=pl.lit(found.fit.never_share),
        mistaken_share=pl.lit(float(found.fit.shares[0])),
        observations="observations",
        failures="failures",
        prior_half_life_days=_shown("half_life_days", before.half_life_days),
        prior_weight=pl.Series(law.prior_weight),
    )


def _shown(name: str, values: Floats) -> pl.Series:
    """A figure of the laws; times end at a hundred years."""
    longest = {"days": _LONGEST_DAYS, "years": _LONGEST_DAYS / DAYS}.get(name.rpartition("_")[2], np.inf)
    return pl.Series(np.minimum(values, longest))
