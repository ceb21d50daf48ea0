from __future__ import annotations

import random
import string
from functools import cache

import polars as pl
import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import given, settings
from hypothesis import strategies as st

from leadgrade.contacts import email_kinds, email_library, emails
from leadgrade.contacts.email_suggestions import suggestions


def answer(value: str | None) -> dict[str, object]:
    return answers()[value]


@cache
def answers() -> dict[str | None, dict[str, object]]:
    """Answers to the addresses of all cases below, from one call."""
    values = [case[0] for case in (*KINDS, *FAULTS, *SUGGESTIONS, *MATCHES)]
    return {row["email_raw"]: row for row in emails.validate(pl.Series(values, dtype=pl.String)).iter_rows(named=True)}


def flags(value: str) -> set[str]:
    return {name[3:] for name, on in answer(value).items() if name.startswith("is_") and on}


KINDS = [
    ("ann@acme.com", {"valid", "corporate"}),
    ("ann@gmail.com", {"valid", "free"}),
    ("ann@mailinator.com", {"valid", "disposable"}),
    ("ann@x.mailinator.com", {"valid", "disposable"}),
    ("ann@ox.ac.uk", {"valid", "academic"}),
    ("ann@cs.stanford.edu", {"valid", "academic"}),
    ("ann@uni-bonn.de", {"valid", "academic"}),
    ("ann@usp.edu.br", {"valid", "academic"}),
    ("ann@student.ethz.ch", {"valid", "academic"}),
    ("ann@nasa.gov", {"valid", "government"}),
    ("ann@leeds.gov.uk", {"valid", "government"}),
    ("ann@interieur.gouv.fr", {"valid", "government"}),
    ("info@acme.com", {"valid", "corporate", "role"}),
    ("no-reply@acme.com", {"valid", "corporate", "role"}),
    ("sales.emea@acme.com", {"valid", "corporate", "role"}),
    ("customer.service@acme.com", {"valid", "corporate", "role"}),
    ("sales.smith@acme.com", {"valid", "corporate"}),
    ("infante@acme.com", {"valid", "corporate"}),
    ("ann@example.com", {"valid", "corporate", "placeholder"}),
    ("test@acme.com", {"valid", "corporate", "placeholder"}),
    ("none@none.com", {"valid", "corporate", "placeholder"}),
    ("teston@acme.com", {"valid", "corporate"}),
    ("none", {"placeholder"}),
]


@pytest.mark.parametrize(("value", "kinds"), KINDS)
def test_kinds_of_address(value: str, kinds: set[str]) -> None:
    assert flags(value) == kinds


FAULTS = [
    (None, "empty"),
    ("", "empty"),
    ("   ", "empty"),
    ("ann.acme.com", "no_at"),
    ("noemail", "placeholder"),
    ("ann smith@acme.com", "syntax"),
    (" ann@acme.com", "syntax"),
    ("a..b@acme.com", "syntax"),
    ("ann@acme", "domain"),
    ("ann@-acme.com", "domain"),
    ("ann@site.test", "special_use"),
    ("ann@" + "a" * 64 + ".com", "too_long"),
    ("ann@" + "acme." * 60 + "com", "too_long"),
    ("ann@acme.com", None),
]


@pytest.mark.parametrize(("value", "error"), FAULTS)
def test_class_of_fault(value: str | None, error: str | None) -> None:
    found = answer(value)
    assert (found["error"], found["is_valid"], found["level"]) == (
        error,
        error is None,
        "syntax" if error is None else "invalid",
    )


SUGGESTIONS = [
    ("a@gmial.com", "gmail.com"),
    ("a@gnail.com", "gmail.com"),
    ("a@hotmial.com", "hotmail.com"),
    ("a@outlok.com", "outlook.com"),
    ("a@gmail.con", "gmail.com"),
    ("a@acme.con", "acme.com"),
    ("a@gmail,com", "gmail.com"),
    ("a@gmail.com", None),
    ("a@gmail.co", None),  # .co exists
    ("a@bb.com.br", None),  # a bank
    ("a@apmail.com", None),  # a provider
    ("a@ymail.com", None),  # a provider
    ("a@acme.com", None),
    ("nobody", None),
]


@pytest.mark.parametrize(("value", "meant"), SUGGESTIONS)
def test_suggestion(value: str, meant: str | None) -> None:
    assert answer(value)["suggestion"] == meant


def test_a_mistyped_provider_is_not_disposable_though_lists_hold_it() -> None:
    assert "gmial.com" in email_kinds.disposable_domains()
    assert not answer("a@gmial.com")["is_disposable"]


def test_no_free_provider_is_corrected() -> None:
    names = sorted(email_kinds.free_domains())
    assert suggestions(pl.Series(names)).null_count() == len(names)


MATCHES = [
    ("Ann.Lee+news@GoogleMail.com", "annlee@gmail.com", None),
    ("Ann.Lee+news@Acme.co.uk", "ann.lee@acme.co.uk", "GB"),
    ("+tag@acme.de", "+tag@acme.de", "DE"),
    ("jürgen@münchen.de", "jürgen@xn--mnchen-3ya.de", "DE"),
    ("ann@acme.io", "ann@acme.io", None),
    ("ann@acme.com.co", "ann@acme.com.co", "CO"),
    ("nobody", None, None),
]


@pytest.mark.parametrize(("value", "match", "country"), MATCHES)
def test_match_form_and_country(value: str, match: str | None, country: str | None) -> None:
    found = answer(value)
    assert (found["email_match"], found["domain_country"]) == (match, country)


def generated(count: int) -> list[str]:
    """Addresses of all shapes: plain, damaged, international."""
    rng = random.Random(7)
    alphabet = string.ascii_letters + string.digits + "._+-'\"@ (),äß日\u200b"
    made = []
    for n in range(count):
        local = "".join(rng.choices(alphabet if n % 3 == 0 else string.ascii_lowercase + ".", k=rng.randint(1, 12)))
        domain = rng.choice(["acme", "xn--mnchen-3ya", "münchen", "a-b", "-a", "a..b", "é", "1"]) + rng.choice(
            [".com", ".co.uk", ".test", "", ".c", ".日本", ".local", ".1"]
        )
        made.append(f"{local}@{domain}" if n % 11 else local)
    return made


def test_verdicts_equal_the_library_called_directly() -> None:
    values = generated(3000)
    found = emails.validate(pl.Series(values))
    wrong = 0
    for value, row in zip(values, found.iter_rows(named=True), strict=True):
        try:
            direct = validate_email(value, check_deliverability=False)
            expected = (True, direct.normalized, direct.ascii_domain)
        except EmailNotValidError:
            expected = (False, None, None)
        wrong += (row["is_valid"], row["email"], row["domain"]) != expected
    assert wrong == 0
    assert 300 < found["is_valid"].sum() < 2700


def test_the_library_is_asked_once_a_distinct_value_and_only_where_nothing_is_proven(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []
    whole, domain = email_library.ask_library, email_library.ask_domain
    monkeypatch.setattr(email_library, "ask_library", lambda value: (asked.append(value), whole(value))[1])
    monkeypatch.setattr(email_library, "ask_domain", lambda value: (asked.append(value), domain(value))[1])
    values = [
        "b@acme.com",
        None,
        "a@acme.com",
        "b@acme.com",
        "",
        "none",
        '"b c"@acme.com',
        "a@例.com",
        "b@例.com",
        "a@例.com",
    ]
    values += ['"b c"@acme.com', "jürg@acme.com"]
    found = emails.validate(pl.DataFrame({"other": [1] * len(values), "email_raw": values}))
    assert found["email_raw"].to_list() == values
    assert found["email"].to_list() == [
        *("b@acme.com", None, "a@acme.com", "b@acme.com", None, None, None, "a@例.com", "b@例.com", "a@例.com"),
        *(None, "jürg@acme.com"),
    ]
    assert sorted(asked) == ['"b c"@acme.com', "例.com"]


def test_the_domain_is_told_in_ascii_and_in_its_own_letters() -> None:
    found = emails.validate(pl.Series(["a@MÜNCHEN.de", "a@xn--mnchen-3ya.de", "a@Acme.COM"]))
    assert found["domain"].to_list() == ["xn--mnchen-3ya.de", "xn--mnchen-3ya.de", "acme.com"]
    assert found["domain_unicode"].to_list() == ["münchen.de", "münchen.de", "acme.com"]


def test_an_empty_column_gives_an_empty_frame_with_all_columns() -> None:
    found = emails.validate(pl.Series([], dtype=pl.String))
    assert found.shape == (0, len(emails.SCHEMA))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.one_of(st.none(), st.text(max_size=30), st.emails()), max_size=6))
def test_never_raises_and_kinds_of_domain_exclude_each_other(values: list[str | None]) -> None:
    found = emails.validate(pl.Series(values, dtype=pl.String))
    kinds = found.select(pl.sum_horizontal("is_free", "is_disposable", "is_academic", "is_government", "is_corporate"))
    assert found.height == len(values)
    assert (kinds.to_series() == found["is_valid"].cast(pl.UInt32)).all()


@settings(max_examples=30, deadline=None)
@given(st.lists(st.one_of(st.none(), st.text(max_size=30), st.emails()), max_size=6))
def test_the_answers_alone_are_those_of_the_whole_table(values: list[str | None]) -> None:
    series = pl.Series([*values, *generated(40), "Ann@ACME.com", "INFO@acme.com", "none"], dtype=pl.String)
    alone, whole = emails.answers(series), emails.validate(series)
    # "none" is a placeholder to us and an address without @ to the library
    error = whole["error"].replace("placeholder", "no_at")
    assert alone.equals(whole.with_columns(error).select(alone.columns), null_equal=True)
