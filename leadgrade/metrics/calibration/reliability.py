"""How good probabilities are: Brier score, calibration error, reliability bins, ranking."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from leadgrade.metrics.calibration.shares import wilson

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Quality:
    """How good a set of probabilities is.

    Attributes:
        people: Number of people.
        won: Of these with the outcome.
        auc: Chance that a winner stands above a non-winner, 0..1; None where all or none won.
        brier: Mean squared difference of probability and outcome, 0 is best.
        ece: Expected calibration error: mean distance of bins' mean probability and share won, weighted by people.
    """

    people: float
    won: float
    auc: float | None
    brier: float
    ece: float


def reliability(
    outcome: npt.ArrayLike, probability: npt.ArrayLike, weights: npt.ArrayLike | None = None, bins: int = 10
) -> pl.DataFrame:
    """Bins of about as many people each, from the least probable on; people of one probability stay together.

    Args:
        outcome: 1 or 0; with weights a share of 1s.
        probability: Probability claimed, 0..1.
        weights: People that a row stands for; absent: one.
        bins: Bins at most.

    Returns:
        bin (1..), people, won, p_mean (mean probability), rate (share won), rate_lo, rate_hi (Wilson, 95 %).
    """
    y, p, w = _arrays(outcome, probability, weights)
    same = pl.DataFrame({"p": p, "w": w, "k": y * w}).group_by("p").agg(pl.col("w", "k").sum()).sort("p")
    middle = (same["w"].cum_sum() - same["w"] / 2) / max(float(same["w"].sum()), 1e-12)
    table = (
        same.with_columns(bin=(middle * bins).floor().clip(0, bins - 1).cast(pl.Int64))
        .group_by("bin")
        .agg(people=pl.col("w").sum(), won=pl.col("k").sum(), p_mean=(pl.col("p") * pl.col("w")).sum())
        .sort("bin")
        .with_columns(bin=pl.int_range(1, pl.len() + 1), p_mean=pl.col("p_mean") / pl.col("people"))
        .with_columns(rate=pl.col("won") / pl.col("people"))
    )
    lo, hi = wilson(pl.col("won"), pl.col("people"))
    return table.with_columns(rate_lo=lo, rate_hi=hi)


def quality(
    outcome: npt.ArrayLike, probability: npt.ArrayLike, weights: npt.ArrayLike | None = None, bins: int = 10
) -> Quality:
    """AUC, Brier score and calibration error of probabilities; arguments as in :func:`reliability`."""
    y, p, w = _arrays(outcome, probability, weights)
    table = reliability(y, p, w, bins)
    total = float(w.sum())
    distance = float(((table["p_mean"] - table["rate"]).abs() * table["people"]).sum())
    # a row may stand for winners and others at once: both parts count
    squared = float((w * (y * (1 - p) ** 2 + (1 - y) * p**2)).sum())
    return Quality(
        people=total,
        won=float((w * y).sum()),
        auc=_auc(y, p, w),
        brier=squared / total if total else float("nan"),
        ece=distance / total if total else float("nan"),
    )


def _auc(y: Floats, p: Floats, w: Floats) -> float | None:
    if (w * y).sum() <= 0 or (w * (1 - y)).sum() <= 0:
        return None
    from sklearn.metrics import roc_auc_score  # noqa: PLC0415  a second of import

    truth = np.r_[np.ones(len(p)), np.zeros(len(p))]
    return float(roc_auc_score(truth, np.r_[p, p], sample_weight=np.r_[w * y, w * (1 - y)]))


def _arrays(
    outcome: npt.ArrayLike, probability: npt.ArrayLike, weights: npt.ArrayLike | None
) -> tuple[Floats, Floats, Floats]:
    y, p = np.asarray(outcome, dtype=np.float64), np.asarray(probability, dtype=np.float64)
    w = np.ones(len(y)) if weights is None else np.asarray(weights, dtype=np.float64)
    keep = w > 0
    return y[keep], p[keep], w[keep]
