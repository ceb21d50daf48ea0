"""One form of an address or number, whatever it was written like, the same to every engine; marks in the texts of others."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadgrade.contacts import emails
from leadgrade.erasure import asked, forms
from leadgrade.erasure.fingerprints import BLOCKING, Finder, Fingerprints
from leadgrade.erasure.redaction import Redactor
from leadgrade.errors import InputError

SECRET = "test-secret"


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(":memory:", config={"threads": 1}) as opened:
        forms.make_known(opened, SECRET)
        yield opened


def forms_of(connection: duckdb.DuckDBPyConnection, kind: str, text: str) -> list[str]:
    query = f"select form from ({forms.told(kind, '$txt', '(select 1)')})"
    return [form for (form,) in connection.execute(query, {"txt": text}).fetchall()]


def keyed(connection: duckdb.DuckDBPyConnection, *pairs: tuple[str, str]) -> Fingerprints:
    """Fingerprints of forms."""
    found = [(k, connection.execute("select erasure_key($k, $f)", {"k": k, "f": f}).fetchall()[0][0]) for k, f in pairs]
    return Fingerprints.of(found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ann <Ann.Lee+x@GMail.com>; mailto:o'neil@Acme.co.uk.", ["annlee@gmail.com", "o'neil@acme.co.uk"]),
        ("'ann@acme.com'", ["ann@acme.com"]),
        ("https://x.example/?e=ann%40acme.com&b=1", ["ann@acme.com"]),
        ('{"a":"a.b@googlemail.com"}', ["ab@gmail.com"]),
        ("+tag@acme.com, a@b", ["+tag@acme.com"]),
        ("(ann@bücher.example)", ["ann@bücher.example"]),
    ],
)
def test_addresses_in_a_text(connection: duckdb.DuckDBPyConnection, text: str, expected: list[str]) -> None:
    assert forms_of(connection, "email", text) == expected


def test_an_address_has_the_form_that_matching_compares(connection: duckdb.DuckDBPyConnection) -> None:
    typed = ["Ann.Lee+news@gmail.com", "A.B.C@GoogleMail.com", "x+y+z@acme.org", "JOE@ACME.ORG", "a.b@acme.org"]
    expected = emails.validate(pl.Series(typed))["email_match"].to_list()
    assert [forms_of(connection, "email", text) for text in typed] == [[form] for form in expected]


@pytest.mark.parametrize(
    "text",
    [
        "+1 (415) 555-0132", "4155550132", "1-415-555-0132", "001 415 555 0132", "call 415.555.0132 now",
        "415 555 0132 / 415 555 0199", "415\u00a0555\u20110132",
    ],
)  # fmt: skip
def test_a_number_is_found_however_it_is_written(connection: duckdb.DuckDBPyConnection, text: str) -> None:
    assert set(forms.number_forms(["+14155550132"])) & set(forms_of(connection, "phone", text))


@pytest.mark.parametrize("text", ["2026-01-31 02:00:00", "0199 415 555 013", "e4155550132f", "415 555", "l_4155550132"])
def test_other_digits_are_no_number_of_theirs(connection: duckdb.DuckDBPyConnection, text: str) -> None:
    assert not set(forms.number_forms(["+14155550132"])) & set(forms_of(connection, "phone", text))


def test_short_national_numbers_count_with_their_country_alone() -> None:
    assert "22334455" not in forms.number_forms(["+4722334455"])
    assert "4722334455" in forms.number_forms(["+4722334455"])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text("aB1+@. -(),;%40'\"\n\u00a0é", max_size=60))
def test_duckdb_and_python_see_the_same_tokens(connection: duckdb.DuckDBPyConnection, text: str) -> None:
    for pattern in forms.PATTERNS.values():
        found = connection.execute(
            f"select regexp_extract_all($txt, {forms.quoted(pattern)})", {"txt": text}
        ).fetchall()
        assert found[0][0] == forms.python(pattern).findall(text)


MARKED = {
    "Mail Ann@Acme.com, joann@acme.com or ann@acme.com.au": "Mail [erased], joann@acme.com or ann@acme.com.au",
    "call +1 (415) 555-0132 / 415-555-0199 now": "call [erased] / 415-555-0199 now",
    "jose alvarez-nuñez and Lee, Ann; Anna Lee; ann lee": "[erased] and [erased]; Anna Lee; [erased]",
    "https://de.linkedin.com/in/Ann-Lee/ is hers": "https://de.[erased]/ is hers",
    "Mann Leeds met Ann\tLee": "Mann Leeds met Ann\tLee",
    "": "",
}


def test_marks_in_the_texts_of_others(connection: duckdb.DuckDBPyConnection) -> None:
    numbers = [("phone", form) for form in forms.number_forms(["+14155550132"])]
    names = [("name", n) for n in ("ann lee", "lee ann", "jose alvarez nunez")] + [("word", "lee"), ("word", "nunez")]
    others = [("email", "ann@acme.com"), ("profile", "linkedin.com/in/ann-lee")]
    with Finder(keyed(connection, *numbers, *names, *others), SECRET) as finder:
        redactor = Redactor(finder)
        assert dict(zip(MARKED, redactor.redacted(list(MARKED)), strict=True)) == MARKED
        assert redactor.redacted(list(MARKED.values())) == list(MARKED.values())


def test_fingerprints_tell_kinds_apart_and_names_block_nobody(connection: duckdb.DuckDBPyConnection) -> None:
    found = keyed(connection, ("email", "x"), ("lead", "x"), ("name", "x"))
    assert len({key for _, key in found.pairs()}) == 3
    assert [kind for kind, _ in found.pairs(BLOCKING)] == ["email", "lead"]
    with Finder(found, "another secret") as finder:
        assert finder.hits("email", ["x@y.example"]) == set()


def test_what_lines_ask_for() -> None:
    lines = ["# a list", "", "ann@acme.com", "p_1", "l_2 ", "+1 415 555 0132", "ann@acme.com"]
    found = asked.read(lines=lines)
    assert (found.emails, found.people, found.leads, found.phones) == (
        ("ann@acme.com",), ("p_1",), ("l_2",), ("+14155550132",)
    )  # fmt: skip
    assert asked.read(phones=["415 555 0132"], country="US").phones == ("+14155550132",)


@pytest.mark.parametrize(
    "given", [{"phones": ["4151"]}, {"emails": ["annlee"]}, {"people": ["xy"]}, {"lines": ["Ann Lee"]}]
)
def test_what_cannot_be_read_is_named_by_its_place_alone(given: dict[str, list[str]]) -> None:
    with pytest.raises(InputError, match="number 1 of 1") as raised:
        asked.read(**given)
    assert next(iter(given.values()))[0] not in str(raised.value)
