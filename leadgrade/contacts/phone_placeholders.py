"""Numbers that no one answers: repeated digits, runs, and ranges that regulators keep for fiction."""

from __future__ import annotations

from functools import cache

import polars as pl

from leadgrade.contacts.vocabulary import FOLDER

_RUNS = (
    "1234567",
    "12345678",
    "123456789",
    "1234567890",
    "0123456789",
    "7654321",
    "87654321",
    "987654321",
    "9876543210",
)
# these types are sold for their digits: 0800 7777777 may well be answered
_VANITY = ("toll_free", "premium_rate", "shared_cost", "uan")
_LOCAL_DIGITS = 7  # length of a subscriber number without its area


@cache
def fiction_pattern() -> str:
    """Regex over ``<calling code> <national number>`` of all ranges of ``data/fiction_numbers.csv``, and NANP's 555."""
    rows = pl.read_csv(FOLDER / "data" / "fiction_numbers.csv").iter_rows(named=True)
    ranges = [
        f"{row['country_code']} {row['prefix']}[0-9]{{{row['digits'] - len(str(row['prefix']))}}}" for row in rows
    ]
    # NANPA: 555-0100 to 555-0199 for fiction in every area code, 555-1212 is directory assistance
    return f"^(?:{'|'.join([*ranges, '1 [2-9][0-9]{2}555(?:01[0-9]{2}|1212)'])})$"


def _equal(least: int) -> str:
    """Regex of one digit, ``least`` times or more (the regular expressions here know no back references)."""
    return "|".join(f"{digit}{{{least},}}" for digit in range(10))


def is_placeholder(country_code: pl.Expr, national: pl.Expr, typed_digits: pl.Expr, kind: pl.Expr) -> pl.Expr:
    """True for numbers that were made up.

    Args:
        country_code: Calling code as text; null where the number was not read.
        national: National number; null where the number was not read.
        typed_digits: All digits as typed, looked at where the number was not read.
        kind: Type of the number: seven equal digits at the end tell nothing of numbers that are sold for their digits.
    """
    digits = pl.coalesce(national, typed_digits.str.strip_chars_start("0"))
    same = digits.str.contains(f"^(?:{_equal(5)})$")
    tail = digits.str.contains(f"(?:{_equal(_LOCAL_DIGITS)})$") & ~kind.is_in(_VANITY).fill_null(value=False)
    # an area of at most three digits may stand before a run
    run = digits.str.contains(rf"^[0-9]{{0,3}}(?:{'|'.join(_RUNS)})$")
    zeros = typed_digits.str.contains("^0+$")
    fiction = pl.concat_str(country_code, pl.lit(" "), national).str.contains(fiction_pattern())
    found = [e.fill_null(value=False) for e in (same, tail, run, zeros, fiction)]
    return pl.any_horizontal(found)
