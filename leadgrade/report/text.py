"""Figures, times and codes as people read them."""

from __future__ import annotations

import re
from datetime import datetime

NONE = "–"
_ADDRESS = re.compile(r"\S+@\S+")
_UNITS = {"share": "percent", "ratio": "percent"}
# what became of a row, in the order of the bridge
DISPOSITIONS = {
    "golden": "newest record",
    "merged_into": "merged into a person",
    "superseded": "older version of a row",
    "exact_duplicate": "exact copy of a row",
    "quarantined": "refused",
    "test_lead": "test lead",
    "suppressed": "deleted at the source, or suppressed",
    "erased": "erased on request",
}
ERASED = "erased on request: by a suppression list of a source, or by leadgrade erase"
LEAD_DISPOSITIONS = {**DISPOSITIONS, "golden": "became a person"}
VERDICTS = {"below": "below", "within": "within", "above": "above", "insufficient_data": "too few to tell"}


def number(value: float | None, digits: int = 0) -> str:
    """1234567.8 as 1,234,568; null as a dash."""
    return NONE if value is None else f"{value:,.{digits}f}"


def rows_of(count: int | None) -> str:
    """1 row, 2 rows."""
    return "1 row" if count == 1 else f"{number(count or 0)} rows"


def percent(value: float | None) -> str:
    """0.2345 as 23.5 %; what is small but not nothing as < 0.1 %."""
    if value is None:
        return NONE
    if 0 < value < 0.001:
        return "< 0.1 %"
    if 0.999 < value < 1:
        return "> 99.9 %"
    return f"{100 * value:,.1f} %"


def share(part: float | None, whole: float | None) -> str:
    """Part of a whole in per cent; a dash where there is no whole."""
    return percent(part / whole) if part is not None and whole else NONE


def value(amount: float | None, unit: str | None, currency: str | None = None) -> str:
    """A value of metrics.funnel in its unit."""
    if amount is None:
        return NONE
    if unit in _UNITS:
        return percent(amount) if unit == "share" else f"{100 * amount:,.0f} %"
    if unit in ("money", "money_per_day"):
        return f"{number(amount, 0 if abs(amount) >= 1000 else 2)} {currency or ''}".strip()
    return number(amount, 1 if unit == "days" else 0)


def interval(lo: float | None, hi: float | None) -> str:
    """0.18, 0.24 as 18.0 to 24.0 %."""
    return NONE if lo is None or hi is None else f"{100 * lo:.1f} to {100 * hi:.1f} %"


def benchmark(lo: float | None, hi: float | None) -> str:
    """The range of a benchmark in words."""
    if lo is not None and hi is not None:
        return f"{100 * lo:g} to {100 * hi:g} %"
    if lo is not None:
        return f"at least {100 * lo:g} %"
    return f"at most {100 * hi:g} %" if hi is not None else ""


def moment(time: datetime | None) -> str:
    """A time as 2026-10-01 02:00 UTC."""
    return f"{time:%Y-%m-%d %H:%M} UTC" if time else NONE


def code(text: str | None) -> str:
    """A code as words: no_lawful_basis as no lawful basis."""
    return NONE if text is None else text.replace("_", " ")


def ending(disposition: str | None, of: str | None) -> str:
    """What became of a row of this object, in words."""
    words = LEAD_DISPOSITIONS if of == "leads" else DISPOSITIONS
    return words.get(disposition or "", code(disposition))


def plain(text: object) -> str:
    """Free text without what looks like an address; the warehouse should hold none, this makes sure."""
    return NONE if text is None else _ADDRESS.sub("[address]", str(text))
