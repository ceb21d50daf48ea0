"""Answers to telephone numbers by column: the compiled table for what it can prove, the library for the rest."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import phonenumbers
import polars as pl

from leadgrade.contacts import phone_digits, phone_text
from leadgrade.contacts.phone_library import (
    LENGTHS,
    NO_COUNTRY,
    PARSE_FAULTS,
    POSSIBLE,
    TYPES,
    Answer,
    ask_library,
    fault_of_length,
)
from leadgrade.contacts.phone_plan import table
from leadgrade.contacts.phone_plan.compile import FAULT, LEFT, NUMBER
from leadgrade.contacts.phone_plan.lookup import NO_REGION, Found, Lookup

Rows = npt.NDArray[np.intp]
_NONE = -1  # no answer yet
ANSWER: dict[str, type[pl.DataType]] = {
    "is_possible": pl.Boolean,
    "is_valid": pl.Boolean,
    "country_code": pl.Int64,
    "region": pl.String,
    "type": pl.String,
    "possible_reason": pl.String,
    "error": pl.String,
    "time_zone": pl.String,
    "carrier": pl.String,
    "is_reserved": pl.Boolean,
    "size": pl.UInt8,
}


class Answers(NamedTuple):
    """One entry a number.

    entry: row of ``book``. national, whole: national number, and with its calling code, as integers (0 where none was read).
    extension: digits. by_table: answered without the library. book: the answers, each once, columns of ``ANSWER``.
    """

    entry: npt.NDArray[np.int64]
    national: npt.NDArray[np.uint64]
    whole: npt.NDArray[np.uint64]
    extension: dict[int, str]
    by_table: npt.NDArray[np.bool_]
    book: pl.DataFrame
    long_numbers: dict[int, tuple[str, str]]


@cache
def _book_of_table() -> pl.DataFrame:
    """Outcomes of the table in the words of the answers, in the order of their numbers."""
    lookup = table.load()
    outcomes = lookup.plan.outcomes if lookup else pl.DataFrame(schema={})
    if outcomes.is_empty():
        return pl.DataFrame(schema=ANSWER)
    valid = (pl.col("type") != phonenumbers.PhoneNumberType.UNKNOWN).fill_null(value=False)
    by_length = {reason: fault_of_length(reason) for reason in LENGTHS}
    number = pl.col("kind") == NUMBER
    fault = pl.col("error").replace_strict(PARSE_FAULTS, default=None, return_dtype=pl.String)
    length = pl.col("reason").replace_strict(by_length, default=None, return_dtype=pl.String)
    return outcomes.select(
        is_possible=pl.col("reason").is_in(POSSIBLE).fill_null(value=False),
        is_valid=valid,
        country_code="country_code",
        region=pl.when(pl.col("region") != NO_COUNTRY).then("region"),
        type=pl.col("type").replace_strict(TYPES, default=None, return_dtype=pl.String),
        possible_reason=pl.col("reason").replace_strict(LENGTHS, default=None, return_dtype=pl.String),
        error=pl.when(pl.col("kind") == FAULT).then(fault).when(number & ~valid).then(length),
        time_zone="time_zone",
        carrier="carrier",
        is_reserved=pl.col("is_reserved").fill_null(value=False),
        size=pl.col("length").fill_null(0),
    ).cast(ANSWER)  # type: ignore[arg-type]


class _Reading:
    """The numbers that are being read, and what is known of them so far."""

    def __init__(self, texts: pl.Series, hints: npt.NDArray[np.uint64]) -> None:
        count = len(texts)
        self.texts, self.hints = texts, hints
        self.entry = np.full(count, _NONE, np.int64)
        self.national = np.zeros(count, np.uint64)
        self.whole = np.zeros(count, np.uint64)
        self.extension: dict[int, str] = {}

    def take(self, rows: Rows, found: Found, left: npt.NDArray[np.bool_]) -> None:
        known = ~left
        self.entry[rows[known]] = found.outcome[known]
        self.national[rows] = found.national
        self.whole[rows] = found.whole


def _by_table(lookup: Lookup, reading: _Reading, rows: Rows, read: phone_digits.Digits) -> None:
    """Answer the rows, whose digits were read, from the table."""
    found = lookup.find(read.plus, reading.hints[rows], read.length, read.digits)
    left = (lookup.plan.outcomes["kind"].to_numpy() == LEFT)[found.outcome]
    reading.take(rows, found, left)


def _subset(read: phone_digits.Digits, chosen: npt.NDArray[np.bool_]) -> phone_digits.Digits:
    return read if chosen.all() else phone_digits.Digits(*(column[chosen] for column in read))
