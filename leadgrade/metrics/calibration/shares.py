"""Intervals and sizes that the calibration shares."""

from __future__ import annotations

import polars as pl

Z = 1.959963984540054
"""The 97.5 % point of the normal distribution: intervals hold 95 %."""
MIN_OUTCOMES = 50
"""Outcomes of each kind (won, not won) below which nothing is concluded: ``insufficient_data``."""


def wilson(successes: pl.Expr, trials: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """Both ends of Wilson's 95 % interval of a share; null where there were no trials."""
    n = pl.when(trials > 0).then(trials.cast(pl.Float64))
    p = successes / n
    middle = (p + Z * Z / (2 * n)) / (1 + Z * Z / n)
    half = Z * ((p * (1 - p) / n + Z * Z / (4 * n * n)).sqrt()) / (1 + Z * Z / n)
    return (middle - half).clip(0, 1), (middle + half).clip(0, 1)


def is_enough(won: float, lost: float) -> bool:
    """Whether there are outcomes enough of both kinds."""
    return min(won, lost) >= MIN_OUTCOMES
