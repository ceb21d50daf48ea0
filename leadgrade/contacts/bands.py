"""Numbers and bands as people pick or type them: employees, budgets."""

from __future__ import annotations

import polars as pl

from leadgrade.contacts import vocabulary
from leadgrade.raw.cells.values import band_hi, band_lo

_MIDDLE_OF = 2


def ends(values: pl.Series) -> pl.DataFrame:
    """Both ends of a band, each distinct text once: a form offers few bands, and reading one takes twenty patterns.

    Args:
        values: ``51-200``, ``10000+``, ``$10k - $50k``, ``120``.

    Returns:
        low and high (float): equal for one number; high is null for an open band, both where no number stands.
    """

    def answer(distinct: pl.Series) -> pl.DataFrame:
        return pl.DataFrame({"v": distinct}).select(low=band_lo(pl.col("v")), high=band_hi(pl.col("v")))

    return vocabulary.over_distinct(values.cast(pl.String), answer)


def employees(values: pl.Series) -> pl.DataFrame:
    """Employees of a company from a number or band as typed.

    Returns:
        employees (middle of the band, lower end of an open one), employees_lo, employees_hi (whole numbers), employees_from
        (number, band, open_band).
    """
    low, high = pl.col("low"), pl.col("high")
    middle = pl.when(high.is_not_null()).then((low + high) / _MIDDLE_OF).otherwise(low)
    columns = {"employees": middle, "employees_lo": low, "employees_hi": high}
    whole = [e.floor().cast(pl.Int64, strict=False).alias(name) for name, e in columns.items()]
    kind = pl.when(high.is_null()).then(pl.lit("open_band")).when(low < high).then(pl.lit("band")).otherwise(pl.lit("number"))
    origin = pl.when(middle.is_not_null()).then(kind)
    return ends(values).select(*whole, origin.alias("employees_from"))


def budget(values: pl.Series) -> pl.DataFrame:
    """budget_lo and budget_hi of a budget as typed."""
    return ends(values).rename({"low": "budget_lo", "high": "budget_hi"})
