"""Digits looked up in the table: one binary search a number, two or three behind an international prefix."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import phonenumbers
import polars as pl

from leadgrade.contacts.phone_plan.compile import ABROAD, NUMBER, UNKNOWN, Plan, key

NO_REGION = 0xFFFF
UInt64s = npt.NDArray[np.uint64]
Contexts = npt.NDArray[np.uint16]
Lengths = npt.NDArray[np.uint8]
TEN = np.array([10**n for n in range(20)], np.uint64)
_BY_CODE = 0  # context number of what stands behind a plus sign


class Found(NamedTuple):
    """What the table says, one entry a number: row of ``plan.outcomes``, national number and whole number as integers.

    The whole number is calling code and national number, without the plus sign; both are 0 where no number was read.
    """

    outcome: npt.NDArray[np.int32]
    national: UInt64s
    whole: UInt64s


class Lookup:
    """A plan made ready to be asked."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._keys = pl.Series(plan.keys)
        outcomes = plan.outcomes
        self._kind = outcomes["kind"].to_numpy()
        self._error = outcomes["error"].fill_null(-1).to_numpy()
        self._skipped = outcomes["skipped"].to_numpy()
        self._size = outcomes["length"].fill_null(0).to_numpy()
        self._modulus = TEN[self._size]
        self._code = outcomes["country_code"].fill_null(0).to_numpy().astype(np.uint64) * self._modulus
        self._is_made = outcomes["entries"].is_not_null().to_numpy()
        # the first rows are the faults, in the order of their error types
        self._no_code = np.int32(phonenumbers.NumberParseException.INVALID_COUNTRY_CODE)

    def is_kind(self, outcome: npt.NDArray[np.int32], kind: int) -> npt.NDArray[np.bool_]:
        """Which outcomes are of a kind."""
        return np.asarray(self._kind[outcome] == kind)

    def _search(self, context: Contexts, length: Lengths, digits: UInt64s) -> npt.NDArray[np.int32]:
        keys = key(context.astype(np.uint64), length.astype(np.uint64), digits)
        # polars searches two to three times as fast as numpy
        at = self._keys.search_sorted(pl.Series(keys), side="right").to_numpy()
        return np.asarray(self.plan.outcome[at - 1])

    def find(self, plus: npt.NDArray[np.bool_], region: Contexts, length: Lengths, digits: UInt64s) -> Found:
        """Read numbers.

        Args:
            plus: The number was typed with a plus sign.
            region: Context number of the region that it is read in, or NO_REGION.
            length: How many digits there are, 3 to 15.
            digits: The digits as an integer; changed in place where a prefix is cut off.
        """
        homeless = ~plus & (region == NO_REGION)
        context = np.where(plus | homeless, np.uint16(_BY_CODE), region)
        outcome = self._search(context, length, digits)
        outcome[homeless] = self._no_code
        self._read_without_plus(outcome, plus, region, length, digits)
        self._read_abroad(outcome, length, digits)
        national = digits % self._modulus[outcome]
        made = np.flatnonzero(self._is_made[outcome])
        if made.size:
            self._make(made, outcome, digits, national)
        is_number = self._kind[outcome] == NUMBER
        whole = np.where(is_number, self._code[outcome] + national, np.uint64(0))
        return Found(outcome, np.where(is_number, national, np.uint64(0)), whole)

    def _read_without_plus(
        self,
        outcome: npt.NDArray[np.int32],
        plus: npt.NDArray[np.bool_],
        region: Contexts,
        length: Lengths,
        digits: UInt64s,
    ) -> None:
        """Behind the plus sign is no calling code: only an international prefix of the region can help (+0044...)."""
        rows = np.flatnonzero(plus & (self._kind[outcome] == UNKNOWN))
        if not rows.size:
            return
        outcome[rows] = self._no_code
        rows = rows[region[rows] != NO_REGION]
        again = self._search(region[rows], length[rows], digits[rows])
        too_short = phonenumbers.NumberParseException.TOO_SHORT_AFTER_IDD
        helps = (self._kind[again] == ABROAD) | (self._error[again] == too_short)
        outcome[rows[helps]] = again[helps]

    def _read_abroad(self, outcome: npt.NDArray[np.int32], length: Lengths, digits: UInt64s) -> None:
        """Behind an international prefix stands what would stand behind a plus sign."""
        rows = np.flatnonzero(self._kind[outcome] == ABROAD)
        if not rows.size:
            return
        left = length[rows] - self._skipped[outcome[rows]]
        digits[rows] %= TEN[left]
        again = self._search(np.full(rows.size, _BY_CODE, np.uint16), left, digits[rows])
        outcome[rows] = np.where(self._kind[again] == UNKNOWN, self._no_code, again)

    def _make(
        self, rows: npt.NDArray[np.intp], outcome: npt.NDArray[np.int32], digits: UInt64s, national: UInt64s
    ) -> None:
        """National numbers that are not the end of the digits: a group was taken out, or digits put in."""
        for row in np.unique(outcome[rows]).tolist():
            entries, given = self.plan.outcomes.select("entries", "given").row(row)
            of_row = rows[outcome[rows] == row]
            number = np.zeros(of_row.size, np.uint64)
            for entry in entries:
                digit = (
                    digits[of_row] // TEN[given - 1 - entry] % np.uint64(10) if entry >= 0 else np.uint64(-1 - entry)
                )
                number = number * np.uint64(10) + digit
            national[of_row] = number
