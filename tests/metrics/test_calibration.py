"""Calibration on generated outcomes whose law is known."""

from __future__ import annotations

from math import exp, log, sqrt

import numpy as np
import polars as pl
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from leadgrade.config.scoring import ScoringConfig
from leadgrade.errors import ConfigError
from leadgrade.metrics.calibration import (
    find_leaks,
    fit_curve,
    fit_prior_model,
    fit_table,
    propose,
    quality,
    reliability,
    rule_lift,
)
from tests.support import REPOSITORY

POINTS = {"a": 10, "b": 25, "useless": 10, "bad": -10}
PEOPLE = 12_000


@pytest.fixture(scope="module")
def people() -> tuple[pl.DataFrame, np.ndarray, np.ndarray]:
    """Rules that fired, points, outcomes: the log-odds are 0.04 a point, but for one rule that does nothing."""
    dice = np.random.default_rng(1)
    fired = dice.random((PEOPLE, 4)) < 0.3
    points = fired @ np.array(list(POINTS.values()))
    log_odds = -2 + 0.04 * (points - 10 * fired[:, 2])
    won = dice.random(PEOPLE) < 1 / (1 + np.exp(-log_odds))
    return pl.DataFrame(dict(zip(POINTS, fired.T, strict=True))), points, won.astype(int)


def test_lift_is_the_ratio_and_its_interval_woolfs() -> None:
    fired = pl.DataFrame({"r": [True] * 100 + [False] * 300})
    won = pl.Series([1] * 40 + [0] * 60 + [1] * 30 + [0] * 270)
    row = rule_lift(fired, won, {"r": 5}).row(0, named=True)
    a, b, c, d = 40.5, 60.5, 30.5, 270.5
    assert (row["rate_fired"], row["rate_other"]) == (0.4, 0.1)
    assert row["lift"] == pytest.approx(a / (a + b) / (c / (c + d)))
    assert row["log_odds_lo"] == pytest.approx(log(a * d / b / c) - 1.959964 * sqrt(1 / a + 1 / b + 1 / c + 1 / d))
    assert row["lift_lo"] < row["lift"] < row["lift_hi"]
    assert row["verdict"] == "supported"


def test_verdicts_of_rules(people: tuple) -> None:
    fired, _, won = people
    fired = fired.with_columns(rare=pl.int_range(pl.len()) < 5, wrong="b")
    rows = rule_lift(fired, pl.Series(won), {**POINTS, "wrong": -20})
    verdicts = dict(rows.select("rule", "verdict").iter_rows())
    assert verdicts == {
        "a": "supported", "b": "supported", "useless": "no_evidence", "bad": "supported", "rare": "insufficient_data",
        "wrong": "contradicted",
    }  # fmt: skip


def test_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    dice, held = np.random.default_rng(5), 0
    for _ in range(200):
        fired = dice.random(400) < 0.4
        won = dice.random(400) < np.where(fired, 0.3, 0.15)
        row = rule_lift(pl.DataFrame({"r": fired}), pl.Series(won.astype(int))).row(0, named=True)
        held += row["log_odds_lo"] <= log(0.3 / 0.7 / (0.15 / 0.85)) <= row["log_odds_hi"]
    assert 180 <= held <= 199


def test_points_as_they_stand_are_no_probability_but_the_curve_is(people: tuple) -> None:
    _, points, won = people
    half = PEOPLE // 2
    curve = fit_curve(points[:half], won[:half])
    naive = quality(won[half:], np.clip(points[half:] / 45, 0, 1))
    fitted = quality(won[half:], curve.predict(points[half:]))
    assert naive.ece > 0.1
    assert fitted.ece < 0.02
    assert fitted.brier < naive.brier
    assert naive.auc is not None
    assert fitted.auc == pytest.approx(naive.auc, abs=0.02)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(-50, 145), st.booleans()), min_size=1, max_size=80))
def test_curve_rises_and_keeps_the_number_of_winners(rows: list[tuple[int, bool]]) -> None:
    points, won = np.array([p for p, _ in rows]), np.array([int(w) for _, w in rows])
    curve = fit_curve(points, won)
    claimed = curve.predict(np.arange(-60, 160))
    assert (np.diff(claimed) >= -1e-12).all()
    assert ((claimed >= 0) & (claimed <= 1)).all()
    assert curve.predict(points).sum() == pytest.approx(won.sum(), abs=1e-6)
    assert curve.steps["people"].sum() == len(rows)


def test_groups_with_weights_are_the_same_as_their_people(people: tuple) -> None:
    _, points, won = people
    groups = pl.DataFrame({"p": points, "won": won}).group_by("p").agg(n=pl.len(), won=pl.col("won").mean()).sort("p")
    claimed, of_groups = points / 100 + 0.2, groups["p"].to_numpy() / 100 + 0.2
    one, other = quality(won, claimed), quality(groups["won"], of_groups, groups["n"])
    assert (one.people, one.won) == pytest.approx((other.people, other.won))
    assert (one.auc, one.brier, one.ece) == pytest.approx((other.auc, other.brier, other.ece))


def test_bins_hold_everybody_once_and_the_error_is_theirs(people: tuple) -> None:
    _, points, won = people
    bins = reliability(won, points / 100 + 0.2)
    assert bins["people"].sum() == PEOPLE
    assert bins["won"].sum() == won.sum()
    assert bins["p_mean"].is_sorted()
    by_hand = sum(abs(r["p_mean"] - r["rate"]) * r["people"] for r in bins.to_dicts()) / PEOPLE
    assert quality(won, points / 100 + 0.2).ece == pytest.approx(by_hand)


def test_prior_model_leaves_the_points_only_on_evidence(people: tuple) -> None:
    fired, points, won = people
    rules = tuple(POINTS)
    many = fit_prior_model(rules, fired.to_numpy(), points, won)
    suggested = POINTS | many.suggestions(POINTS)
    assert 0 <= suggested["useless"] <= 3
    assert all(abs(suggested[rule] - POINTS[rule]) <= 5 for rule in ("a", "b", "bad"))
    assert many.slope == pytest.approx(0.04, abs=0.01)
    few = fit_prior_model(rules, fired.to_numpy()[:150], points[:150], won[:150])
    assert few.suggestions(POINTS) == {}
    held = fit_prior_model(rules, fired.to_numpy(), points, won, prior=0.001)
    assert np.abs(held.deviations).max() < 0.01


def test_prior_model_recovers_the_probabilities(people: tuple) -> None:
    fired, points, won = people
    model = fit_prior_model(tuple(POINTS), fired.to_numpy(), points, won)
    truth = 1 / (1 + np.exp(2 - 0.04 * (points - 10 * fired["useless"].to_numpy())))
    assert np.abs(model.predict(fired.to_numpy(), points) - truth).max() < 0.05


def test_points_that_rank_nothing_suggest_nothing(people: tuple) -> None:
    fired, points, won = people
    assert fit_prior_model(tuple(POINTS), fired.to_numpy(), -points, won).suggestions(POINTS) == {}


def test_leaks_are_named_with_their_reason(people: tuple) -> None:
    _, points, won = people
    dice = np.random.default_rng(8)
    noisy = np.where(dice.random(PEOPLE) < 0.9, won, 1 - won)
    frame = pl.DataFrame(
        {
            "Source": dice.choice(["web", "event", "list"], PEOPLE),
            "Points": points,
            "Sales verdict": np.where(noisy == 1, "good", "poor"),
            "Last Changed By": np.where(dice.random(PEOPLE) < 0.2 + 0.4 * won, "sales", "marketing"),
            "Last Browser": dice.choice(["x", "y"], PEOPLE),
            "Note code": dice.choice(["p", "q"], PEOPLE),
            "Id": np.arange(PEOPLE).astype(str),
        }
    )
    at = pl.Series([100 if w else None for w in won], dtype=pl.Int64)
    found = find_leaks(frame, pl.Series(won), written_at={"Note code": pl.Series(np.full(PEOPLE, 101))}, outcome_at=at)
    leaks = {row["field"]: row["reason"] for row in found.to_dicts() if row["verdict"] == "leak"}
    assert leaks == {
        "Sales verdict": "knows_too_much", "Last Changed By": "latest_state", "Note code": "written_after_outcome",
    }  # fmt: skip


def test_table_model_is_calibrated_on_rows_that_it_did_not_see() -> None:
    dice = np.random.default_rng(2)
    source, hours = dice.choice(["web", "event", "list"], 3000), dice.gamma(2, 2, 3000)
    log_odds = -2 + 0.3 * hours + np.where(source == "list", -1.5, 0)
    won = (dice.random(3000) < 1 / (1 + np.exp(-log_odds))).astype(int)
    frame = pl.DataFrame({"source": source, "hours": hours, "noise": dice.choice(list("abcdef"), 3000)})
    found = fit_table(frame, won, order=np.arange(3000))
    best = quality(won, 1 / (1 + np.exp(-log_odds))).auc
    assert best is not None
    assert found.cross_fitted.auc == pytest.approx(best, abs=0.02)
    assert found.cross_fitted.ece < 0.03
    assert found.later is not None
    assert found.later.people == 900
    assert found.cross_fitted.brier < exp(-1.5)


def test_proposal_changes_points_and_version_and_nothing_else() -> None:
    path = REPOSITORY / "config" / "scoring.yaml"
    text = path.read_text(encoding="utf-8")
    changed = propose(text, {"fit.geo": 0, "timing.renewal": 14}, "2", {"fit.geo": "no evidence"})
    assert "#   fit.geo: no evidence" in changed
    before, after = (ScoringConfig.model_validate(yaml.safe_load(text)) for text in (text, changed))
    points = {r.id: r.points for r in before.rules} | {"fit.geo": 0, "timing.renewal": 14}
    assert {r.id: r.points for r in after.rules} == points
    assert after.model.version == "2"
    kept = set(text.splitlines()) - set(changed.splitlines())
    assert len(kept) == 3
    assert path.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("points", [{"fit.unknown": 1}, {"neg.spam": 5}])
def test_a_proposal_that_is_no_model_is_refused(points: dict[str, int]) -> None:
    text = (REPOSITORY / "config" / "scoring.yaml").read_text(encoding="utf-8")
    with pytest.raises(ConfigError, match=next(iter(points))):
        propose(text, points, "2")
