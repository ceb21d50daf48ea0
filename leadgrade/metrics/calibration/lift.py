"""The lift of rules: how the outcome differs between those whom a rule fired for and those whom it did not."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from leadgrade.metrics.calibration.shares import Z, wilson

MIN_FIRED = 30
"""People on either side of a rule below which its lift says nothing."""
MIN_EXPECTED = 5
"""Outcomes, and people without one, that either side would have by chance; below, the interval says too much (Cochran)."""


def rule_lift(fired: pl.DataFrame, outcome: pl.Series, points: Mapping[str, int] | None = None) -> pl.DataFrame:
    """The lift of every rule, from people.

    Args:
        fired: One boolean column a rule, one row a person; null counts as not fired.
        outcome: True or 1 where the person had the outcome, in the same order.
        points: Points of the rules in the model; a rule that is missing has 0.

    Returns:
        One row a rule, see :func:`lift_of_counts`.
    """
    won = outcome.cast(pl.Int64)
    counts = [
        {
            "rule": rule,
            "points": (points or {}).get(rule, 0),
            "fired": int(fired[rule].fill_null(value=False).cast(pl.Int64).sum()),
            "fired_won": int((fired[rule].fill_null(value=False).cast(pl.Int64) * won).sum()),
            "people": fired.height,
            "won": int(won.sum()),
        }
        for rule in fired.columns
    ]
    schema = ["rule", "points", "fired", "fired_won", "people", "won"]
    return lift_of_counts(pl.DataFrame(counts, schema={n: pl.String if n == "rule" else pl.Int64 for n in schema}))


def lift_of_counts(counts: pl.DataFrame) -> pl.DataFrame:
    """The lift of every rule, from counts.

    Args:
        counts: rule, points, fired (people whom it fired for), fired_won (of these with the outcome), people and won
            (of all).

    Returns:
        The counts and: rate_fired, rate_other (shares), lift (the one over the other), log_odds (of the outcome, fired
        against not; half a person is added to each of the four cells) with log_odds_lo and log_odds_hi (95 %), lift_lo
        and lift_hi (95 %, on the log scale), and verdict:
        ``insufficient_data`` (fewer than 30 people on a side, or nobody or everybody won),
        ``no_evidence`` (the interval holds 0), ``supported`` (the sign of the points, or of no points at all),
        ``contradicted`` (the sign against the points).
    """
    table = counts.with_columns(
        other=pl.col("people") - pl.col("fired"), other_won=pl.col("won") - pl.col("fired_won")
    ).with_columns(
        a=pl.col("fired_won") + 0.5,
        b=pl.col("fired") - pl.col("fired_won") + 0.5,
        c=pl.col("other_won") + 0.5,
        d=pl.col("other") - pl.col("other_won") + 0.5,
    )
    odds_error = (1 / pl.col("a") + 1 / pl.col("b") + 1 / pl.col("c") + 1 / pl.col("d")).sqrt()
    rate_fired, rate_other = pl.col("a") / (pl.col("a") + pl.col("b")), pl.col("c") / (pl.col("c") + pl.col("d"))
    lift_error = (
        1 / pl.col("a") - 1 / (pl.col("a") + pl.col("b")) + 1 / pl.col("c") - 1 / (pl.col("c") + pl.col("d"))
    ).sqrt()
    table = table.with_columns(
        rate_fired=_share("fired_won", "fired"),
        rate_other=_share("other_won", "other"),
        lift=rate_fired / rate_other,
        lift_lo=rate_fired / rate_other * (-Z * lift_error).exp(),
        lift_hi=rate_fired / rate_other * (Z * lift_error).exp(),
        log_odds=(pl.col("a") * pl.col("d") / (pl.col("b") * pl.col("c"))).log(),
        error=odds_error,
    ).with_columns(
        log_odds_lo=pl.col("log_odds") - Z * pl.col("error"), log_odds_hi=pl.col("log_odds") + Z * pl.col("error")
    )
    lo, hi = wilson(pl.col("fired_won"), pl.col("fired"))
    table = table.with_columns(rate_fired_lo=lo, rate_fired_hi=hi, verdict=_verdict())
    known = pl.min_horizontal("fired", "other") > 0
    unknown = ["lift", "lift_lo", "lift_hi", "log_odds", "log_odds_lo", "log_odds_hi"]
    table = table.with_columns(pl.when(known).then(pl.col(name)).alias(name) for name in unknown)
    return table.select(
        "rule", "points", "people", "won", "fired", "fired_won", "rate_fired", "rate_fired_lo", "rate_fired_hi",
        "rate_other", "lift", "lift_lo", "lift_hi", "log_odds", "log_odds_lo", "log_odds_hi", "verdict",
    )  # fmt: skip


def _share(above: str, below: str) -> pl.Expr:
    return pl.when(pl.col(below) > 0).then(pl.col(above) / pl.col(below))


def _verdict() -> pl.Expr:
    side, outcomes = pl.min_horizontal("fired", "other"), pl.min_horizontal("won", pl.col("people") - pl.col("won"))
    few = (side < MIN_FIRED) | (side * outcomes < MIN_EXPECTED * pl.col("people"))
    unclear = (pl.col("log_odds_lo") <= 0) & (pl.col("log_odds_hi") >= 0)
    against = pl.col("log_odds").sign() * pl.col("points").sign() < 0
    return (
        pl.when(few)
        .then(pl.lit("insufficient_data"))
        .when(unclear)
        .then(pl.lit("no_evidence"))
        .when(against)
        .then(pl.lit("contradicted"))
        .otherwise(pl.lit("supported"))
    )
