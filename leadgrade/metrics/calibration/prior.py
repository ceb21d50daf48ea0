"""A logistic model of the rules that is shrunk to the scoring model: without evidence it says what the points say.

The log-odds of the outcome are ``intercept + slope * points + sum of the deviations of the rules that fired``. Slope
and intercept are learned freely; each deviation has a normal prior around 0 with the standard deviation ``PRIOR``. Few
outcomes leave the deviations at 0, so that the model is the points of scoring.yaml on another scale; many outcomes move a
rule away from its points as far as they bear it out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from leadgrade.metrics.calibration.reliability import Floats
from leadgrade.metrics.calibration.shares import Z

PRIOR = 0.5
"""Standard deviation of the prior of a rule's deviation, in log-odds: a factor of 1.6 in the odds."""
# the column of points is stretched so that its penalty is a ten-thousandth of a rule's
_STRETCH = 100.0


@dataclass(frozen=True, slots=True)
class PriorModel:
    """The fitted model.

    Attributes:
        rules: The rules, in the order of the matrix.
        intercept: Log-odds at 0 points.
        slope: Log-odds a point.
        deviations: Log-odds of each rule beyond its points.
        errors: Standard error of each deviation.
    """

    rules: tuple[str, ...]
    intercept: float
    slope: float
    deviations: Floats
    errors: Floats

    def predict(self, fired: npt.ArrayLike, points: npt.ArrayLike) -> Floats:
        """Probability of the outcome; arguments as in :func:`fit_prior_model`."""
        x = np.asarray(fired, dtype=np.float64)
        log_odds = self.intercept + self.slope * np.asarray(points, dtype=np.float64) + x @ self.deviations
        chance: Floats = 1 / (1 + np.exp(-np.clip(log_odds, -40, 40)))
        return chance

    def suggestions(self, points: Mapping[str, int]) -> dict[str, int]:
        """Points of the rules that the outcomes bear out, on the scale of the model, where they differ for sure.

        A rule whose deviation's 95 % interval holds 0 is left out; so is everything where the points as a whole do not
        rank the outcomes (slope 0 or below). The sign of a rule never turns: the worst that a rule can come to is 0.
        """
        if self.slope <= 0:
            return {}
        found = {}
        for rule, deviation, error in zip(self.rules, self.deviations, self.errors, strict=True):
            now = points.get(rule, 0)
            if abs(deviation) <= Z * error:
                continue
            wanted = round(now + deviation / self.slope)
            # a rule of no points takes the sign of its evidence
            kept = max(0, wanted) if now > 0 else min(0, wanted) if now < 0 else wanted
            most = 2 * abs(now) or 10
            if max(-most, min(most, kept)) != now:
                found[rule] = max(-most, min(most, kept))
        return found


def fit_prior_model(
    rules: tuple[str, ...],
    fired: npt.ArrayLike,
    points: npt.ArrayLike,
    outcome: npt.ArrayLike,
    weights: npt.ArrayLike | None = None,
    prior: float = PRIOR,
) -> PriorModel:
    """Fit the model.

    Args:
        rules: Names of the columns of ``fired``.
        fired: A row a person (or group of equal people), a column a rule: 1 where it fired.
        points: Points of the person under the scoring model.
        outcome: 1 or 0; of a group the share that won.
        weights: People of the group; absent: one.
        prior: See PRIOR; smaller holds closer to the points.
    """
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415  a second of import

    x = np.asarray(fired, dtype=np.float64)
    total = np.asarray(points, dtype=np.float64)
    y = np.asarray(outcome, dtype=np.float64)
    w = np.ones(len(y)) if weights is None else np.asarray(weights, dtype=np.float64)
    scale = float(np.abs(total).max()) or 1.0
    design = np.c_[total / scale * _STRETCH, x]
    truth = np.r_[np.ones(len(y)), np.zeros(len(y))]
    both = np.r_[w * y, w * (1 - y)]
    model = LogisticRegression(C=prior * prior, solver="newton-cholesky", max_iter=200, tol=1e-8)
    model.fit(np.r_[design, design][both > 0], truth[both > 0], sample_weight=both[both > 0])
    coefficients = model.coef_[0]
    fitted = PriorModel(
        rules=rules,
        intercept=float(model.intercept_[0]),
        slope=float(coefficients[0] * _STRETCH / scale),
        deviations=coefficients[1:],
        errors=np.zeros(x.shape[1]),
    )
    return PriorModel(rules, fitted.intercept, fitted.slope, fitted.deviations, _errors(fitted, x, total, w, prior))


def _errors(model: PriorModel, fired: Floats, points: Floats, w: Floats, prior: float) -> Floats:
    """Standard errors by Laplace's approximation: the curvature of the penalised likelihood at its top.

    They hold given the slope: all deviations together in proportion to the points are the same as another slope, and
    only the prior tells the two apart.
    """
    p = model.predict(fired, points)
    full = np.c_[np.ones(len(w)), fired]
    curvature = (full * (w * p * (1 - p))[:, None]).T @ full
    curvature += np.diag(np.r_[1e-9, np.full(fired.shape[1], 1 / (prior * prior))])
    errors: Floats = np.sqrt(np.diag(np.linalg.inv(curvature)))[1:]
    return errors
