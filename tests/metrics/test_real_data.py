"""Calibration and the metrics on public data, where LEADGRADE_REAL_DATA names the folder."""

from __future__ import annotations

import os
from pathlib import Path

import polars as pl
import pytest

from leadgrade.metrics.calibration import find_leaks, fit_table

pytestmark = [
    pytest.mark.real_data,
    pytest.mark.skipif("LEADGRADE_REAL_DATA" not in os.environ, reason="LEADGRADE_REAL_DATA is not set"),
]


@pytest.fixture(scope="module")
def education() -> pl.DataFrame:
    path = Path(os.environ["LEADGRADE_REAL_DATA"]) / "x_education" / "Leads.csv"
    table = pl.read_csv(path, infer_schema_length=0)
    return table.select(c for c in table.columns if c.strip()).with_columns(
        pl.all().replace({"": None, "Select": None})
    )


def test_education_leaks_and_the_honest_model(education: pl.DataFrame) -> None:
    won = education["Converted"].cast(pl.Int64)
    assert round(100 * float(won.mean()), 2) == 38.54  # type: ignore[arg-type]
    fields = education.drop("Converted", "Prospect ID", "Lead Number")
    leaks = find_leaks(fields, won).filter(pl.col("verdict") == "leak")["field"].to_list()
    assert {"Tags", "Lead Quality", "Last Notable Activity"} <= set(leaks)
    assert not set(leaks) & {"Lead Origin", "Lead Source", "Total Time Spent on Website", "TotalVisits", "City"}
    model = fit_table(fields.drop(leaks), won, order=education["Lead Number"].cast(pl.Int64))
    assert model.cross_fitted.auc is not None
    assert model.cross_fitted.auc >= 0.84
    assert model.cross_fitted.ece <= 0.02
    assert model.later is not None
    assert model.later.auc is not None
    assert model.later.auc >= 0.84
