"""Learns a law of survival from checks that each say: so old since its last evidence, the value held, or had failed.

A check that failed tells no more than that the value ended between its last evidence and the check (interval censoring);
one that held tells that it outlived that time. Both are outcomes of one binomial model::

    P(failed at age t) = share + (1 - share) * (1 - exp(-exp(rate) * t^shape))

``share`` is what fails whatever the age: checks that were mistaken, where something had proved the value before; where it had
only been written down, those and the values that never were true. Without it the mistyped addresses of a form would pass for
fast decay. The most likely parameters under the priors are found by Fisher scoring on counts, so that the cost does not grow
with the rows, and their covariance is the inverse of the information there (Laplace).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from leadgrade.hygiene.survival import Checks, Fit, Floats, Prior

_MOST_STEPS = 200
_MOST_HALVINGS = 30
_LONGEST_STEP = 2.0
_ENOUGH = 1e-9
_SHARES = (1e-9, 0.95)
# the shares stand behind rates and shapes: of proved values, of captured ones
_KINDS = (False, True)


@dataclass(frozen=True, slots=True)
class _Parameters:
    rates: Floats
    shapes: Floats
    shares: Floats

    def moved(self, step: Floats) -> _Parameters:
        n = len(self.rates)
        return _Parameters(
            self.rates + step[:n], self.shapes + step[n : 2 * n], np.clip(self.shares + step[2 * n :], *_SHARES)
        )


@dataclass(frozen=True, slots=True)
class _Cells:
    """What the parameters say of each cell: hazard, survival, share that fails at any age, chance that a check fails."""

    hazard: Floats
    survives: Floats
    share: Floats
    fails: Floats


def fit(data: Checks, prior: Prior) -> Fit:
    """The most likely parameters of a field under the prior, and how sure they are.

    Args:
        data: Its checks. Without any the prior comes back.
        prior: What is believed of the field.
    """
    at = _start(prior, sum(levels for _, levels in data.factors))
    score, information = _derivatives(data, prior, at)
    reached = _value(data, prior, at)
    for _ in range(_MOST_STEPS):
        there, value = _uphill(data, prior, at, _step(at, score, information), reached)
        gained, at, reached = value - reached, there, value
        score, information = _derivatives(data, prior, at)
        if gained < _ENOUGH:
            break
    n = 2 * at.rates.size
    covariance = np.asarray(np.linalg.inv(information)[:n, :n], np.float64)
    shares = np.where(at.shares > _SHARES[0], at.shares, 0.0)
    return Fit(at.rates, at.shapes, shares, covariance, np.diag(1 / _precision(prior, at.rates.size)))


def failure_chances(data: Checks, found: Fit) -> Floats:
    """Of each cell, how probably a check finds the value wrong."""
    return _predicted(data, _Parameters(found.rates, found.shapes, found.shares)).fails


def _start(prior: Prior, levels: int) -> _Parameters:
    rates, shapes = np.zeros(levels), np.zeros(levels)
    rates[0], shapes[0] = np.log(prior.rate), prior.shape
    return _Parameters(rates, shapes, np.full(len(_KINDS), 0.01))


def _step(at: _Parameters, score: Floats, information: Floats) -> Floats:
    """Fisher's step. A share at its lower bound stands still where the data would have it lower still."""
    first = 2 * at.rates.size
    still = np.zeros(len(score), bool)
    still[first:] = (at.shares <= _SHARES[0]) & (score[first:] < 0)
    moving = ~still
    step = np.zeros_like(score)
    step[moving] = np.linalg.solve(information[np.ix_(moving, moving)], score[moving])
    # far from the top the information says little of where it is
    return step / max(1.0, float(np.abs(step).max()) / _LONGEST_STEP)


def _uphill(data: Checks, prior: Prior, at: _Parameters, step: Floats, reached: float) -> tuple[_Parameters, float]:
    """The step, halved until it does not lead down; where none of it leads up, no step."""
    for _ in range(_MOST_HALVINGS):
        there = at.moved(step)
        value = _value(data, prior, there)
        if value >= reached:
            return there, value
        step = step / 2
    return at, reached


def _predicted(data: Checks, at: _Parameters) -> _Cells:
    rate, shape = np.zeros(len(data.log_age)), np.zeros(len(data.log_age))
    first = 0
    for codes, levels in data.factors:
        rate += at.rates[first + codes]
        shape += at.shapes[first + codes]
        first += levels
    hazard = np.exp(np.clip(rate + shape * data.log_age, -60, 30))
    share = at.shares[data.is_captured.astype(np.int64)]
    return _Cells(hazard, np.exp(-hazard), share, share - (1 - share) * np.expm1(-hazard))


def _value(data: Checks, prior: Prior, at: _Parameters) -> float:
    """Log of likelihood times prior, but for a constant."""
    cells = _predicted(data, at)
    held = data.checks - data.failures
    said = data.failures @ np.log(cells.fails) + held @ (np.log1p(-cells.share) - cells.hazard)
    # a gamma law of the hazard itself: so many failures in so many lead-years
    weight = prior.years * (prior.rate * at.rates[0] - np.exp(at.rates[0]))
    weight -= (at.shapes[0] - prior.shape) ** 2 / 2 / prior.shape_sd**2
    weight -= (at.rates[1:] @ at.rates[1:]) / 2 / prior.segment_sd**2
    weight -= (at.shapes[1:] @ at.shapes[1:]) / 2 / prior.segment_shape_sd**2
    return float(said + weight + prior.share_weight * np.log1p(-at.shares).sum())


def _precision(prior: Prior, levels: int) -> Floats:
    """Diagonal of the information of the prior: rates, then shapes."""
    rates, shapes = np.full(levels, prior.segment_sd**-2), np.full(levels, prior.segment_shape_sd**-2)
    rates[0], shapes[0] = prior.years * prior.rate, prior.shape_sd**-2
    return np.concatenate([rates, shapes])


def _derivatives(data: Checks, prior: Prior, at: _Parameters) -> tuple[Floats, Floats]:
    """Score and information: of rates, shapes, and shares."""
    cells, n = _predicted(data, at), at.rates.size
    pull = (data.failures - data.checks * cells.fails) * cells.hazard / cells.fails
    weights = data.checks * (1 - cells.share) * cells.survives * cells.hazard**2 / cells.fails
    score, information = np.zeros(2 * n + len(_KINDS)), np.zeros((2 * n + len(_KINDS),) * 2)
    precision = _precision(prior, n)
    away = np.concatenate([at.rates, at.shapes])
    away[n] -= prior.shape
    score[: 2 * n] = _sums(data, pull) - precision * away
    score[0] = _sums(data, pull)[0] + prior.years * (prior.rate - np.exp(at.rates[0]))
    precision[0] = prior.years * np.exp(at.rates[0])
    information[: 2 * n, : 2 * n] = _products(data, weights) + np.diag(precision)
    for place, is_captured in enumerate(_KINDS):
        _add_share(data, prior, at, cells, (data.is_captured == is_captured, place), score, information)
    return score, information


def _add_share(
    data: Checks,
    prior: Prior,
    at: _Parameters,
    cells: _Cells,
    kind: tuple[npt.NDArray[np.bool_], int],
    score: Floats,
    information: Floats,
) -> None:
    """The row of one share."""
    own, place = kind
    row, left = 2 * at.rates.size + place, 1 - at.shares[place]
    misses = np.where(own, data.failures - data.checks * cells.fails, 0.0)
    checks = np.where(own, data.checks, 0.0)
    score[row] = float((misses / cells.fails).sum()) / left - prior.share_weight / left
    information[row, row] = float((checks * cells.survives / cells.fails).sum()) / left + prior.share_weight / left**2
    both = _sums(data, checks * cells.survives * cells.hazard / cells.fails)
    information[row, : len(both)] = information[: len(both), row] = both


def _sums(data: Checks, weights: Floats) -> Floats:
    """Sums of the weights by level, for rates, then for shapes."""
    return np.concatenate(
        [
            np.bincount(codes, weights * power, levels)
            for power in (np.ones_like(data.log_age), data.log_age)
            for codes, levels in data.factors
        ]
    )


def _products(data: Checks, weights: Floats) -> Floats:
    """Sums of the weights by pairs of levels, which is the information of rates and shapes."""
    by_power = [_pairs(data, weights * data.log_age**power) for power in (0, 1, 2)]
    return np.block([[by_power[0], by_power[1]], [by_power[1], by_power[2]]])


def _pairs(data: Checks, weights: Floats) -> Floats:
    return np.block(
        [[np.bincount(a * m + b, weights, n * m).reshape(n, m) for b, m in data.factors] for a, n in data.factors]
    )
