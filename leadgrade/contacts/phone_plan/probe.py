"""The table held against the library at random places: a release that changes the rules must not go unnoticed."""

from __future__ import annotations

import random

import numpy as np
import numpy.typing as npt

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
from leadgrade.contacts.phone_plan.compile import (
    CONTEXT_BITS,
    FAULT,
    LEFT,
    LENGTH_BITS,
    NUMBER,
    context_numbers,
    contexts,
)
from leadgrade.contacts.phone_plan.lookup import NO_REGION, Lookup

_LENGTH_MASK = (1 << (CONTEXT_BITS - LENGTH_BITS)) - 1
_DIGITS_MASK = (1 << LENGTH_BITS) - 1


def edges(lookup: Lookup, intervals: npt.NDArray[np.intp]) -> list[tuple[str, str | None]]:
    """The first and the last number of each interval, as text with the region that it is read in."""
    names, keys = contexts(), lookup.plan.keys
    found: list[tuple[str, str | None]] = []
    for at in intervals.tolist():
        key = int(keys[at])
        block, context = key >> LENGTH_BITS, key >> CONTEXT_BITS
        size = block & _LENGTH_MASK
        follows = at + 1 < len(keys) and int(keys[at + 1]) >> LENGTH_BITS == block
        last = (int(keys[at + 1]) & _DIGITS_MASK) - 1 if follows else 10**size - 1
        for digits in (key & _DIGITS_MASK, last):
            text = str(digits).zfill(size)
            found.append((f"+{text}", None) if context == 0 else (text, names[context]))
    return found


def answers(lookup: Lookup, asked: list[tuple[str, str | None]]) -> list[Answer | None]:
    """What the table says of plain texts (digits, perhaps behind a plus sign); None where it leaves it to the library."""
    plus = np.array([text[0] == "+" for text, _ in asked])
    digits = [text.lstrip("+") for text, _ in asked]
    region = np.array([NO_REGION if r is None else context_numbers()[r] for _, r in asked], np.uint16)
    length = np.array([len(d) for d in digits], np.uint8)
    found = lookup.find(plus, region, length, np.array([int(d) for d in digits], np.uint64))
    rows = lookup.plan.outcomes.rows(named=True)
    each = zip(found.outcome.tolist(), found.national.tolist(), found.whole.tolist(), strict=True)
    return [_answer(rows[row], national, whole) for row, national, whole in each]


def _answer(row: dict[str, object], national: int, whole: int) -> Answer | None:
    if row["kind"] == LEFT:
        return None
    if row["kind"] == FAULT:
        return Answer(error=PARSE_FAULTS[row["error"]])  # type: ignore[index]
    if row["kind"] != NUMBER:
        return Answer()  # a number that was not read to its end: no answer of the library looks like this
    kind, reason, size = row["type"], row["reason"], row["length"]
    valid = TYPES[kind] != "unknown"  # type: ignore[index]
    return Answer(
        is_possible=reason in POSSIBLE,
        is_valid=valid,
        phone_e164=f"+{whole}" if valid else None,
        country_code=row["country_code"],  # type: ignore[arg-type]
        national_number=str(national).zfill(size),  # type: ignore[arg-type]
        region=None if row["region"] == NO_COUNTRY else row["region"],  # type: ignore[arg-type]
        type=TYPES[kind],  # type: ignore[index]
        possible_reason=LENGTHS[reason],  # type: ignore[index]
        error=None if valid else fault_of_length(reason),  # type: ignore[arg-type]
        time_zone=row["time_zone"],  # type: ignore[arg-type]
        carrier=row["carrier"],  # type: ignore[arg-type]
    )


def differences(lookup: Lookup, intervals: int, seed: int) -> int:
    """How many edges of so many random intervals the table and the library disagree on."""
    chosen = random.Random(seed).choices(range(len(lookup.plan.keys)), k=intervals)  # noqa: S311  places to try, no secret
    asked = edges(lookup, np.array(chosen))
    found = answers(lookup, asked)
    return sum(a is not None and a != ask_library(*q) for a, q in zip(found, asked, strict=True))
