"""Hard cases of names, as exports and forms have them."""

from __future__ import annotations

import polars as pl
import pytest

from leadgrade.contacts import names

NAMES = {"first_name": pl.String, "last_name": pl.String, "full_name": pl.String}
# (first, last, full as typed), first name, family name
PEOPLE = [
    ((None, None, "LEE, ANN"), "Ann", "Lee"),
    (("Robert", "Downey Jr.", None), "Robert", "Downey"),
    ((None, None, "Henry Ford III"), "Henry", "Ford"),
    ((None, None, "O'NEIL, SHAUN"), "Shaun", "O'Neil"),
    ((None, None, "d'Artagnan"), "d'Artagnan", None),
    ((None, None, "Gabriele D'Annunzio"), "Gabriele", "D'Annunzio"),
    ((None, None, 'Robert "Bob" Smith'), "Robert", "Smith"),
    ((None, None, "Robert (Bob) Smith"), "Robert", "Smith"),
    ((None, None, "Robert 'Bob' Smith"), "Robert", "Smith"),
    ((None, None, "Ann Lee 🚀"), "Ann", "Lee"),
    (("Ann ❤️", "Lee", None), "Ann", "Lee"),
    ((None, None, "José Ortega y Gasset"), "José", "Ortega y Gasset"),
    ((None, None, "Ng"), "Ng", None),
    ((None, None, "Wojciech Szczęsny"), "Wojciech", "Szczęsny"),
    (("Hrvoje", "Horvat", None), "Hrvoje", "Horvat"),
    (("Trần", "Nguyễn", None), "Trần", "Nguyễn"),
    ((None, None, "李小龙"), "李小龙", None),
    (("Krzysztof", "Brzęczyszczykiewicz", None), "Krzysztof", "Brzęczyszczykiewicz"),
    (("Vlk", "Krč", None), "Vlk", "Krč"),
    (("Smrt", "Trpkš", None), "Smrt", "Trpkš"),
    (("MARIE-CLAIRE", "DE LA TOUR", None), "Marie-Claire", "de la Tour"),
    (("jean-luc", "picard", None), "Jean-Luc", "Picard"),
    (("ANNA", "MACDONALD", None), "Anna", "Macdonald"),
    (("anna", "macy", None), "Anna", "Macy"),
    (("Ludwig", "VAN BEETHOVEN", None), "Ludwig", "van Beethoven"),
    (("van", "Morrison", None), "Van", "Morrison"),
    (("Van", "Nguyen", None), "Van", "Nguyen"),
    ((None, None, "Al Pacino"), "Al", "Pacino"),
    ((None, None, "Dr. med. Anna Schmidt"), "Anna", "Schmidt"),
    ((None, None, "Prof. Dr. Dr. h.c. Hans Müller"), "Hans", "Müller"),
    ((None, None, "Dipl.-Ing. Karl Huber"), "Karl", "Huber"),
    ((None, None, "Ing. Jan Novák, Ph.D."), "Jan", "Novák"),
    ((None, None, "Mag. Eva Gruber MSc"), "Eva", "Gruber"),
    ((None, None, "Sir Elton John"), "Elton", "John"),
    ((None, None, "Capt. James Kirk"), "James", "Kirk"),
    ((None, None, "Ms. Ann Lee"), "Ann", "Lee"),
    ((None, None, "Dott.ssa Maria Rossi"), "Maria", "Rossi"),
    ((None, None, "Don Draper"), "Don", "Draper"),
    ((None, None, "Rev Al Green"), "Al", "Green"),
    ((None, None, "Ann Lee, CFA, CPA"), "Ann", "Lee"),
    ((None, None, "Lee, Ann, PhD"), "Ann", "Lee"),
    ((None, None, "Smith, John Jr."), "John", "Smith"),
    ((None, None, "Smith Jr., John"), "John", "Smith"),
    ((None, None, "Ann Lee-Smith"), "Ann", "Lee-Smith"),
    ((None, None, "J.R.R. Tolkien"), "J.R.R.", "Tolkien"),
    ((None, None, "Ann M. Lee"), "Ann M.", "Lee"),
    ((None, None, "Ana Sofia dos Santos"), "Ana Sofia", "dos Santos"),
    ((None, None, "Mohammed bin Salman"), "Mohammed", "bin Salman"),
    ((None, None, "Omar al-Bashir"), "Omar", "al-Bashir"),
    ((None, None, "Abdul Rahman"), "Abdul", "Rahman"),
    ((None, None, "Vincent van Gogh"), "Vincent", "van Gogh"),
    ((None, None, "Charles de Gaulle"), "Charles", "de Gaulle"),
    ((None, None, "Ursula von der Leyen"), "Ursula", "von der Leyen"),
    ((None, None, "Jan van 't Hoff"), "Jan", "van 't Hoff"),
    ((None, None, "Björk"), "Björk", None),
    ((None, None, "Leonardo da Vinci"), "Leonardo", "da Vinci"),
    ((None, None, "Pieter ten Broeke"), "Pieter", "ten Broeke"),
    (("ann", "ann", None), "Ann", "Ann"),
    (("A", "B", None), "A", "B"),
    (("Lynch", "Schwartz", None), "Lynch", "Schwartz"),
    (("Mstislav", "Rostropovich", None), "Mstislav", "Rostropovich"),
    (("Zdzisław", "Strzelczyk", None), "Zdzisław", "Strzelczyk"),
    (("Nkrumah", "Mbappé", None), "Nkrumah", "Mbappé"),
    (("Ng", "Hng", None), "Ng", "Hng"),
    (("Tkachuk", "Hlynka", None), "Tkachuk", "Hlynka"),
    (("Jordan", "Banks", None), "Jordan", "Banks"),
    (("Ann", "Null", None), "Ann", "Null"),
    (("Ann", "Sample", None), "Ann", "Sample"),
    (("ÉLODIE", "LEFÈVRE", None), "Élodie", "Lefèvre"),
    (("ИВАН", "ИВАНОВ", None), "Иван", "Иванов"),
    (("JOHN", "ST. CLAIR", None), "John", "St. Clair"),
    (("FITZGERALD", "MCCARTNEY", None), "Fitzgerald", "McCartney"),
    (("o’brien", "ann", None), "O'Brien", "Ann"),
    ((None, None, "山田 太郎"), "太郎", "山田"),
    ((None, None, "Juan Carlos de la Torre y Vega"), "Juan Carlos", "de la Torre y Vega"),
    (("Ann", "Sample", None), "Ann", "Sample"),
    (("Jon", "Tester", None), "Jon", "Tester"),
]
ISSUES = [
    (("Test", "Testerson", None), "placeholder"),
    (("asd", "asd", None), "placeholder"),
    (("sdfsdf", "sdfsdf", None), "gibberish"),
    (("jkjkjk", "lklk", None), "gibberish"),
    (("xzxzxz", "qqq", None), "gibberish"),
    (("123456", "789", None), "gibberish"),
    (("ghfjdk", "dsla", None), "gibberish"),
    (("fsdf", "sdfs", None), "gibberish"),
    (("Acme", "Logistics Ltd", None), "company"),
    ((None, None, "Siemens AG"), "company"),
    ((None, None, "Deutsche Bank"), "company"),
    ((None, None, "Müller Consulting"), "company"),
    ((None, None, "Kovács Kft."), "company"),
    ((None, None, "Nordic Oy"), "company"),
    ((None, None, "ООО Ромашка"), "company"),
    ((None, None, "株式会社山田"), "company"),
    (("Wtstr", "Lee", None), "gibberish"),
    (("Name", "Name", None), "placeholder"),
    (("Jane", "Doe", None), "placeholder"),
]


@pytest.mark.parametrize(("typed", "first", "last"), PEOPLE)
def test_names(typed: tuple[str | None, ...], first: str | None, last: str | None) -> None:
    found = names.clean(pl.DataFrame([typed], schema=NAMES, orient="row")).row(0, named=True)
    assert (found["first_name"], found["last_name"], found["name_issue"]) == (first, last, None)


@pytest.mark.parametrize(("typed", "issue"), ISSUES)
def test_name_issues(typed: tuple[str | None, ...], issue: str) -> None:
    assert names.clean(pl.DataFrame([typed], schema=NAMES, orient="row"))["name_issue"].to_list() == [issue]


@pytest.mark.parametrize(
    ("typed", "origin"),
    [
        (("Ann", "Lee", "Ann Lee"), "fields"),
        ((None, None, "Ann Lee"), "full_name"),
        (("Ann Lee", None, None), "first_name"),
        (("Test", "Test", None), None),
        ((None, None, None), None),
    ],
)
def test_where_a_name_comes_from(typed: tuple[str | None, ...], origin: str | None) -> None:
    assert names.clean(pl.DataFrame([typed], schema=NAMES, orient="row"))["name_from"].to_list() == [origin]
