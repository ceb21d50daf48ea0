"""All contexts compiled into one sorted table of digit intervals, and the outcomes that they point to."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import phonenumbers
import polars as pl

from leadgrade.contacts.phone_plan.diagrams import Diagrams
from leadgrade.contacts.phone_plan.intervals import runs
from leadgrade.contacts.phone_plan.parsing import INTERNATIONAL, Abroad, Fault, Left, Number, Parser, Unknown
from leadgrade.contacts.phone_plan.patterns import UnsupportedPatternError

LEAST_DIGITS, MOST_DIGITS = 3, 15
# a key is context, number of digits, digits: 9 + 5 + 50 bits
CONTEXT_BITS, LENGTH_BITS = 55, 50
# kinds of outcome
NUMBER, FAULT, ABROAD, UNKNOWN, LEFT = range(5)
_FAULTS = range(5)  # error types of NumberParseException
# +, calling code and national number have to fit 64 bits
_MOST_MADE = 18
OUTCOMES: dict[str, Any] = {
    "kind": pl.UInt8,
    "error": pl.Int16,
    "skipped": pl.UInt8,
    "length": pl.UInt8,
    "entries": pl.List(pl.Int8),
    "given": pl.UInt8,
    "country_code": pl.UInt16,
    "region": pl.String,
    "type": pl.Int16,
    "reason": pl.Int16,
    "time_zone": pl.String,
    "carrier": pl.String,
    "is_reserved": pl.Boolean,
}


class Plan(NamedTuple):
    """The table.

    keys: first string of digits of each interval, under its context and its number of digits (see ``key``); rising.
    outcome: for each interval its row of ``outcomes``.
    outcomes: kind (NUMBER: the rest is filled; FAULT: error; ABROAD: skipped; UNKNOWN: a plus sign and no calling code; LEFT: ask
    the library), error and reason as numbered by phonenumbers, skipped (digits of the international prefix), length (digits of
    the national number), entries (how it is made of the ``given`` digits: positions, or -1 - d for a digit d put in; null where
    it is their end), country_code, region, type, time_zone, carrier, is_reserved.
    """

    keys: npt.NDArray[np.uint64]
    outcome: npt.NDArray[np.int32]
    outcomes: pl.DataFrame


@cache
def contexts() -> tuple[str, ...]:
    """Contexts in the order of their numbers: behind a plus sign, then the regions."""
    return (INTERNATIONAL, *sorted(phonenumbers.SUPPORTED_REGIONS))


@cache
def context_numbers() -> dict[str, int]:
    """The number of each context."""
    return {name: number for number, name in enumerate(contexts())}


class _Outcomes:
    """Rows of outcomes, each once."""

    def __init__(self, diagrams: Diagrams) -> None:
        self._diagrams = diagrams
        # every fault has a row, also those that the caller finds
        self._known = {_row(Fault(error), 0): error for error in _FAULTS}
        self._by_constant: dict[tuple[int, int], int] = {}

    def row(self, constant: int, length: int) -> int:
        """Number of the row of a constant of a diagram over so many digits."""
        key = (constant, length)
        if key not in self._by_constant:
            row = _row(self._diagrams.value(constant), length)
            self._by_constant[key] = self._known.setdefault(row, len(self._known))
        return self._by_constant[key]

    def frame(self) -> pl.DataFrame:
        """All rows, in the order of their numbers."""
        columns = list(zip(*self._known, strict=True))
        series = [pl.Series(n, list(c), dtype=t) for (n, t), c in zip(OUTCOMES.items(), columns, strict=True)]
        return pl.DataFrame(series)


def _row(value: Hashable, length: int) -> tuple[Any, ...]:
    empty = (None,) * (len(OUTCOMES) - 3)
    if isinstance(value, Fault):
        return (FAULT, value.error, 0, *empty)
    if isinstance(value, Abroad):
        return (ABROAD, None, value.digits, *empty)
    if isinstance(value, Unknown):
        return (UNKNOWN, None, 0, *empty)
    if not isinstance(value, Number) or len(value.entries) + len(str(value.facts.country_code)) > _MOST_MADE:
        return (LEFT, None, 0, *empty)
    size = len(value.entries)
    plain = value.entries == tuple(range(length - size, length))
    made = (None, None) if plain else (value.entries, length)
    facts = value.facts
    about = (facts.country_code, facts.region, facts.type, facts.reason, facts.time_zone, facts.carrier)
    return (NUMBER, None, 0, size, *made, *about, facts.is_reserved)


def key(context: Any, length: Any, digits: Any) -> Any:
    """Keys of digits (unsigned 64 bits each)."""
    return (context << np.uint64(CONTEXT_BITS)) | (length << np.uint64(LENGTH_BITS)) | digits


def compile_plan(reserved: Mapping[int, str], only: Collection[str] | None = None) -> Plan:
    """Compile the installed phonenumbers: some seconds of work.

    Args:
        reserved: Calling code -> pattern of the national numbers that are kept for fiction.
        only: Contexts to compile; what is read in any other is left to the library.
    """
    diagrams = Diagrams()
    parser, outcomes = Parser(diagrams, reserved), _Outcomes(diagrams)
    keys, found = [], []
    for number, context in enumerate(contexts()):
        for length in range(LEAST_DIGITS, MOST_DIGITS + 1):
            diagram = diagrams.constant(Left()) if only and context not in only else _read(parser, context, length)
            starts, constants = runs(diagrams, diagram, length)
            rows = {c: outcomes.row(c, length) for c in set(constants.tolist())}
            keys.append(key(np.uint64(number), np.uint64(length), starts))
            found.append(np.array([rows[c] for c in constants.tolist()], np.int32))
    return Plan(np.concatenate(keys), np.concatenate(found), outcomes.frame())


def _read(parser: Parser, context: str, length: int) -> int:
    try:
        return parser.read(context, length)
    except UnsupportedPatternError:
        return parser.diagrams.constant(Left())
