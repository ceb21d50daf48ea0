"""What phonenumbers says of one number, asked by its own functions."""

from __future__ import annotations

from typing import NamedTuple

import phonenumbers
from phonenumbers import NumberParseException, ValidationResult, carrier, phonenumberutil, timezone

# the metadata has 3,900 patterns and Python's own cache 512: without this a mixed column takes six times as long
if hasattr(phonenumbers, "enable_pattern_cache"):  # not in the first releases that we work with
    phonenumbers.enable_pattern_cache()

TYPES = {
    value: name.lower()
    for name, value in vars(phonenumbers.PhoneNumberType).items()
    if isinstance(value, int) and name.isupper()
}
PARSE_FAULTS = {
    NumberParseException.INVALID_COUNTRY_CODE: "invalid_country_code",
    NumberParseException.NOT_A_NUMBER: "not_a_number",
    NumberParseException.TOO_SHORT_AFTER_IDD: "too_short_after_idd",
    NumberParseException.TOO_SHORT_NSN: "too_short_nsn",
    NumberParseException.TOO_LONG: "too_long",
}
LENGTHS = {
    ValidationResult.IS_POSSIBLE: "is_possible",
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: "local_only",
    ValidationResult.INVALID_COUNTRY_CODE: "invalid_country_code",
    ValidationResult.TOO_SHORT: "too_short",
    ValidationResult.TOO_LONG: "too_long",
    ValidationResult.INVALID_LENGTH: "invalid_length",
}
POSSIBLE = (ValidationResult.IS_POSSIBLE, ValidationResult.IS_POSSIBLE_LOCAL_ONLY)
NO_COUNTRY = "001"  # region of satellite phones and worldwide freephone numbers


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
    possible_reason: str | None = None
    error: str | None = None
    time_zone: str | None = None
    carrier: str | None = None


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
    except NumberParseException as error:
        return Answer(error=PARSE_FAULTS[error.error_type])
    length = phonenumbers.is_possible_number_with_reason(number)
    national = phonenumbers.national_significant_number(number)
    kind, found = _type_and_region(number, national)
    valid = kind != phonenumbers.PhoneNumberType.UNKNOWN
    return Answer(
        is_possible=length in POSSIBLE,
        is_valid=valid,
        phone_e164=f"+{number.country_code}{national}" if valid else None,
        country_code=number.country_code,
        national_number=national,
        extension=number.extension,
        region=None if found == NO_COUNTRY else found,
        type=TYPES[kind],
        possible_reason=LENGTHS[length],
        error=None if valid else fault_of_length(length),
        time_zone=_time_zone(number) if valid else None,
        carrier=(carrier.name_for_number(number, "en") or None) if valid else None,
    )


def fault_of_length(length: int) -> str:
    """Class of the fault of a number that fits no plan, from what the library says of its length."""
    return "not_in_plan" if length == ValidationResult.IS_POSSIBLE else LENGTHS[length]
