from __future__ import annotations

import random
import sys
from functools import cache

import phonenumbers
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadgrade.contacts import phone_cleaning, phones


def answer(number: str | None, region: str = "US") -> dict[str, object]:
    return answers()[number, region]


@cache
def answers() -> dict[tuple[str | None, str], dict[str, object]]:
    """Answers to the numbers of all cases below, from one call."""
    pairs = [(case[0], case[1]) for case in (*TYPES, *WHOLE, *PLACEHOLDERS, *REAL)]
    pairs += [(case[0], "US") for case in (*FAULTS, *CLEANED)]
    numbers, regions = (pl.Series(part, dtype=pl.String) for part in zip(*pairs, strict=True))
    return dict(zip(pairs, phones.validate(numbers, regions).iter_rows(named=True), strict=True))


TYPES = [
    ("020 7031 3000", "GB", "+442070313000", "fixed_line", "line_type_ok"),
    ("020 7031 3000", "UK", "+442070313000", "fixed_line", "line_type_ok"),
    ("020 7031 3000", "united kingdom", "+442070313000", "fixed_line", "line_type_ok"),
    ("(650) 253-0000", "US", "+16502530000", "fixed_line_or_mobile", "line_type_ok"),
    ("+49 170 1234521", "US", "+491701234521", "mobile", "line_type_ok"),
    ("0800 2530001", "DE", "+498002530001", "toll_free", "valid"),
    ("+1 650 253", "US", None, "unknown", "invalid"),
    ("650 153 0000", "US", None, "unknown", "possible"),
]


@pytest.mark.parametrize(("number", "region", "e164", "kind", "level"), TYPES)
def test_number_type_and_level(number: str, region: str, e164: str | None, kind: str, level: str) -> None:
    found = answer(number, region)
    assert (found["phone_e164"], found["type"], found["level"]) == (e164, kind, level)


FAULTS = [
    (None, "not_a_number"),
    ("", "not_a_number"),
    ("call me", "not_a_number"),
    ("+999 1234567", "invalid_country_code"),
    ("+49", "not_a_number"),
    ("011", "too_short_after_idd"),
    ("+49 1", "too_short_nsn"),
    ("123", "too_short"),
    ("1" * 40, "too_long"),
    ("650 153 0000", "not_in_plan"),
    ("6.50253E+09", "excel_exponent"),
    ("650 253 0000", None),
]


@pytest.mark.parametrize(("number", "error"), FAULTS)
def test_class_of_fault(number: str | None, error: str | None) -> None:
    assert answer(number)["error"] == error


CLEANED = [
    ("650 253 0000", None),
    ("650 253 0000; 650 253 0001", "split"),
    ("650 253 0000 / 650 253 0001", "split"),
    ("650 253 0000 or 650 253 0001", "split"),
    ("650 253 0000\n650 253 0001", "split"),
    ("6502530000.0", "excel"),
    ("'6502530000", "excel"),
    ('="6502530000"', "excel"),
    ("650 253 0000 (home)", "tail"),
    ("650 253 0000 - mobile", "tail"),
    ("\u202d650 253 0000\u202c", "bidi"),
    ("650_253_0000", "separator"),
    ("650\t253\t0000", "separator"),
    ("001-650-253-0000", "idd"),
    ("00 1 650 253 0000", "idd"),
    ("(00)1-650-253-0000", "idd"),
    ("00 (1) 650 253 0000", "idd"),
    ("00.1.650.253.0000", "idd"),
    ("00-1-650-253-0000", "idd"),
    ("\u202d650_253 0000 (home); 650 253 0001", "bidi+split+tail+separator"),
]


@pytest.mark.parametrize(("number", "cleaned"), CLEANED)
def test_cleaning_reads_the_first_number(number: str, cleaned: str | None) -> None:
    found = answer(number)
    assert (found["phone_e164"], found["cleaned"]) == ("+16502530000", cleaned)


WHOLE = [
    ("030/9018 20", "DE", "+4930901820", None),
    ("030 / 9018 20", "DE", "+4930901820", None),
    ("tel:+1-650-253-0000;ext=12", "US", "+16502530000", "12"),
    ("650 253 0000 x123", "US", "+16502530000", "123"),
    ("1-800-FLOWERS", "US", "+18003569377", None),
    ("p:+16502530000", "GB", "+16502530000", None),
]


@pytest.mark.parametrize(("number", "region", "e164", "extension"), WHOLE)
def test_one_number_is_not_taken_apart(number: str, region: str, e164: str, extension: str | None) -> None:
    found = answer(number, region)
    assert (found["phone_e164"], found["extension"], found["cleaned"]) == (e164, extension, None)


PLACEHOLDERS = [
    ("202-555-0123", "US"),
    ("212-555-1212", "CA"),
    ("020 7946 0123", "GB"),
    ("07700 900461", "GB"),
    ("01632 960123", "GB"),
    ("0491 570 156", "AU"),
    ("(02) 5550 1234", "AU"),
    ("06 39 98 12 34", "FR"),
    ("030 23125 123", "DE"),
    ("0171 39200 45", "DE"),
    ("070-174 06 05", "SE"),
    ("07777777777", "GB"),
    ("5555555555", "MX"),
    ("090-1234-5678", "JP"),
    ("123 456 7890", "US"),
    ("000-000-0000", "US"),
    ("999999", "US"),
]


@pytest.mark.parametrize(("number", "region"), PLACEHOLDERS)
def test_placeholders_stop_at_possible(number: str, region: str) -> None:
    found = answer(number, region)
    assert found["is_placeholder"]
    assert found["level"] in {"invalid", "possible"}


REAL = [
    ("650 253 0000", "US"),
    ("650 555 0200", "US"),
    ("020 7031 3000", "GB"),
    ("0800 7777777", "DE"),
    ("030 901820", "DE"),
]


@pytest.mark.parametrize(("number", "region"), REAL)
def test_real_numbers_are_no_placeholders(number: str, region: str) -> None:
    assert not answer(number, region)["is_placeholder"]


def test_time_zone_only_of_valid_numbers() -> None:
    found = phones.validate(pl.Series(["650 253 0000", "123", "+800 2345 6781"]), "US")
    assert found["time_zone"].to_list() == ["America/Los_Angeles", None, None]
    assert found["region"].to_list() == ["US", None, None]


def generated(count: int) -> list[tuple[str, str]]:
    """Numbers of every region: examples from the plans, as typed, damaged and read in foreign regions."""
    rng = random.Random(11)
    regions = sorted(phonenumbers.SUPPORTED_REGIONS)
    forms = (phonenumbers.PhoneNumberFormat.NATIONAL, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    made: list[tuple[str, str]] = []
    while len(made) < count:
        region = rng.choice(regions)
        example = phonenumbers.example_number_for_type(region, rng.randint(0, 10))
        if example is None:
            continue
        text = phonenumbers.format_number(example, rng.choice(forms))
        damaged = text.replace(rng.choice("0123456789"), rng.choice("0123456789"), 1)
        made.append(
            (rng.choice([text, text, damaged, damaged[:-1], damaged + "1"]), rng.choice([region, region, "US"]))
        )
    return made


def test_verdicts_equal_the_library_called_directly() -> None:
    pairs = generated(2000)
    numbers, regions = pl.Series([n for n, _ in pairs]), pl.Series([r for _, r in pairs])
    found = phones.validate(numbers, regions)
    texts = phone_cleaning.clean(numbers, regions)["text"]
    wrong = 0
    for text, region, row in zip(texts, regions, found.iter_rows(named=True), strict=True):
        try:
            number = phonenumbers.parse(text, region)
        except phonenumbers.NumberParseException:
            wrong += row["is_valid"] or row["is_possible"] or row["national_number"] is not None
            continue
        valid = phonenumbers.is_valid_number(number)
        expected = (
            valid,
            phonenumbers.is_possible_number(number),
            phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if valid else None,
            phonenumbers.PhoneNumberType.to_string(phonenumbers.number_type(number)).lower(),
        )
        wrong += (row["is_valid"], row["is_possible"], row["phone_e164"], row["type"]) != expected
    assert wrong == 0
    assert 400 < found["is_valid"].sum() < 1900


def test_rows_follow_the_values() -> None:
    numbers = ["650 253 0000", "020 7031 3000", "650 253 0000", "650 253 0000", None]
    found = phones.validate(pl.Series(numbers), pl.Series(["US", "uk", "US", None, "United States"]))
    assert found["phone_raw"].to_list() == numbers
    assert found["region"].to_list() == ["US", "GB", "US", None, None]
    assert found["region_hint"].to_list() == ["US", "GB", "US", None, "US"]


@pytest.mark.parametrize("count", [0, 1, 2])
def test_batches_are_put_together_in_order(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phones, "_BATCH", 3)
    numbers = pl.Series([f"+1 650 253 {n:04}" for n in range(3 * count + 1)] if count else [], dtype=pl.String)
    found = phones.validate(numbers, "GB")
    assert found["phone_e164"].to_list() == [n.replace(" ", "") for n in numbers]
    assert dict(found.schema) == {name: kind() for name, kind in phones.SCHEMA.items()}


def test_no_region_at_all() -> None:
    found = phones.validate(pl.Series(["+1 650 253 0000", "650 253 0000", "0044 20 7031 3000"]), None)
    assert found["phone_e164"].to_list() == ["+16502530000", None, "+442070313000"]
    assert found["region_hint"].null_count() == 3


@pytest.mark.parametrize("region", ["+", "001", "ZZ", "", "us", "Atlantis"])
def test_what_is_no_region_reads_no_national_number(region: str) -> None:
    found = phones.validate(pl.Series(["650 253 0000", "+44 20 7031 3000"]), pl.Series([region, region]))
    assert found["phone_e164"].to_list() == ["+16502530000" if region == "us" else None, "+442070313000"]


def test_as_many_regions_as_numbers() -> None:
    with pytest.raises(ValueError, match="2 regions for 3 numbers"):
        phones.validate(pl.Series(["1", "2", "3"]), pl.Series(["US", "DE"]))


@pytest.mark.parametrize("numbers", [[6502530000], [6502530000.0]])
def test_numbers_that_came_as_numbers(numbers: list[float]) -> None:
    assert phones.validate(pl.Series(numbers), "US")["phone_e164"].to_list() == ["+16502530000"]


FLAGS = [
    ("0800 2530001", "DE", True, False),
    ("0900 1 123456", "DE", False, True),
    ("030 901820", "DE", False, False),
]


@pytest.mark.parametrize(("number", "region", "free", "premium"), FLAGS)
def test_toll_free_and_premium_rate(number: str, region: str, free: bool, premium: bool) -> None:
    found = phones.validate(pl.Series([number]), region).row(0, named=True)
    assert (found["is_toll_free"], found["is_premium_rate"]) == (free, premium)


def test_the_first_carrier_of_a_mobile_number() -> None:
    found = phones.validate(pl.Series(["+49 170 1234521", "+49 30 901820", "+49 170"]), "DE")
    assert found["carrier"].to_list() == ["T-Mobile", None, None]


def test_without_cleaning_the_answer_is_the_library_s_of_the_text_as_it_is() -> None:
    numbers = pl.Series(["650 253 0000 (home)", "650 253 0000; 650 253 0001", "6502530000.0", "0044 20 7031 3000"])
    found = phones.validate(numbers, "US", clean=False)
    assert found["national_number"].to_list() == ["65025300004663", None, "65025300000", "00442070313000"]
    assert found["cleaned"].null_count() == 4


def test_the_geocoder_is_not_loaded() -> None:
    # it costs seconds and 190 MB
    assert "phonenumbers.geocoder" not in sys.modules


@settings(max_examples=30, deadline=None)
@given(st.lists(st.one_of(st.none(), st.text(max_size=20), st.text("0123456789+-() ./;x", max_size=25)), max_size=6))
def test_never_raises_and_an_answer_has_a_number_or_a_fault(numbers: list[str | None]) -> None:
    found = phones.validate(pl.Series(numbers, dtype=pl.String), "US")
    assert found.height == len(numbers)
    assert (found["is_valid"] == found["error"].is_null()).all()
    assert (found["is_valid"] == found["phone_e164"].is_not_null()).all()
