"""What a score means as a probability: a curve that never falls as points rise, fitted on outcomes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from leadgrade.metrics.calibration.reliability import Floats
from leadgrade.metrics.calibration.shares import wilson


@dataclass(frozen=True, slots=True)
class WinCurve:
    """Steps of points with the share that won.

    Attributes:
        steps: points_lo, points_hi (ends included; of the people that it was fitted on), people, won, p, p_lo, p_hi
            (Wilson interval of the step, 95 %), from few points to many.
    """

    steps: pl.DataFrame

    def predict(self, points: npt.ArrayLike) -> Floats:
        """Probability of points; between two steps it is drawn straight, beyond the ends it stays."""
        lo, hi = self.steps["points_lo"].to_numpy(), self.steps["points_hi"].to_numpy()
        edges = np.c_[lo, hi].ravel()
        p: Floats = np.interp(np.asarray(points, dtype=np.float64), edges, np.repeat(self.steps["p"].to_numpy(), 2))
        return p


def fit_curve(points: npt.ArrayLike, outcome: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> WinCurve:
    """Fit by isotonic regression.

    Args:
        points: Points of the people, or of groups of people.
        outcome: 1 or 0; of a group the share that won.
        weights: People of the group; absent: one.
    """
    from sklearn.isotonic import isotonic_regression  # noqa: PLC0415  a second of import

    x = np.asarray(points, dtype=np.float64)
    w = np.ones(len(x)) if weights is None else np.asarray(weights, dtype=np.float64)
    table = pl.DataFrame({"x": x, "w": w, "k": np.asarray(outcome, dtype=np.float64) * w})
    table = table.filter(pl.col("w") > 0).group_by("x").agg(pl.col("w", "k").sum()).sort("x")
    fitted = isotonic_regression((table["k"] / table["w"]).to_numpy(), sample_weight=table["w"].to_numpy())
    steps = (
        # a hair's breadth between two values is the rounding of one and the same step
        table.with_columns(step=pl.Series(np.round(fitted, 12)))
        .group_by("step")
        .agg(points_lo=pl.col("x").min(), points_hi=pl.col("x").max(), people=pl.col("w").sum(), won=pl.col("k").sum())
        .sort("step")
        .with_columns(p=pl.col("won") / pl.col("people"))
    )
    lo, hi = wilson(pl.col("won"), pl.col("people"))
    return WinCurve(steps.select("points_lo", "points_hi", "people", "won", "p", p_lo=lo, p_hi=hi))
