"""Laws of survival: what is believed, what checks of values say, and how long values live by it, with intervals.

The law of a value is Weibull's: it is still true ``t`` years after its last evidence with probability
``exp(-exp(rate) * t^shape)``, where ``rate`` is the log of the cumulative hazard after one year. Rate and shape of a person's
value are those of the whole plus what each of its segments adds.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]
DAYS = 365.25
# a fit of almost no data may wander outside; nothing known lives by such shapes
_SHAPES = (0.1, 5.0)


@dataclass(frozen=True, slots=True)
class Prior:
    """What is believed of a field before own data speak.

    Attributes:
        rate: Cumulative hazard after one year, ``eta^-k`` with eta in years.
        shape: Shape k of the law.
        years: Lead-years of own data that weigh as much as the published rate.
        shape_sd: Standard deviation of the shape.
        segment_sd: Standard deviation of what one segment adds to the log hazard.
        segment_shape_sd: Standard deviation of what one segment adds to the shape.
        share_weight: Checks, none of them failed, that weigh as much as the belief that all of them tell of age alone.
    """

    rate: float
    shape: float
    years: float = 50.0
    shape_sd: float = 0.15
    segment_sd: float = 0.35
    segment_shape_sd: float = 0.1
    share_weight: float = 50.0


@dataclass(frozen=True, slots=True)
class Checks:
    """Checks of the values of one field, counted by cell.

    Attributes:
        log_age: Logarithm of the age in years, since the last evidence, at which the cell was checked.
        checks: Checks in the cell.
        failures: Those that found the value wrong.
        is_captured: Nothing had proved the value before; it had only been written down.
        codes: One array of levels (0, 1, ...) for each dimension that segments the values.
        levels: Number of levels of each dimension.
    """

    log_age: Floats
    checks: Floats
    failures: Floats
    is_captured: npt.NDArray[np.bool_]
    codes: tuple[Codes, ...] = ()
    levels: tuple[int, ...] = ()

    @property
    def factors(self) -> list[tuple[Codes, int]]:
        """Every factor with its number of levels; the first is the whole, of one level."""
        whole = np.zeros(len(self.log_age), np.int64)
        return [(whole, 1), *zip(self.codes, self.levels, strict=True)]


@dataclass(frozen=True, slots=True)
class Fit:
    """What was learned of a field.

    Attributes:
        rates: Log hazard after one year of the whole, then what each level of each dimension adds.
        shapes: Shapes likewise.
        shares: What fails whatever the age: the share of proved values, then of those that were only written down.
        covariance: Of rates and shapes, in this order.
        prior_covariance: The same before the data.
    """

    rates: Floats
    shapes: Floats
    shares: Floats
    covariance: Floats
    prior_covariance: Floats

    @property
    def never_share(self) -> float:
        """Share of captured values that never were true: what fails of them more than of proved ones."""
        proved, captured = self.shares
        return max(0.0, float(1 - (1 - captured) / (1 - proved)))


class Laws(NamedTuple):
    """One law a row; times in days where the name says so, else in years. Low and high bound the interval asked for."""

    rate: Floats
    shape: Floats
    shape_low: Floats
    shape_high: Floats
    scale_years: Floats
    scale_low_years: Floats
    scale_high_years: Floats
    half_life_days: Floats
    half_life_low_days: Floats
    half_life_high_days: Floats
    prior_weight: Floats


def figures(fit: Fit, mixes: Floats) -> tuple[Floats, Floats, Floats]:
    """Log hazard after one year, shape, and log of the half-life in years, of mixes of levels."""
    rate: Floats = mixes @ fit.rates
    shape: Floats = np.clip(mixes @ fit.shapes, *_SHAPES)
    return rate, shape, (math.log(math.log(2)) - rate) / shape


def laws(fit: Fit, mixes: Floats, interval: float) -> Laws:
    """The laws of mixes of levels.

    Args:
        fit: From :func:`leadgrade.hygiene.survival_fit.fit`.
        mixes: One row a law, one column a level in the order of ``fit.rates``: how much of the level is in it.
        interval: Probability that the intervals hold, e.g. 0.9.

    Returns:
        The laws. ``prior_weight`` is the variance of the log half-life over what it was before the data: 1 says that nothing
        was learned, 0 that the prior no longer matters.
    """
    rate, shape, log_half = figures(fit, mixes)
    log_scale = -rate / shape
    width = NormalDist().inv_cdf(0.5 + interval / 2)
    shape_by, scale_by, half_by = (
        _gradient(mixes, by_rate, by_shape)
        for by_rate, by_shape in (
            (np.zeros_like(rate), np.ones_like(rate)),
            (-1 / shape, -log_scale / shape),
            (-1 / shape, -log_half / shape),
        )
    )
    shape_off, scale_off, half_off = (
        width * np.sqrt(_variance(by, fit.covariance)) for by in (shape_by, scale_by, half_by)
    )
    return Laws(
        rate,
        shape,
        np.clip(shape - shape_off, *_SHAPES),
        np.clip(shape + shape_off, *_SHAPES),
        np.exp(log_scale),
        np.exp(log_scale - scale_off),
        np.exp(log_scale + scale_off),
        DAYS * np.exp(log_half),
        DAYS * np.exp(log_half - half_off),
        DAYS * np.exp(log_half + half_off),
        np.minimum(_variance(half_by, fit.covariance) / _variance(half_by, fit.prior_covariance), 1.0),
    )


def _gradient(mixes: Floats, by_rate: Floats, by_shape: Floats) -> Floats:
    """How a figure of each law changes with every parameter, rates first."""
    return np.hstack([mixes * by_rate[:, None], mixes * by_shape[:, None]])


def _variance(gradient: Floats, covariance: Floats) -> Floats:
    variance: Floats = ((gradient @ covariance) * gradient).sum(1)
    return variance
