"""Finds fields that know the outcome because they were written after it.

A model that is fitted on such a field is excellent on the past and useless on tomorrow's leads. Three things give a field
away: it tells more of the outcome than anything known beforehand does; it was written later than the outcome; its name
says that it holds the record's latest state, which the work on the lead changes, and it goes with the outcome.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from leadgrade.metrics.calibration.tables import MIN_LEVEL, levels

MAX_INFORMATION = 0.25
"""Share of the outcome's uncertainty that a single field may take away before it is implausible."""
MAX_AUC = 0.9
"""Ranking by a single field alone from which it is implausible."""
MAX_LATE_SHARE = 0.05
"""Share of the outcomes before which a field may have been written late; clocks differ a little."""
MIN_INFORMATION = 0.02
"""Share of the uncertainty from which a field that holds the latest state is named."""
_LATEST = re.compile(
    r"\b(last|latest|recent|modified|updated|status|stage|tags?|disposition|lost|closed|close|won|converted|conversion|"
    r"quality|rating|outcome|rejected|unqualified|next step)\b"
)
_SCHEMA = {
    "field": pl.String,
    "rows": pl.Int64,
    "values": pl.Int64,
    "information_share": pl.Float64,
    "auc": pl.Float64,
    "late_share": pl.Float64,
    "verdict": pl.String,
    "reason": pl.String,
}


def find_leaks(
    frame: pl.DataFrame,
    outcome: pl.Series,
    *,
    written_at: Mapping[str, pl.Series] | None = None,
    outcome_at: pl.Series | None = None,
    fields: Sequence[str] | None = None,
) -> pl.DataFrame:
    """What each field knows of the outcome.

    Args:
        frame: One row a lead.
        outcome: True or 1 where the lead had the outcome.
        written_at: For fields whose time of writing is known: the time of each row's value.
        outcome_at: Time of each row's outcome; null where there was none.
        fields: Columns to look at; absent: all.

    Returns:
        One row a field, leaks first: field, rows (with a value), values (distinct), information_share (share of the
        outcome's uncertainty that the field takes away, 0..1, corrected for the number of its values), auc (of ranking
        by the field alone; its values of fewer than 30 rows count as one), late_share (share of the leads with an
        outcome whose value was written after it; null where no times are known), verdict (``leak``, ``clean``), reason
        (``written_after_outcome``, ``knows_too_much``, ``latest_state``; null where clean).
    """
    won = outcome.cast(pl.Float64).fill_null(0)
    rows = []
    for field in fields or frame.columns:
        information, auc, values = association(levels(frame[field]), won)
        late = _late_share((written_at or {}).get(field), outcome_at)
        verdict, reason = verdict_of(field, information, auc, late)
        filled = frame.height - frame[field].null_count()
        rows.append((field, filled, values, information, auc, late, verdict, reason))
    table = pl.DataFrame(rows, schema=_SCHEMA, orient="row")
    return table.sort("verdict", "information_share", "field", descending=[True, True, False])


def association(values: pl.Series, won: pl.Series, weights: pl.Series | None = None) -> tuple[float, float, int]:
    """(information_share, auc, number of values) of one field of levels; see :func:`find_leaks`."""
    w = weights if weights is not None else pl.Series([1.0]).extend_constant(1.0, len(won) - 1) if len(won) else won
    counts = pl.DataFrame({"value": values, "n": w, "k": won * w}).group_by("value").agg(pl.col("n", "k").sum())
    distinct = counts.height
    rare = pl.when(pl.col("n") < MIN_LEVEL).then(pl.lit("(rare)")).otherwise("value")
    counts = counts.with_columns(value=rare).group_by("value").agg(pl.col("n", "k").sum()).sort("value")
    n, k = counts["n"].to_numpy(), counts["k"].to_numpy()
    if not 0 < k.sum() < n.sum():
        return 0.0, 0.5, distinct
    whole = _entropy(np.array([k.sum()]), np.array([n.sum()]))
    # Miller and Madow: each value beyond the first takes 1/2n away by chance alone
    gained = whole - _entropy(k, n) - (len(n) - 1) / (2 * n.sum())
    return max(0.0, float(gained / whole)), _auc(k, n), distinct


def _entropy(k: np.ndarray, n: np.ndarray) -> float:
    """Mean uncertainty of the outcome, in nats, over cells."""
    p = k / n
    with np.errstate(divide="ignore", invalid="ignore"):
        each = -np.nan_to_num(p * np.log(p)) - np.nan_to_num((1 - p) * np.log(1 - p))
    return float((each * n).sum() / n.sum())


def _auc(k: np.ndarray, n: np.ndarray) -> float:
    """Area under the curve of ranking the cells by their share that won."""
    order = np.argsort(k / n, kind="stable")
    won, lost = k[order], (n - k)[order]
    below = np.cumsum(lost) - lost
    return float((won * (below + lost / 2)).sum() / (won.sum() * lost.sum()))


def _late_share(written: pl.Series | None, outcome_at: pl.Series | None) -> float | None:
    if written is None or outcome_at is None:
        return None
    times = pl.DataFrame({"written": written, "outcome": outcome_at}).drop_nulls()
    return float((times["written"] > times["outcome"]).cast(pl.Float64).mean() or 0.0) if times.height else None  # type: ignore[arg-type]


def verdict_of(field: str, information: float, auc: float, late: float | None) -> tuple[str, str | None]:
    """(verdict, reason) of a field by its name and what was measured; see :func:`find_leaks`."""
    words = re.sub(r"[\W_]+", " ", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", field)).lower()
    if late is not None and late > MAX_LATE_SHARE:
        return "leak", "written_after_outcome"
    if information >= MAX_INFORMATION or auc >= MAX_AUC:
        return "leak", "knows_too_much"
    if information >= MIN_INFORMATION and _LATEST.search(words):
        return "leak", "latest_state"
    return "clean", None
