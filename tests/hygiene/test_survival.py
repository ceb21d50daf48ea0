"""Learning a law of survival: the prior without data, the truth with many, and intervals that hold as often as they say."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.decay import WORK_EMAIL, Truth, coverage, learned, simulate
from leadgrade.hygiene import survival_fit
from leadgrade.hygiene.backtest import wilson
from leadgrade.hygiene.survival import DAYS, Checks, Prior, laws
from leadgrade.hygiene.survival_fit import failure_chances, fit

HALF_LIFE = DAYS * (math.log(2) / WORK_EMAIL.rate) ** (1 / WORK_EMAIL.shape)


def cells(*rows: tuple[float, float, float, bool, int], segments: int = 2) -> Checks:
    """Rows of age in years, checks, failures, captured or not, segment."""
    ages, checks, failures, captured, codes = zip(*rows, strict=True) if rows else ((),) * 5
    return Checks(
        np.log(np.array(ages, float)),
        np.array(checks, float),
        np.array(failures, float),
        np.array(captured, bool),
        (np.array(codes, np.int64),),
        (segments,),
    )


def test_without_checks_the_prior_stays() -> None:
    law = learned(cells(), WORK_EMAIL)
    assert law.half_life_days == pytest.approx([HALF_LIFE] * 2)
    assert law.prior_weight == pytest.approx([1, 1])
    # half the published range of 15 to 37 % a year lies inside the interval of the whole
    whole = laws(fit(cells(), WORK_EMAIL), np.array([[1.0, 0, 0]]), 0.9)
    assert 1 - np.exp(-(whole.scale_high_years**-0.75)) < 0.17
    assert 1 - np.exp(-(whole.scale_low_years**-0.75)) > 0.31


@pytest.mark.parametrize("failures", [0, 1, 3])
def test_a_few_checks_change_little(failures: int) -> None:
    law, before = learned(cells((1.0, 3, failures, False, 0)), WORK_EMAIL), learned(cells(), WORK_EMAIL)
    assert (before.half_life_low_days < law.half_life_days).all()
    assert (law.half_life_days < before.half_life_high_days).all()
    assert law.half_life_days[1] == pytest.approx(HALF_LIFE, rel=0.3)
    assert law.prior_weight.min() > 0.75


def test_fifty_lead_years_weigh_as_much_as_the_published_rate() -> None:
    """Shape and segments held fast: the mean of a gamma law, lambda = (a + failures) / (b + exposure), at short ages."""
    fast = Prior(0.25, 1.0, 50.0, 1e-6, 1e-6, 1e-6, 1e6)
    # 5,000 checks a hundredth of a year after: 50 lead-years, as many failures as 0.75 a year would leave
    found = fit(cells((0.01, 5_000, 5_000 * -math.expm1(-0.0075), False, 0)), fast)
    assert math.exp(found.rates[0]) == pytest.approx((0.25 + 0.75) / 2, rel=0.01)


@pytest.mark.parametrize(("size", "is_learned"), [(20_000.0, True), (10.0, False)])
def test_segments_are_told_apart_and_shrink_towards_the_whole(size: float, is_learned: bool) -> None:
    """After a year one segment has lost 22 %, the other half of its values, both by shape 0.75."""
    rows = [
        (age, size, size * -math.expm1(math.log(1 - lost) * age**0.75), False, segment)
        for segment, lost in enumerate((0.22, 0.5))
        for age in (0.25, 1.0, 3.0)
    ]
    law = learned(cells(*rows), WORK_EMAIL)
    lost = -np.expm1(-np.exp(law.rate))
    assert lost[0] < lost[1]
    assert (abs(lost - (0.22, 0.5)).max() < 0.02) == is_learned
    assert (law.prior_weight.max() < 0.05) == is_learned


def test_mistyped_addresses_are_no_decay() -> None:
    rows = [(age, 4_000.0, 4_000 * 0.1, True, 0) for age in (0.003, 0.1, 0.5)]
    rows += [(age, 4_000.0, 4_000 * -math.expm1(-0.05 * age), False, 0) for age in (0.1, 0.5, 1.0)]
    found = fit(cells(*rows), WORK_EMAIL)
    assert found.never_share == pytest.approx(0.1, abs=0.02)
    assert 1 - math.exp(-math.exp(found.rates[0])) < 0.12


def test_the_score_is_the_slope_of_the_value() -> None:
    data = simulate(Truth(np.array([-1.5, -0.5]), np.array([0.7, 0.9]), 0.02, 0.1), 2_000, np.random.default_rng(5))
    at = survival_fit._Parameters(np.array([-1.0, 0.2, -0.1]), np.array([0.8, 0.05, -0.02]), np.array([0.03, 0.2]))
    score, information = survival_fit._derivatives(data, WORK_EMAIL, at)
    for place in range(len(score)):
        step = np.zeros(len(score))
        step[place] = 1e-6
        up, down = (survival_fit._value(data, WORK_EMAIL, at.moved(s)) for s in (step, -step))
        assert score[place] == pytest.approx((up - down) / 2e-6, rel=1e-4, abs=1e-3)
    assert np.linalg.eigvalsh(information).min() > 0


@pytest.mark.parametrize(("draw", "checks"), [("drawn", 30), ("drawn", 3_000), ("far", 3_000)])
def test_intervals_hold_as_often_as_they_say(draw: str, checks: int) -> None:
    """The short form of benchmarks.decay: 240 intervals of 90 %."""
    found = coverage(WORK_EMAIL, draw, checks, 60, np.random.default_rng(3))
    assert 0.83 <= found["half-life"] <= 0.97
    assert 0.83 <= found["scale"] <= 0.97


COUNTS = st.tuples(st.floats(0.003, 30), st.integers(0, 10**6), st.floats(0, 1), st.booleans(), st.integers(0, 1))


@given(st.lists(COUNTS, max_size=12))
@settings(max_examples=30, deadline=None)
def test_whatever_was_counted_laws_are_finite(rows: list[tuple[float, int, float, bool, int]]) -> None:
    data = cells(*((age, n, round(n * share), captured, code) for age, n, share, captured, code in rows))
    found = fit(data, WORK_EMAIL)
    law = laws(found, np.array([[1.0, 0, 0], [1, 1, 0]]), 0.9)
    assert all(np.isfinite(values).all() for values in (law.rate, law.shape, law.prior_weight))
    assert (law.shape_low <= law.shape).all()
    assert (law.half_life_low_days <= law.half_life_days).all()
    assert 0 <= found.never_share < 1
    chances = failure_chances(data, found)
    assert ((chances >= 0) & (chances <= 1)).all()


def test_bounds_of_a_share_are_wilsons() -> None:
    # 8 of 10 at 95 %: 0.49 to 0.94 (Wilson 1927; NIST e-Handbook 7.2.4.1)
    low, high = wilson(np.array([8.0]), np.array([10.0]), 0.95)
    assert (low[0], high[0]) == pytest.approx((0.490, 0.943), abs=0.001)
