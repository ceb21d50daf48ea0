"""Numbers that no one answers: repeated digits, runs, and ranges that regulators keep for fiction."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt
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
_ONES = 1_111_111
_FICTION, _DIRECTORY = 5_550_100, 5_551_212  # North America


@cache
def reserved_patterns() -> dict[int, str]:
    """Calling code -> regex of the national numbers in ``data/fiction_numbers.csv``; North America's are in every area."""
    ranges: dict[int, list[str]] = {}
    for row in pl.read_csv(FOLDER / "data" / "fiction_numbers.csv").iter_rows(named=True):
        rest = row["digits"] - len(str(row["prefix"]))
        ranges.setdefault(row["country_code"], []).append(f"{row['prefix']}[0-9]{{{rest}}}")
    return {code: "|".join(patterns) for code, patterns in ranges.items()}


@cache
def fiction_pattern() -> str:
    """Regex over ``<calling code> <national number>`` of all ranges of ``data/fiction_numbers.csv``, and NANP's 555."""
    ranges = [f"{code} (?:{pattern})" for code, pattern in reserved_patterns().items()]
    # NANPA: 555-0100 to 555-0199 for fiction in every area code, 555-1212 is directory assistance
    return f"^(?:{'|'.join([*ranges, '1 [2-9][0-9]{2}555(?:01[0-9]{2}|1212)'])})$"


def may_be_placeholder(national: npt.NDArray[np.uint64]) -> npt.NDArray[np.bool_]:
    """Whether the end of national numbers of seven or more digits leaves it open that they were made up.

    Cheap, and never wrong with a no: :func:`is_placeholder` needs to look at the others only. Knows nothing of reserved ranges
    but North America's.
    """
    end = national % np.uint64(10**_LOCAL_DIGITS)
    found: npt.NDArray[np.bool_] = end % np.uint64(_ONES) == 0
    found |= (end // np.uint64(100) == _FICTION // 100) | (end == _DIRECTORY)
    for tail in sorted({int(run[-_LOCAL_DIGITS:]) for run in _RUNS}):
        found |= end == np.uint64(tail)
    return found


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
