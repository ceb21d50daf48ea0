from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadgrade.contacts import names

SCHEMA = {"first_name": pl.String, "last_name": pl.String, "full_name": pl.String}


def clean(first: str | None = None, last: str | None = None, full: str | None = None) -> dict[str, str | None]:
    return names.clean(pl.DataFrame([(first, last, full)], schema=SCHEMA, orient="row")).row(0, named=True)


@pytest.mark.parametrize(
    ("typed", "first", "last"),
    [
        (("Ann", "Lee", None), "Ann", "Lee"),
        (("Dr. ANNA", "SCHMIDT", None), "Anna", "Schmidt"),
        (("MARY-ANN", "o'neil", None), "Mary-Ann", "O'Neil"),
        (("angus", "MCDONALD", None), "Angus", "McDonald"),
        (("AJ", "Smith", None), "AJ", "Smith"),
        (("DeShawn", "van der Berg", None), "DeShawn", "van der Berg"),
        (("ANNA", "VAN DER BERG", None), "Anna", "van der Berg"),
        (("<b>Bob</b>", "O&#39;NEIL", None), "Bob", "O'Neil"),
        (("Ann\u200b\x00", " Lee ", None), "Ann", "Lee"),
        ((None, None, "Ann Lee"), "Ann", "Lee"),
        ((None, None, "LEE, ANN"), "Ann", "Lee"),
        ((None, None, "Beethoven, Ludwig van"), "Ludwig", "van Beethoven"),
        ((None, None, "Maria de la Cruz"), "Maria", "de la Cruz"),
        ((None, None, "Mr. John Q. Public, PhD"), "John Q.", "Public"),
        ((None, None, "Martin King Jr."), "Martin", "King"),
        ((None, None, "Jack Ma"), "Jack", "Ma"),
        ((None, None, "Don Johnson"), "Don", "Johnson"),
        ((None, None, "Cher"), "Cher", None),
        (("John Smith", None, None), "John", "Smith"),
        (("Mr", None, None), "Mr", None),
        (("李", "小龙", None), "李", "小龙"),
        (("Lead_0", "Lead_0", None), "Lead_0", "Lead_0"),
        (("Christopher", "Null", None), "Christopher", "Null"),
        ((None, None, None), None, None),
    ],
)
def test_names(typed: tuple[str | None, str | None, str | None], first: str | None, last: str | None) -> None:
    found = clean(*typed)
    assert (found["first_name"], found["last_name"], found["name_issue"]) == (first, last, None)
    assert found["full_name"] == (" ".join(p for p in (first, last) if p) or None)


@pytest.mark.parametrize(
    ("typed", "issue"),
    [
        (("Test", "User", None), "placeholder"),
        (("Ann", "n/a", None), "placeholder"),
        (("John", "Doe", None), "placeholder"),
        ((None, None, "Max  Mustermann"), "placeholder"),
        ((None, None, "<test lead: dummy data for full_name>"), "placeholder"),
        (("asdf", "asdf", None), "placeholder"),
        (("asdfgh", "Lee", None), "gibberish"),
        (("xkcdqw", "bdfghj", None), "gibberish"),
        (("Aaaaa", "Lee", None), "gibberish"),
        (("ann@acme.com", "Lee", None), "email"),
        (("Acme", "GmbH", None), "company"),
        ((None, None, "Acme Solutions Inc."), "company"),
        (("Hans", "Schwartz", None), None),
        (("Rhys", "Glynn", None), None),
        (("Anna", "Hirschsprung", None), None),
        (("Nguyen", "Ng", None), None),
        (("Pat", "Doherty", None), None),
        (("Lead_0", "Lead_0", None), None),
        (("Tessa", "Testa", None), None),
    ],
)
def test_issues(typed: tuple[str | None, str | None, str | None], issue: str | None) -> None:
    assert clean(*typed)["name_issue"] == issue


def test_addresses_and_placeholders_are_no_names() -> None:
    assert clean("ann@acme.com", "Lee")["first_name"] is None
    assert clean("Test", "Lead")["full_name"] is None


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(*[st.one_of(st.none(), st.text(max_size=20))] * 3), min_size=1, max_size=5))
def test_never_raises_and_never_blank(rows: list[tuple[str | None, str | None, str | None]]) -> None:
    found = names.clean(pl.DataFrame(rows, schema=SCHEMA, orient="row"))
    assert found.height == len(rows)
    for column in SCHEMA:
        assert not (found[column].str.strip_chars() == "").any()


WORDS = st.text("abcdefghijklmnopqrstuvwxyz", min_size=2, max_size=8)


@settings(max_examples=25, deadline=None)
@given(WORDS, WORDS)
def test_a_clean_name_stays_as_it_is(first: str, last: str) -> None:
    once = clean(first, last)
    again = clean(once["first_name"], once["last_name"])
    if once["name_issue"] is None:
        assert again == once
