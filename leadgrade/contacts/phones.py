"""Telephone numbers: what phonenumbers says of each, after repairing what spreadsheets and people do to them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import numpy.typing as npt
import polars as pl

from leadgrade import arguments
from leadgrade.contacts import countries, phone_cleaning, phone_digits, phone_placeholders, vocabulary
from leadgrade.contacts.digit_text import digit_text
from leadgrade.contacts.numbering import placed
from leadgrade.contacts.phone_library import Answer
from leadgrade.contacts.phone_plan.compile import context_numbers, contexts
from leadgrade.contacts.phone_plan.lookup import NO_REGION, TEN, Contexts
from leadgrade.contacts.phone_reading import Reading, Rows
from leadgrade.contacts.text_views import alone

SCHEMA: dict[str, type[pl.DataType]] = {
    "phone_raw": pl.String,
    "region_hint": pl.String,
    "is_possible": pl.Boolean,
    "is_valid": pl.Boolean,
    "phone_e164": pl.String,
    "country_code": pl.Int64,
    "national_number": pl.String,
    "extension": pl.String,
    "region": pl.String,
    "type": pl.String,
    "is_toll_free": pl.Boolean,
    "is_premium_rate": pl.Boolean,
    "possible_reason": pl.String,
    "error": pl.String,
    "is_placeholder": pl.Boolean,
    "time_zone": pl.String,
    "carrier": pl.String,
    "cleaned": pl.String,
    "level": pl.String,
    "answered_by": pl.String,
    "library_version": pl.String,
}
_DIGITS_LOST = Answer(error="excel_exponent")
_SAID = ("is_possible", "is_valid", "country_code", "region", "type", "possible_reason", "error")
_BEYOND = ("is_toll_free", "is_premium_rate", "time_zone", "carrier", "answered_by")
_ANSWER = (
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
    "cleaned",
)
_SUBSCRIBER_DIGITS = 7
_BATCH = 1 << 20  # numbers at a time: bounds the memory; a batch costs as much as twenty thousand numbers


def _hints(regions: str | pl.Series | None, count: int) -> tuple[pl.Series, Contexts]:
    """The region that each number is read in: its ISO2, and its context number in the table."""
    one = not isinstance(regions, pl.Series)
    if not isinstance(regions, str | pl.Series | None):
        raise TypeError(
            f"regions: expected one region such as 'DE', a polars Series with one for each number, or None, found "
            f"{type(regions).__name__}"
        )
    given = (
        arguments.text(regions, "regions") if isinstance(regions, pl.Series) else pl.Series([regions], dtype=pl.String)
    )
    if not one and len(given) != count:
        raise ValueError(
            f"{len(given):,} regions for {count:,} numbers: give one region for all, or one for each number"
        )
    names, numbers = _known(given)
    return (names.new_from_index(0, count), np.full(count, numbers[0])) if one else (names, numbers)


@cache
def _regions() -> pl.Enum:
    """The regions in the order of their context numbers, as a type: a cast to it looks them up."""
    return pl.Enum(contexts()[1:])


def _known(regions: pl.Series) -> tuple[pl.Series, Contexts]:
    """ISO2 and context number of regions as typed; most lists have nothing but ISO2."""
    known = regions.cast(_regions(), strict=False)
    if known.null_count() != regions.null_count():
        regions = countries.to_iso2(regions)
        known = regions.cast(_regions(), strict=False)
    # the first context is no region
    return regions, (known.to_physical().cast(pl.UInt16) + 1).fill_null(NO_REGION).to_numpy()


def _is_damaged(numbers: pl.Series, read: phone_digits.Digits, hints: Contexts) -> npt.NDArray[np.bool_]:
    """Plain digits that :mod:`phone_cleaning` may have something to say of."""
    no_idd = np.array([NO_REGION, *(context_numbers()[region] for region in phone_cleaning.NO_IDD)], np.uint16)
    begins_00 = np.flatnonzero(read.plain & ~read.plus & (read.digits < TEN[np.maximum(read.length, 2) - 2]))
    damaged = np.zeros(len(numbers), np.bool_)
    damaged[begins_00] = np.isin(hints[begins_00], no_idd)
    marked = np.flatnonzero(read.mark & read.plain)
    damaged[marked] |= numbers.gather(marked).str.contains(phone_cleaning.DAMAGED_MARK).to_numpy()
    return damaged


def _read(
    numbers: pl.Series, regions: pl.Series, hints: Contexts, *, clean: bool
) -> tuple[Reading, Rows, pl.DataFrame]:
    """Read a column; of the rows that are not plain digits also what they were read as (text, cleaned)."""
    reading = Reading(len(numbers), hints)
    read = phone_digits.read(numbers)
    certain = read.plain & ~_is_damaged(numbers, read, hints) if clean else read.plain
    reading.look_up(read, certain)
    rest = np.flatnonzero(reading.entry < 0)
    typed = numbers.gather(rest)
    cleaned = phone_cleaning.clean(typed, regions.gather(rest)) if clean else phone_cleaning.as_typed(typed)
    lost = cleaned["is_lost"].to_numpy()
    reading.add(rest[lost], _DIGITS_LOST)
    reading.take_apart(rest[~lost], cleaned["text"].filter(~cleaned["is_lost"]).fill_null(""))
    open_rows = np.flatnonzero(reading.entry[rest] < 0)
    reading.ask(rest[open_rows], cleaned["text"].gather(open_rows), regions.gather(rest[open_rows]))
    return reading, rest, cleaned


def _placeholders(
    reading: Reading, book: pl.DataFrame, typed: pl.Series, rest: Rows, cleaned: pl.Series
) -> npt.NDArray[np.bool_]:
    """Which numbers were made up (``rest`` were cleaned first); only those that may be are looked at digit by digit."""
    short_or_reserved = ((book["size"] < _SUBSCRIBER_DIGITS) | book["is_reserved"]).to_numpy()
    rows = np.flatnonzero(phone_placeholders.may_be_placeholder(reading.national) | short_or_reserved[reading.entry])
    of_rows = book.select("country_code", "type", "size")[reading.entry[rows]]
    _, in_rows, in_rest = np.intersect1d(rows, rest, assume_unique=True, return_indices=True)
    read_as = placed(typed.gather(rows), pl.Series(in_rows, dtype=pl.UInt32), cleaned.gather(in_rest))
    sizes = of_rows["size"].to_numpy()
    national = digit_text(reading.national[rows], sizes, sizes > 0)
    if reading.too_long:
        texts = {row: text for row, (text, _) in reading.too_long.items()}
        national = pl.Series([texts.get(row, text) for row, text in zip(rows.tolist(), national, strict=True)])
    frame = of_rows.with_columns(national=national, typed=read_as)
    found = phone_placeholders.is_placeholder(
        pl.col("country_code").cast(pl.String),
        pl.col("national"),
        pl.col("typed").str.replace_all("[^0-9]", ""),
        pl.col("type"),
    )
    result = np.zeros(len(typed), np.bool_)
    result[rows] = frame.select(found).to_series().to_numpy()
    return result


def _answered(reading: Reading, book: pl.DataFrame, columns: tuple[str, ...]) -> pl.DataFrame:
    """Columns of the book spread over the numbers, and the numbers themselves."""
    of_entry = book.select("is_valid", "size", "code_size").to_dict()
    is_valid, size, code_size = (column.to_numpy().take(reading.entry) for column in of_entry.values())
    e164 = digit_text(reading.whole, code_size + size, is_valid, sign="+")
    national = digit_text(reading.national, size, code_size > 0)
    if reading.too_long:
        e164, national = _with_long(reading.too_long, is_valid, e164, national)
    return book.select(columns)[reading.entry].with_columns(
        phone_e164=e164, national_number=national, extension=alone(len(reading.entry), *reading.extensions())
    )


def _with_long(
    texts: dict[int, tuple[str, str]], is_valid: npt.NDArray[np.bool_], e164: pl.Series, national: pl.Series
) -> tuple[pl.Series, pl.Series]:
    """Numbers that were too long for integers, put in as text."""
    rows = pl.Series(list(texts), dtype=pl.UInt32)
    nationals, wholes = ([pair[at] for pair in texts.values()] for at in (0, 1))
    valid = [f"+{whole}" if is_valid[row] else None for row, whole in zip(texts, wholes, strict=True)]
    return placed(e164, rows, pl.Series(valid, dtype=pl.String)), placed(national, rows, pl.Series(nationals))


def _batches(
    numbers: pl.Series,
    regions: str | pl.Series | None,
    answer: Callable[[pl.Series, pl.Series, Contexts], pl.DataFrame],
) -> pl.DataFrame:
    """The answers to some numbers at a time, put together."""
    typed = arguments.series(numbers, "numbers").rename("phone_raw")
    names, hints = _hints(regions, len(typed))
    starts = range(0, max(len(typed), 1), _BATCH)
    parts = [answer(typed.slice(at, _BATCH), names.slice(at, _BATCH), hints[at : at + _BATCH]) for at in starts]
    return pl.concat(parts, rechunk=False)


def answers(numbers: pl.Series, regions: str | pl.Series | None, *, clean: bool = True) -> pl.DataFrame:
    """What phonenumbers says of each number and nothing else: :func:`validate` without all that goes beyond parsing.

    Returns:
        One row per number, in order: phone_raw, region_hint, is_possible, is_valid, phone_e164, country_code, national_number,
        extension, region, type, possible_reason, error, cleaned.
    """

    def answer(typed: pl.Series, names: pl.Series, hints: Contexts) -> pl.DataFrame:
        reading, rest, cleaned = _read(typed, names, hints, clean=clean)
        return _answered(reading, reading.book(), _SAID).with_columns(
            typed, region_hint=names, cleaned=alone(len(typed), rest, cleaned["cleaned"])
        )

    return _batches(numbers, regions, answer).select("phone_raw", "region_hint", *_ANSWER)


def validate(numbers: pl.Series, regions: str | pl.Series | None, *, clean: bool = True) -> pl.DataFrame:
    """Validate telephone numbers: the answers of phonenumbers, at the cost of a table.

    Args:
        numbers: Numbers as typed, in any form.
        regions: Where numbers without ``+`` are dialled: ISO2 (aliases such as UK and country names are understood), one
            for all or one for each; None: nowhere known.
        clean: Repair what spreadsheets and people do to numbers before reading them. Without it every answer is the one
            that the library gives to the text as it is.

    Returns:
        One row per number, in order, with the columns of the table ``contacts.phones`` but ``phone_id``: phone_raw,
        region_hint (ISO2), is_possible, is_valid, phone_e164 (where valid), country_code, national_number, extension, region,
        type, is_toll_free, is_premium_rate, possible_reason (what the library says of the length), error (null where valid),
        is_placeholder, time_zone, carrier (that the number was first given to; in English), cleaned (what was repaired before
        reading), level (invalid < possible < valid < line_type_ok), answered_by (table, library, or library_alone where the
        table is off), library_version.

    Raises:
        TypeError: An argument is of another type, or a column holds lists or the like.
        ValueError: There are neither one region nor as many regions as numbers.
    """

    def answer(typed: pl.Series, names: pl.Series, hints: Contexts) -> pl.DataFrame:
        reading, rest, cleaned = _read(typed, names, hints, clean=clean)
        book = reading.book()
        is_placeholder = _placeholders(reading, book, typed, rest, cleaned["text"])
        # in one piece: a gather from several costs seven times as much
        levels = pl.concat([book["level"], book["level_of_placeholder"]], rechunk=True)
        return _answered(reading, book, (*_SAID, *_BEYOND)).with_columns(
            typed,
            region_hint=names,
            is_placeholder=is_placeholder,
            level=levels.gather(reading.entry + is_placeholder * book.height),
            cleaned=alone(len(typed), rest, cleaned["cleaned"]),
            library_version=pl.lit(vocabulary.answers_version("phonenumbers")),
        )

    return _batches(numbers, regions, answer).select(*SCHEMA)
