"""Hard cases of numbers of employees, as exports and forms have them."""

from __future__ import annotations

import polars as pl
import pytest

from leadgrade.contacts import bands

# as typed, employees, lower end, upper end, where it comes from
EMPLOYEES = [
    ("1-10", 5, 1, 10, "band"),
    ("11–50", 30, 11, 50, "band"),
    ("51 - 200", 125, 51, 200, "band"),
    ("201 to 500", 350, 201, 500, "band"),
    ("1,001-5,000", 3000, 1001, 5000, "band"),
    ("10,001+", 10001, 10001, None, "open_band"),
    ("10000+", 10000, 10000, None, "open_band"),
    ("5k-10k", 7500, 5000, 10000, "band"),
    ("1k+", 1000, 1000, None, "open_band"),
    ("500", 500, 500, 500, "number"),
    ("approx. 200", 200, 200, 200, "number"),
    ("~250", 250, 250, 250, "number"),
    ("<10", 5, 0, 10, "band"),
    ("less than 50", 25, 0, 50, "band"),
    ("more than 1000", 1000, 1000, None, "open_band"),
    ("over 500", 500, 500, None, "open_band"),
    ("50 employees", 50, 50, 50, "number"),
    ("51-200 employees", 125, 51, 200, "band"),
    ("1.000-5.000", 3000, 1000, 5000, "band"),
    ("1 000 – 5 000", 3000, 1000, 5000, "band"),
    ("0", 0, 0, 0, "number"),
    ("unknown", None, None, None, None),
    ("Self-employed", 1, 1, 1, "number"),
    ("1", 1, 1, 1, "number"),
    ("Small (1-50)", 25, 1, 50, "band"),
    ("SMB", None, None, None, None),
    ("10.001+", 10001, 10001, None, "open_band"),
    ("2-10 Mitarbeiter", 6, 2, 10, "band"),
    ("mehr als 500", 500, 500, None, "open_band"),
    ("weniger als 10", 5, 0, 10, "band"),
    ("bis 50", 25, 0, 50, "band"),
    ("ab 1000", 1000, 1000, None, "open_band"),
    ("> 1000", 1000, 1000, None, "open_band"),
    ("≥250", 250, 250, None, "open_band"),
    ("200 - 2.000", 1100, 200, 2000, "band"),
    ("1-10 人", 5, 1, 10, "band"),
    ("10K", 10000, 10000, 10000, "number"),
    ("1.5k", 1500, 1500, 1500, "number"),
    ("B: 11-50", 30, 11, 50, "band"),
    ("11 bis 50", 30, 11, 50, "band"),
    ("de 50 à 249", 149, 50, 249, "band"),
    ("entre 10 y 50", 30, 10, 50, "band"),
    ("plus de 250", 250, 250, None, "open_band"),
    ("moins de 10", 5, 0, 10, "band"),
    ("250 o más", 250, 250, None, "open_band"),
    ("hasta 50", 25, 0, 50, "band"),
    ("tra 10 e 50", 30, 10, 50, "band"),
    ("Just me", 1, 1, 1, "number"),
    ("One", 1, 1, 1, "number"),
    ("10 - 49 people", 29, 10, 49, "band"),
    ("1001-5000+", 3000, 1001, 5000, "band"),
    ("-5", None, None, None, None),
]


@pytest.mark.parametrize(("typed", "employees", "low", "high", "origin"), EMPLOYEES)
def test_employees(typed: str, employees: int | None, low: int | None, high: int | None, origin: str | None) -> None:
    assert bands.employees(pl.Series([typed])).rows() == [(employees, low, high, origin)]
