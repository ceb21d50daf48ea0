"""What the columns of foreign tables are taken for, and in what form they are read."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadgrade.people.kinds import as_input, columns_by_kind, kind_of
from leadgrade.people.normalise import normalise

# headers of public tables of people, and what they are
HEADERS = {
    "first_name": "givenName fname_c1 FIRST Vorname prénom nombre voornaam",
    "last_name": "surname lname_c1 LAST Nachname apellidos cognome achternaam",
    "middle_name": "midl_name MiddleName mname",
    "full_name": "name customer_name aliases",
    "gender": "sex_code Geschlecht sexo",
    "date_of_birth": "dob_day dob_mon dob_year BYEAR birthDate dateOfBirth Geburtsdatum data_di_nascita year_of_birth",
    "identifier": "SSN soc_sec_id passportNumber idNumber mrn",
    "email": "emails E_Mail_Adresse email_1",
    "phone": "full_phone_num tel_no phones PHONE2",
    "street": "res_street_address addr1 house_no hse_num str_nam housenum streetname Straße addresses streetAddress",
    "city": "res_city_desc suburb Ort addressLocality place_of_birth",
    "region": "state_cd county_desc Bundesland",
    "postal_code": "zip_code ZIP5 PLZ postalCode code_postal",
    "country": "countries nationality Land",
}
NOTHING = (
    "last_contact account_number company_size email_opt_in phone_type user_name owner_name campaign_name created_at age_group "
    "registr_dt name_sufx_cd first_seen source id mothers_maiden_name number_of_employees"
)


@pytest.mark.parametrize("kind", HEADERS)
def test_headers_of_public_tables(kind: str) -> None:
    assert {name: kind_of(name) for name in HEADERS[kind].split()} == dict.fromkeys(HEADERS[kind].split(), kind)


@pytest.mark.parametrize("column", NOTHING.split())
def test_names_that_tell_nothing(column: str) -> None:
    assert kind_of(column) is None


@pytest.mark.parametrize(
    "column", ["State/Province", "Zip/Postal Code", "Company / Account", "E-Mail-Adresse", "D.O.B."]
)
def test_names_of_several_words(column: str) -> None:
    assert kind_of(column) in {"region", "postal_code", "company", "email", "date_of_birth"}


def found(**columns: list[object]) -> dict[str, str]:
    frame = pl.DataFrame({"lead_id": [str(i) for i in range(len(next(iter(columns.values()))))], **columns})
    return {c: kind for kind, named in columns_by_kind(frame, None).items() for c in named}


def many(values: str, rows: int = 60) -> list[object]:
    words = values.split(", ")
    return [words[i % len(words)] for i in range(rows)]


GIVEN = (
    "anna, bernd, carla, david, elena, fritz, greta, hans, ines, jonas, "
    "maria, peter, paul, karl, eva, max, ida, otto, lea, tim"
)
LAST = [
    f"{a}{b}"
    for a in ("berg", "feld", "stein", "hof", "bach")
    for b in ("mann", "wald", "brand", "horn", "lund", "kamp")
] * 2


def test_names_without_a_telling_header_are_known_by_what_they_hold() -> None:
    assert found(p1=many(GIVEN), p2=LAST) == {"p1": "first_name", "p2": "last_name"}
    assert found(who=[f"{a} {b}" for a, b in zip(many(GIVEN), LAST, strict=True)]) == {"who": "full_name"}


def test_a_name_beside_a_given_name_is_a_surname_and_alone_it_may_be_both() -> None:
    assert found(Vorname=many(GIVEN), Name=LAST) == {"Vorname": "first_name", "Name": "last_name"}
    whole = [f"{a} {b}" for a, b in zip(many(GIVEN), LAST, strict=True)]
    assert found(nome=whole) == {"nome": "full_name"}


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ("SW1A 1AA, LS2 9JT, M1 1AE", "postal_code"),
        ("12 High Street, 7 Mill Lane, 3a Long Acre Road", "street"),
        ("+49 30 5550000, +1 415 555 2000, (415) 555-2000", "phone"),
    ],
)
def test_looks(values: str, kind: str) -> None:
    assert found(last_name=LAST, x1=many(values))["x1"] == kind


def test_a_date_in_three_columns_of_one_name() -> None:
    draw = random.Random(1)
    years, months, days = ([draw.randint(*bounds) for _ in range(60)] for bounds in ((1920, 1999), (1, 12), (1, 31)))
    columns = {"lname_c1": LAST, "by": years, "bm": months, "bd": days}
    assert found(**columns) == {"lname_c1": "last_name"} | dict.fromkeys(("by", "bm", "bd"), "date_of_birth")  # type: ignore[arg-type]
    frame = pl.DataFrame({"lead_id": range(60), **columns})
    assert as_input(frame, None)["date_of_birth"][0] == f"{years[0]}{months[0]:02}{days[0]:02}"
    # rows that were loaded on a day
    assert "by" not in found(lname=LAST, by=[2024] * 60, bm=months, bd=days)  # type: ignore[arg-type]


def test_the_best_column_of_a_kind_counts() -> None:
    assert found(city=LAST, birth_place=LAST, last_name=LAST) == {"city": "city", "last_name": "last_name"}
    assert found(birth_place=LAST)["birth_place"] == "city"
    assert "age" not in found(age=[30] * 60, dob=["1980-01-02"] * 60)
    assert found(last_name=LAST, age=[30] * 60)["age"] == "date_of_birth"
    # a record's number is nobody's where each is there but once
    assert "mrn" not in found(mrn=[str(i) for i in range(60)], last_name=LAST)


def test_ages_lie_apart_as_years_do() -> None:
    frame = pl.DataFrame({"lead_id": ["a", "b"], "age": [40, 43]})
    a, b = (int(year) for year in as_input(frame, None)["date_of_birth"])
    assert a - b == 3


def test_a_table_without_names_is_read_as_a_whole() -> None:
    codes = {"SA1": many("11, 12, 13"), "industry": many("A, B"), "row": [*range(60)]}
    assert found(**codes) == {"SA1": "other", "industry": "other"}  # type: ignore[arg-type]
    assert found(last_name=LAST, **codes) == {"last_name": "last_name"}  # type: ignore[arg-type]


def test_numbers_that_went_through_a_float_or_a_form() -> None:
    rows = {
        "lead_id": ["1"],
        "zip": [1234.0],
        "phone": ["(415) 555-2000 ext. 12"],
        "ssn": [123456780.0],
        "dob": [19700102.0],
    }
    made = normalise(as_input(pl.DataFrame(rows), None))
    assert made.select("postal", "phone", "identifier", "dob").row(0) == ("1234", "4155552000", "123456780", "19700102")
    zeros = pl.DataFrame({"lead_id": ["1", "2", "3"], "zip": ["01234", "1234", "01234-5678"]})
    assert normalise(as_input(zeros, None))["postal"].to_list() == ["1234"] * 3


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("first_name", ["N/A", "null", " ", "Unknown", "NaN", "-"]),
        ("ssn", ["999-99-9999", "000000000", "123-45-6789", "n/a", "1111111111", "none"]),
        ("dob", ["0000-00-00", "", "nan", "00000000", "00/00/0000", "NULL"]),
    ],
)
def test_what_stands_for_nothing_is_nothing(column: str, values: list[str]) -> None:
    made = normalise(as_input(pl.DataFrame({"lead_id": list("123456"), column: values}), None))
    assert made.select("first", "identifier", "dob").null_count().row(0) == (6, 6, 6)


WRITTEN = (
    "%Y-%m-%d",
    "%Y%m%d",
    "%d.%m.%Y",
    "%m/%d/%Y",
    "%d-%b-%Y",
    "%B %d, %Y",
    "%Y-%m-%dT00:00:00.000Z",
    "%m/%d/%Y 00:00",
)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(WRITTEN))
def test_dates_are_the_same_however_a_table_writes_them(start: int, form: str) -> None:
    days = [date(1930, 1, 1) + timedelta(days=start + 37 * i) for i in range(20)]
    frame = pl.DataFrame({"lead_id": [str(i) for i in range(20)], "dob": [day.strftime(form) for day in days]})
    assert normalise(as_input(frame, None))["dob"].to_list() == [day.strftime("%Y%m%d") for day in days]


def test_any_type_is_read() -> None:
    values: dict[str, list[object]] = {
        "first_name": ["Ada"], "last_name": [True], "dob": [datetime(1970, 1, 2, 3, 4)], "city": [b"x"], "zip": [None],
        "phone": [4155552000.0],
    }  # fmt: skip
    made = as_input(pl.DataFrame({"lead_id": [1], **values}), None)
    assert made.select("lead_id", "first_name", "city", "phone").row(0) == ("1", "Ada", "x", "4155552000")
    assert normalise(made)["dob"].item() == "19700102"


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Доронин Максим Иванович", ("maksim", "doronin", "ivanovich")),
        ("Γεωργια Παππα", ("georgia", "pappa", None)),
        ("John Q. Smith, Jr.", ("john", "smith", "q")),
        ("Smith, John", ("john", "smith", None)),
        ("Dr. Ann Lee PhD", ("ann", "lee", None)),
    ],
)
def test_whole_names(name: str, parts: tuple[str, str, str | None]) -> None:
    made = normalise(pl.DataFrame({"lead_id": ["1"], "full_name": [name]}))
    assert made.select("first", "last", "middle").row(0) == parts
