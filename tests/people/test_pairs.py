"""Which two rows are one person: cases that people argue about."""

from __future__ import annotations

import polars as pl
import pytest

from leadgrade.people import resolve

FIELDS = (
    "first_name",
    "last_name",
    "email",
    "phone",
    "company",
    "job_title",
    "street",
    "city",
    "postal_code",
    "date_of_birth",
    "identifier",
)


def person(**fields: str) -> dict[str, str | None]:
    return {name: fields.get(name) for name in FIELDS}


def strangers(count: int = 60) -> list[dict[str, str | None]]:
    """Other people, so that the values of the case are not the only ones."""
    first = ("Nora", "Igor", "Paula", "Quentin", "Wanda", "Otto", "Yusuf", "Ursel", "Bianca", "Kofi")
    last = ("Brandt", "Silva", "Kowal", "Nguyen", "Okafor", "Lindh", "Duarte", "Meyer", "Pratt", "Vance", "Yilmaz")
    return [
        person(
            first_name=first[i % 10],
            last_name=last[i % 11],
            email=f"{first[i % 10]}.{last[i % 11]}{i}@firm{i}.example".lower(),
            phone=f"+1 415 555 {2000 + i}",
            company=f"Firm {i} Ltd",
            city=f"Town {i % 7}",
        )
        for i in range(count)
    ]


ANNA = person(
    first_name="Anna",
    last_name="Hartwell",
    email="anna.hartwell@acme.example",
    phone="+44 20 7946 0958",
    company="Acme Ltd",
    city="Leeds",
)

SAME = {
    "the same address": (ANNA, person(first_name="Anna", last_name="Hartwell", email="ANNA.HARTWELL@acme.example")),
    "address alone": (ANNA, person(email="anna.hartwell@acme.example")),
    "initial and address": (ANNA, person(first_name="A.", last_name="Hartwell", email="anna.hartwell@acme.example")),
    "typo and number": (ANNA, person(first_name="Anna", last_name="Hartwel", phone="020 7946 0958", company="Acme")),
    "accents": (
        person(first_name="Zoë", last_name="Müller-Łoś", phone="+49 30 901820", city="Köln"),
        person(first_name="Zoe", last_name="Muller Los", phone="030 901820", city="Koln"),
    ),
    "nickname at one company": (
        person(first_name="Robert", last_name="Castellan", company="Acme Ltd", city="Leeds"),
        person(first_name="Bob", last_name="Castellan", company="ACME Limited", city="Leeds"),
    ),
    "names in the wrong boxes": (
        person(first_name="Carmen", last_name="Daniels", phone="+1 293 737 6476", city="Boston"),
        person(first_name="Daniels", last_name="Carmen", phone="+1 293 737 6476", city="Boston"),
    ),
    "new job, same number": (
        person(
            first_name="Lena",
            last_name="Vollmer",
            email="l.vollmer@old.example",
            phone="+49 171 5550123",
            company="Old AG",
        ),
        person(
            first_name="Lena", last_name="Vollmer", email="lena@new.example", phone="+49 171 5550123", company="New SE"
        ),
    ),
    "new job, same town, rare name": (
        person(
            first_name="Ottilie",
            last_name="Zwetsch",
            company="Old AG",
            street="Am Hang 3",
            city="Ulm",
            postal_code="89073",
        ),
        person(
            first_name="Ottilie",
            last_name="Zwetsch",
            company="New SE",
            street="Am Hang 3",
            city="Ulm",
            postal_code="89073",
        ),
    ),
    "married, same private address": (
        person(first_name="Mira", last_name="Holt", email="mira1980@mail.example", city="York"),
        person(first_name="Mira", last_name="Sanders", email="mira1980@mail.example", city="York"),
    ),
    "surname only in the address": (
        person(first_name="Sonja", email="sonja.berry@star.example", company="Star", city="Bath"),
        person(first_name="Sonja", last_name="Berry", company="Star Ltd", city="Bath"),
    ),
    "a figure kept through a new job in a new town": (
        person(first_name="Ilka", last_name="Thorsen", email="ithorsen4894@alt.example", company="Alt", city="Kiel"),
        person(first_name="Ilka", last_name="Thorsen", email="ilka.thorsen4894@neu.example", company="Neu", city="Ulm"),
    ),
    "slips in both halves of an address": (
        person(first_name="Noor", email="noordahl77@hudsonworks.example", city="Bergen"),
        person(first_name="Noor", email="noordal77@hudsnworks.example", city="Bergen"),
    ),
    "number of the person": (
        person(first_name="Ida", last_name="Krog", identifier="AB-123-77", date_of_birth="1980-02-03"),
        person(first_name="Idda", last_name="Krogh", identifier="ab12377", date_of_birth="1980-02-03"),
    ),
}

DIFFERENT = {
    "household": (
        person(
            first_name="Karl",
            last_name="Winterfeld",
            phone="+49 30 1234567",
            street="Hauptstr 1",
            city="Bonn",
            postal_code="53111",
        ),
        person(
            first_name="Erika",
            last_name="Winterfeld",
            phone="+49 30 1234567",
            street="Hauptstr 1",
            city="Bonn",
            postal_code="53111",
        ),
    ),
    "household with one mailbox": (
        person(first_name="Karl", last_name="Winterfeld", email="winterfeld@mail.example", street="Hauptstr 1"),
        person(first_name="Erika", last_name="Winterfeld", email="winterfeld@mail.example", street="Hauptstr 1"),
    ),
    "twins": (
        person(first_name="Karl", last_name="Winterfeld", date_of_birth="1990-05-05", street="Hauptstr 1", city="Bonn"),
        person(first_name="Erik", last_name="Winterfeld", date_of_birth="1990-05-05", street="Hauptstr 1", city="Bonn"),
    ),
    "colleagues": (
        ANNA,
        person(
            first_name="Peter",
            last_name="Okonjo",
            email="peter.okonjo@acme.example",
            phone="+44 20 7946 0958",
            company="Acme Ltd",
            city="Leeds",
        ),
    ),
    "colleagues with one given name": (
        ANNA,
        person(
            first_name="Anna",
            last_name="Lund",
            email="anna.lund@acme.example",
            phone="+44 20 7946 0958",
            company="Acme Ltd",
            city="Leeds",
        ),
    ),
    "no name, same company and town": (
        person(company="Acme Ltd", city="Leeds"),
        person(company="Acme Ltd", city="Leeds"),
    ),
    "namesakes": (
        person(
            first_name="John",
            last_name="Brandt",
            email="john.brandt@a.example",
            phone="+1 212 555 0101",
            company="Alpha",
            city="Boston",
        ),
        person(
            first_name="John",
            last_name="Brandt",
            email="john.brandt@b.example",
            phone="+1 310 555 0199",
            company="Beta",
            city="Denver",
        ),
    ),
    "namesakes with figures": (
        person(first_name="Jo", last_name="Meyer", email="jomeyer31@gmail.com", city="Ulm"),
        person(first_name="Jo", last_name="Meyer", email="jomeyer78@gmail.com", city="Kiel"),
    ),
    "namesakes whom their company numbers": (
        person(first_name="Maya", last_name="Oliveira", email="maya_oliveira1325@solar.example", company="Solar"),
        person(first_name="Maya", last_name="Oliveira", email="maya_oliveira3000@solar.example", company="Solar"),
    ),
    "namesakes with figures at providers of like names": (
        person(
            first_name="Lynn", last_name="Foxley", email="lynnfoxley524@gmail.com", city="Hull", phone="+44 1482 555001"
        ),
        person(
            first_name="Lynn",
            last_name="Foxley",
            email="lynnfoxley804@hotmail.com",
            city="Bath",
            phone="+44 1225 555002",
        ),
    ),
    "role address": (
        person(first_name="Ruth", last_name="Adeyemi", email="info@acme.example", company="Acme Ltd"),
        person(first_name="Per", last_name="Lindgren", email="info@acme.example", company="Acme Ltd"),
    ),
    "role address, no name": (
        person(email="info@acme.example", company="Acme"),
        person(first_name="Ruth", last_name="Roe", email="info@acme.example"),
    ),
}


def worlds(cases: dict[str, tuple[dict[str, str | None], ...]]) -> list[list[str]]:
    """Cases in as few tables as go without two cases of a table sharing a value, for they would mix."""
    found: list[tuple[set[str], list[str]]] = []
    for case, rows in cases.items():
        values = {
            v for row in rows for name, v in row.items() if v and name in ("last_name", "email", "phone", "company")
        }
        used, names = next((world for world in found if not world[0] & values), (set(), []))
        if not names:
            found.append((used, names))
        used |= values
        names.append(case)
    return [names for _, names in found]


@pytest.fixture(scope="module")
def people_of() -> dict[str, list[str]]:
    """The person ids of the rows of each case; no case may share a person with a stranger."""
    cases, answers = SAME | DIFFERENT, {}
    for names in worlds(cases):
        rows = [row for name in names for row in cases[name]]
        owners = [name for name in names for _ in cases[name]] + ["stranger"] * len(strangers())
        frame = pl.DataFrame(rows + strangers(), schema=dict.fromkeys(FIELDS, pl.String)).with_row_index("lead_id")
        found = resolve(frame).with_columns(owner=pl.Series(owners))
        assert found.group_by("person_id").agg(pl.col("owner").n_unique())["owner"].max() == 1
        answers |= {name: found.filter(owner=name)["person_id"].to_list() for name in names}
    return answers


@pytest.mark.parametrize("case", SAME)
def test_one_person(people_of: dict[str, list[str]], case: str) -> None:
    assert len(set(people_of[case])) == 1


@pytest.mark.parametrize("case", DIFFERENT)
def test_two_people(people_of: dict[str, list[str]], case: str) -> None:
    assert len(set(people_of[case])) == 2


def test_switchboard_does_not_join_colleagues() -> None:
    names = [("Anna", "Lund"), ("Ann", "Berg"), ("Anne", "Frost"), ("Peter", "Moe"), ("Paul", "Ness"), ("Pia", "Quist")]
    staff = [
        person(first_name=f, last_name=n, phone="+47 22 00 00 01", company="Fjord AS", city="Oslo") for f, n in names
    ]
    frame = pl.DataFrame(staff + strangers(), schema=dict.fromkeys(FIELDS, pl.String))
    found = resolve(frame.with_row_index("lead_id"))
    assert found["person_id"].head(len(staff)).n_unique() == len(staff)


def test_no_chain_from_john_to_jane() -> None:
    rows = [
        person(first_name=f, last_name="Ashworth", email=e, phone="+44 113 496 0001", company="Acme", city="Leeds")
        for f, e in (("John", None), ("J", None), ("Jane", None))
    ]
    frame = pl.DataFrame(rows + strangers(), schema=dict.fromkeys(FIELDS, pl.String)).with_row_index("lead_id")
    found = resolve(frame)["person_id"].to_list()
    assert found[0] != found[2]
