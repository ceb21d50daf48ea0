"""Telephone numbers: every answer held against phonenumbers' public functions, called once a value.

    python -m tests.contacts.differential.phones --stress 3000000 --realistic 500000 --every 1 --seed 1

Prints how many were compared, how many of them were answered without the library, and how many differ; never a number.
"""

from __future__ import annotations

import argparse
import itertools
import sys
import time
from collections.abc import Iterable
from functools import cache

import phonenumbers
import polars as pl
from phonenumbers import NumberParseException, ValidationResult, carrier, timezone

from benchmarks.phones import realistic
from leadgrade.contacts import phone_cleaning, phone_placeholders, phones
from leadgrade.contacts.phone_plan import table
from tests.contacts.differential.phone_inputs import examples, interval_edges, stress

Asked = tuple[str | None, str | None]
_COLUMNS = (
    "is_possible",
    "is_valid",
    "phone_e164",
    "country_code",
    "national_number",
    "extension",
    "region",
    "type",
    "possible_reason",
    "error",
    "time_zone",
    "carrier",
)
_BATCH = 200_000


@cache
def _words(kind: type) -> dict[int, str]:
    return {v: n.lower() for n, v in vars(kind).items() if isinstance(v, int) and n.isupper()}


def expected(text: str | None, region: str | None) -> tuple[object, ...]:
    """What the public functions of the library say, in the words of our columns."""
    try:
        number = phonenumbers.parse(text, region)
    except NumberParseException as error:
        fault = _words(NumberParseException)[error.error_type]
        return (False, False, *(None,) * 7, fault, None, None)
    length = phonenumbers.is_possible_number_with_reason(number)
    reason = _words(ValidationResult)[length].replace("is_possible_local_only", "local_only")
    valid = phonenumbers.is_valid_number(number)
    zone = timezone.time_zones_for_number(number)[0]
    found = phonenumbers.region_code_for_number(number)
    return (
        phonenumbers.is_possible_number(number),
        valid,
        phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if valid else None,
        number.country_code,
        phonenumbers.national_significant_number(number),
        number.extension,
        None if found == "001" else found,
        phonenumbers.PhoneNumberType.to_string(phonenumbers.number_type(number)).lower(),
        reason,
        None if valid else ("not_in_plan" if reason == "is_possible" else reason),
        None if zone == timezone.UNKNOWN_TIMEZONE else zone,
        carrier.name_for_number(number, "en") or None,
    )


def slow_extras(found: pl.DataFrame, numbers: pl.Series, hints: pl.Series) -> pl.DataFrame:
    """What was repaired and which numbers were made up, asked of every number and not only of those that may be."""
    cleaned = phone_cleaning.repair(numbers, hints)
    frame = found.with_columns(text=cleaned["text"])
    made_up = phone_placeholders.is_placeholder(
        pl.col("country_code").cast(pl.String),
        pl.col("national_number"),
        pl.col("text").str.replace_all("[^0-9]", ""),
        pl.col("type"),
    )
    return frame.select(cleaned=cleaned["cleaned"], is_placeholder=made_up, text="text", is_lost=cleaned["is_lost"])


def compare(asked: Iterable[Asked], *, clean: bool = False) -> tuple[int, int, int]:
    """(compared, answered without the library, wrong) of texts and the regions that they are read in."""
    compared = by_table = wrong = 0
    asked = iter(asked)
    while batch := list(itertools.islice(asked, _BATCH)):
        numbers, regions = (pl.Series(part, dtype=pl.String) for part in zip(*batch, strict=True))
        found = phones.validate(numbers, regions, clean=clean)
        read = batch
        if clean:
            extras = slow_extras(found, numbers, found["region_hint"])
            wrong += sum(not found[c].equals(extras[c], null_equal=True) for c in ("cleaned", "is_placeholder"))
            read = list(zip(extras["text"], found["region_hint"], strict=True))
        rows = found.select(_COLUMNS).iter_rows()
        lost = extras["is_lost"].to_list() if clean else [False] * len(read)
        wrong += sum(not gone and ours != expected(*q) for ours, q, gone in zip(rows, read, lost, strict=True))
        compared += len(batch)
        by_table += (found["answered_by"] == "table").sum()
    return compared, by_table, wrong


def main() -> int:
    """Run as a program."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stress", type=int, default=100_000)
    parser.add_argument("--realistic", type=int, default=50_000)
    parser.add_argument("--every", type=int, default=50, help="both edges of every n-th interval")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    lookup = table.load()
    if lookup is None:
        sys.stdout.write("the table was turned off: it differs from the library\n")
        return 1
    real = realistic(given.realistic, given.seed).rows()
    parts: list[tuple[str, Iterable[Asked], bool]] = [
        ("examples of the metadata", examples(), False),
        ("edges of intervals", interval_edges(lookup, given.every), False),
        ("realistic", real, False),
        ("realistic, cleaned", real, True),
        ("stress", stress(given.stress, given.seed), False),
        ("stress, cleaned", stress(given.stress // 4, given.seed + 1), True),
    ]
    sys.stdout.write(
        f"phonenumbers {phonenumbers.__version__}, {len(lookup.plan.keys):,} intervals, seed {given.seed}\n"
    )
    totals = [0, 0, 0]
    for name, asked, clean in parts:
        start = time.process_time()
        told = compare(asked, clean=clean)
        totals = [a + b for a, b in zip(totals, told, strict=True)]
        share = told[1] / max(told[0], 1)
        seconds = time.process_time() - start
        sys.stdout.write(
            f"{name:<26}{told[0]:>10,} compared {share:>8.2%} by the table {told[2]:>6} wrong {seconds:>7.0f} CPU s\n"
        )
        sys.stdout.flush()
    sys.stdout.write(
        f"{'all':<26}{totals[0]:>10,} compared {totals[1] / totals[0]:>8.2%} by the table {totals[2]:>6} wrong\n"
    )
    return int(totals[2] > 0)


if __name__ == "__main__":
    sys.exit(main())
