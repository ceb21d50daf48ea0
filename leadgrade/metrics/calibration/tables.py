"""A probability model for any table of leads with outcomes: what a CRM export can say before the rules are set up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from leadgrade.metrics.calibration.curves import fit_curve
from leadgrade.metrics.calibration.reliability import Floats, Quality, quality, reliability

MIN_LEVEL = 30
"""Rows of a value below which it has no column of its own."""
FOLDS = 5
_PRIOR = 0.5
_MANY_VALUES = 12


@dataclass(frozen=True, slots=True)
class TableModel:
    """What a table says of an outcome.

    Attributes:
        columns: Columns used.
        probability: Calibrated probability of each row, each made by a model that did not see the row.
        cross_fitted: Quality of these.
        bins: Reliability bins of these.
        later: Quality on the last rows in time of a model of the earlier ones; None without an order.
    """

    columns: tuple[str, ...]
    probability: Floats
    cross_fitted: Quality
    bins: pl.DataFrame
    later: Quality | None


def fit_table(
    frame: pl.DataFrame, outcome: npt.ArrayLike, order: npt.ArrayLike | None = None, test_share: float = 0.3
) -> TableModel:
    """Fit a regularised logistic model and calibrate it by isotonic regression, cross-fitted.

    Args:
        frame: One row a lead; leave out ids, the outcome and what :func:`find_leaks` names. Numbers are cut into ten
            parts, values of fewer than 30 rows are one value, a missing value is a value.
        outcome: 1 or 0 a row.
        order: Something that rises with time; the last ``test_share`` of the rows is then judged by the others alone.
        test_share: Share of the rows that are judged so.
    """
    y = np.asarray(outcome, dtype=np.float64)
    design = _design(frame)
    probability = _calibrated(design, y, _folds(len(y)))
    later = None
    if order is not None:
        ranks = np.argsort(np.asarray(order), kind="stable")
        early, late = np.split(ranks, [round(len(y) * (1 - test_share))])
        later = quality(y[late], _trained(design, y, early, late))
    return TableModel(tuple(frame.columns), probability, quality(y, probability), reliability(y, probability), later)


def _folds(rows: int) -> npt.NDArray[np.int64]:
    """The fold of each row: dealt out by a fixed shuffle, so that the same table gives the same figures."""
    return np.random.default_rng(0).permutation(rows) % FOLDS


def _calibrated(design: Floats, y: Floats, fold: npt.NDArray[np.int64]) -> Floats:
    found = np.zeros(len(y))
    for number in range(FOLDS):
        inside, outside = np.flatnonzero(fold != number), np.flatnonzero(fold == number)
        found[outside] = _trained(design, y, inside, outside)
    return found


def _trained(design: Floats, y: Floats, train: npt.NDArray[np.int64], test: npt.NDArray[np.int64]) -> Floats:
    """Probabilities of the test rows; the curve is fitted on predictions for training rows that were held out, too."""
    inner = _folds(len(train))
    raw = np.zeros(len(train))
    for number in range(FOLDS):
        held = inner == number
        raw[held] = _logistic(design, y, train[~held]).predict_proba(design[train[held]])[:, 1]
    curve = fit_curve(raw, y[train])
    return curve.predict(_logistic(design, y, train).predict_proba(design[test])[:, 1])


def _logistic(design: Floats, y: Floats, rows: npt.NDArray[np.int64]) -> Any:
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415  a second of import

    return LogisticRegression(C=_PRIOR * _PRIOR, solver="newton-cholesky").fit(design[rows], y[rows])


def _design(frame: pl.DataFrame) -> Floats:
    """One column of 0 and 1 a frequent value."""
    columns = []
    for name in frame.columns:
        values = levels(frame[name])
        counts = values.value_counts(name="rows").filter(pl.col("rows") >= MIN_LEVEL)
        columns += [(values == level).cast(pl.Float64).to_numpy() for level in sorted(counts[values.name])]
    return np.column_stack(columns) if columns else np.zeros((frame.height, 1))


def levels(values: pl.Series) -> pl.Series:
    """The values as text: numbers of more than twelve values by the tenth that they lie in, a missing one as ``~``."""
    text = values.cast(pl.String)
    numbers = text.cast(pl.Float64, strict=False)
    if numbers.null_count() == text.null_count() and numbers.n_unique() > _MANY_VALUES:
        present = numbers.drop_nulls()
        cuts = sorted({float(present.quantile(tenth / 10, "lower") or 0) for tenth in range(1, 10)})
        tenth = np.searchsorted(np.array(cuts, dtype=np.float64), numbers.fill_null(0).to_numpy(), side="right")
        text = pl.select(pl.when(numbers.is_not_null()).then(pl.Series(tenth)).cast(pl.String)).to_series()
    return text.fill_null("~").alias(values.name)
