"""Telephone numbers: what phonenumbers says of each, after repairing what spreadsheets and people do to them."""

from __future__ import annotations

from typing import NamedTuple

import phonenumbers
import polars as pl
from phonenumbers import phonenumberutil, timezone

from leadgrade.contacts import countries, phone_cleaning, phone_placeholders, vocabulary

# the metadata has 3,900 patterns and Python's own cache 512: without this a mixed column takes six times as long
phonenumbers.enable_pattern_cache()

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
    "error": pl.String,
    "is_placeholder": pl.Boolean,
    "time_zone": pl.String,
    "cleaned": pl.String,
    "level": pl.String,
    "library_version": pl.String,
}
_TYPES = {
    value: name.lower()
    for name, value in vars(phonenumbers.PhoneNumberType).items()
    if isinstance(value, int) and name.isupper()
}
_PARSE_FAULTS = {
    phonenumbers.NumberParseException.INVALID_COUNTRY_CODE: "invalid_country_code",
    phonenumbers.NumberParseException.NOT_A_NUMBER: "not_a_number",
    phonenumbers.NumberParseException.TOO_SHORT_AFTER_IDD: "too_short_after_idd",
    phonenumbers.NumberParseException.TOO_SHORT_NSN: "too_short_nsn",
    phonenumbers.NumberParseException.TOO_LONG: "too_long",
}
_LENGTH_FAULTS = {
    phonenumbers.ValidationResult.IS_POSSIBLE: "not_in_plan",
    phonenumbers.ValidationResult.IS_POSSIBLE_LOCAL_ONLY: "local_only",
    phonenumbers.ValidationResult.INVALID_COUNTRY_CODE: "invalid_country_code",
    phonenumbers.ValidationResult.TOO_SHORT: "too_short",
    phonenumbers.ValidationResult.TOO_LONG: "too_long",
    phonenumbers.ValidationResult.INVALID_LENGTH: "invalid_length",
}
_POSSIBLE = (phonenumbers.ValidationResult.IS_POSSIBLE, phonenumbers.ValidationResult.IS_POSSIBLE_LOCAL_ONLY)
_NO_COUNTRY = "001"  # region of satellite phones and worldwide freephone numbers
# types that a salesperson can call or text; the others are hotlines, pagers and mailboxes
CALLABLE = ("fixed_line", "mobile", "fixed_line_or_mobile", "voip", "personal_number")


class Answer(NamedTuple):
    """What the library says of one number; all null where there is none."""

    is_possible: bool = False
    is_valid: bool = False
    phone_e164: str | None = None
    country_code: int | None = None
    national_number: str | None = None
    extension: str | None = None
    region: str | None = None
    type: str | None = None
    error: str | None = None
    time_zone: str | None = None


def _type_and_region(number: phonenumbers.PhoneNumber, national: str) -> tuple[int, str | None]:
    """Type and region in one pass; the public is_valid_number and number_type would each begin again.

    NOTE: uses _number_type_helper, as is_valid_number and number_type do; a test compares them.
    """
    region = phonenumbers.region_code_for_number(number)
    if region is None or number.country_code is None:
        return phonenumbers.PhoneNumberType.UNKNOWN, None
    metadata = phonenumbers.PhoneMetadata.metadata_for_region_or_calling_code(number.country_code, region)
    assert metadata is not None  # there is a plan for every region that the library itself names
    return phonenumberutil._number_type_helper(national, metadata), region


def _time_zone(number: phonenumbers.PhoneNumber) -> str | None:
    zone = timezone.time_zones_for_number(number)[0]
    return None if zone == timezone.UNKNOWN_TIMEZONE else str(zone)


def ask_library(text: str | None, region: str | None) -> Answer:
    """One number read by the library."""
    if not text:
        return Answer(error="not_a_number")
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException as error:
        return Answer(error=_PARSE_FAULTS[error.error_type])
    length = phonenumbers.is_possible_number_with_reason(number)
    national = phonenumbers.national_significant_number(number)
    kind, found = _type_and_region(number, national)
    valid = kind != phonenumbers.PhoneNumberType.UNKNOWN
    return Answer(
        is_possible=length in _POSSIBLE,
        is_valid=valid,
        phone_e164=f"+{number.country_code}{national}" if valid else None,
        country_code=number.country_code,
        national_number=national,
        extension=number.extension,
        region=None if found == _NO_COUNTRY else found,
        type=_TYPES[kind],
        error=None if valid else _LENGTH_FAULTS[length],
        time_zone=_time_zone(number) if valid else None,
    )


def _level() -> pl.Expr:
    """A number kept for fiction fits the plan and is still nobody's: it stops at possible."""
    valid = pl.col("is_valid") & ~pl.col("is_placeholder")
    return (
        pl.when(valid & pl.col("type").is_in(CALLABLE))
        .then(pl.lit("line_type_ok"))
        .when(valid)
        .then(pl.lit("valid"))
        .when("is_possible")
        .then(pl.lit("possible"))
        .otherwise(pl.lit("invalid"))
    )


def _distinct_answers(frame: pl.DataFrame) -> pl.DataFrame:
    cleaned = phone_cleaning.clean(frame["phone_raw"], frame["region_hint"])
    damaged = cleaned.select(phone_cleaning.is_excel_exponent(pl.col("text")))["text"]
    texts = zip(cleaned["text"], frame["region_hint"], damaged, strict=True)
    answers = [Answer(error="excel_exponent") if lost else ask_library(text, hint) for text, hint, lost in texts]
    columns = {name: SCHEMA[name] for name in Answer._fields}
    read = pl.DataFrame(answers, schema=columns, orient="row")
    out = pl.concat([frame, cleaned, read], how="horizontal").with_columns(
        is_placeholder=phone_placeholders.is_placeholder(
            pl.col("country_code").cast(pl.String),
            pl.col("national_number"),
            pl.col("text").str.replace_all("[^0-9]", ""),
            pl.col("type"),
        ),
        library_version=pl.lit(vocabulary.answers_version("phonenumbers")),
    )
    return out.with_columns(level=_level()).select(*SCHEMA)


def validate(numbers: pl.Series, regions: str | pl.Series) -> pl.DataFrame:
    """Validate telephone numbers, each distinct pair of number and region once.

    Args:
        numbers: Numbers as typed, in any form.
        regions: Where numbers without ``+`` are dialled: ISO2 (aliases such as UK and country names are understood), one
            for all or one for each.

    Returns:
        One row per number, in order, with the columns of the table ``contacts.phones`` but ``phone_id``: phone_raw,
        region_hint (ISO2), is_possible, is_valid, phone_e164 (where valid), country_code, national_number, extension, region,
        type, error (null where valid), is_placeholder, time_zone, cleaned (what was repaired before reading), level
        (invalid < possible < valid < line_type_ok), library_version.
    """
    hints = pl.Series([regions]).new_from_index(0, len(numbers)) if isinstance(regions, str) else regions
    asked = pl.DataFrame({"phone_raw": numbers.cast(pl.String), "region_hint": countries.to_iso2(hints)})
    answers = _distinct_answers(asked.unique(maintain_order=True))
    return asked.join(
        answers, on=["phone_raw", "region_hint"], how="left", nulls_equal=True, maintain_order="left"
    ).select(*SCHEMA)
