from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadgrade.contacts import answers, categories, countries, lead_fields


@pytest.mark.parametrize(
    ("typed", "iso2"),
    [
        ("UK", "GB"),
        ("USA", "US"),
        ("U.S.A.", "US"),
        ("United States of America (USA)", "US"),
        ("us", "US"),
        ("DEU", "DE"),
        ("Deutschland", "DE"),
        ("the Netherlands", "NL"),
        ("Côte d'Ivoire", "CI"),
        ("Schweiz", "CH"),
        ("España", "ES"),
        ("Russie", "RU"),
        ("日本", "JP"),
        ("England", "GB"),
        ("Korea, Republic of", "KR"),
        ("Kosovo", "XK"),
        ("Mars", None),
        ("", None),
        (None, None),
    ],
)
def test_country(typed: str | None, iso2: str | None) -> None:
    assert countries.to_iso2(pl.Series([typed], dtype=pl.String)).to_list() == [iso2]


@pytest.mark.parametrize(
    ("number", "region"),
    [
        ("+49 30 1", "DE"),
        ("+1 (650)", "US"),
        (" +44", "GB"),
        ("+1242", "US"),
        ("030 1", None),
        ("+800 1234", None),
        ("+", None),
        (None, None),
    ],
)
def test_region_of_an_international_number(number: str | None, region: str | None) -> None:
    frame = pl.DataFrame({"n": [number]}, schema={"n": pl.String})
    assert frame.select(countries.from_international(pl.col("n"))).to_series().to_list() == [region]


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("Within 3 months", 90),
        ("1-3 months", 90),
        ("3 - 6 Monate", 180),
        ("more than 6 months", 181),
        ("6+ months", 181),
        ("30 days", 30),
        ("< 30 days", 30),
        ("2 weeks", 14),
        ("12 Months", 360),
        ("within a year", 365),
        ("In einem Monat", 30),
        ("dans 3 mois", 90),
        ("immediately", 0),
        ("ASAP", 0),
        ("this quarter", 90),
        ("45", 45),
        ("Q1 next year", None),
        ("just looking", None),
        ("no timeline", None),
        (None, None),
    ],
)
def test_timeline(text: str | None, days: int | None) -> None:
    assert answers.timeline_days(pl.Series([text], dtype=pl.String)).to_list() == [days]


@pytest.mark.parametrize(
    ("text", "opt_out", "bounced", "consent"),
    [
        ("Yes", True, True, "claimed"),
        ("true", True, True, "claimed"),
        ("1", True, True, "claimed"),
        ("No", None, None, None),
        ("false", None, None, None),
        ("Unsubscribed", True, True, "denied"),
        ("opted out", True, True, "denied"),
        ("no_consent", None, True, "denied"),
        ("Marketing contact", None, True, "claimed"),
        ("Non-marketing contact", None, True, None),
        ("550 mailbox unknown", None, True, None),
        (None, None, None, None),
    ],
)
def test_flags_never_say_false(
    text: str | None, opt_out: bool | None, bounced: bool | None, consent: str | None
) -> None:
    frame = pl.DataFrame({"t": [text]}, schema={"t": pl.String})
    rules = (answers.opt_out, answers.bounced, answers.consent_status)
    found = frame.select(rule(pl.col("t")).alias(rule.__name__) for rule in rules).row(0)
    assert found == (opt_out, bounced, consent)


@pytest.mark.parametrize(
    ("status", "mail", "calls"),
    [
        ("Do Not Contact", True, True),
        ("Unsubscribed", True, None),
        ("do-not-call", None, True),
        ("Open - Not Contacted", None, None),
        (None, None, None),
    ],
)
def test_a_lead_status_may_be_an_opt_out(status: str | None, mail: bool | None, calls: bool | None) -> None:
    words = categories.under_scores(pl.lit(status, dtype=pl.String))
    found = pl.select(m=answers.status_says(words, calls=False), c=answers.status_says(words, calls=True)).row(0)
    assert found == (mail, calls)


@pytest.mark.parametrize(
    ("rule", "typed", "expected"),
    [
        (categories.channel, "Google Ads", "paid_search"),
        (categories.channel, "PAID_SEARCH", "paid_search"),
        (categories.channel, "Direct Traffic", "direct"),
        (categories.channel, "Trade Show", "event"),
        (categories.channel, "Olark Chat", "chat"),
        (categories.channel, "Offline Sources", "offline sources"),
        (categories.channel, " ", None),
        (categories.industry, "COMPUTER_SOFTWARE", "software"),
        (categories.industry, "Information Technology & Services", "information technology"),
        (categories.industry, "Widgets", "widgets"),
        (categories.buying_role, "BUDGET_HOLDER", "budget_holder"),
        (categories.buying_role, "Economic buyer", "budget_holder"),
        (categories.buying_role, "Janitor", "other"),
        (categories.buying_role, None, None),
        (categories.lawful_basis, "Legitimate interest – prospect/lead", "legitimate_interest"),
        (categories.lawful_basis, "Freely given consent from contact", "consent"),
        (categories.lawful_basis, "By Law", "by_law"),
    ],
)
def test_categories(rule: object, typed: str | None, expected: str | None) -> None:
    assert rule(pl.Series("v", [typed], dtype=pl.String)).to_list() == [expected]  # type: ignore[operator]


@pytest.mark.parametrize(
    "rule", [categories.channel, categories.industry, categories.buying_role, categories.lawful_basis]
)
@settings(max_examples=40, deadline=None)
@given(text=st.text(max_size=20))
def test_categories_are_stable(rule: object, text: str) -> None:
    once = rule(pl.Series("v", [text]))  # type: ignore[operator]
    assert rule(once).to_list() == once.to_list()  # type: ignore[operator]


@pytest.mark.parametrize(
    ("cell", "address"),
    [
        ("ann@acme.com", "ann@acme.com"),
        (" Ann Lee <ann@acme.com> ", "ann@acme.com"),
        ("n/a; ann@acme.com, bob@acme.com", "ann@acme.com"),
        ("mailto:ann@acme.com", "ann@acme.com"),
        ("not an address", "not an address"),
        (None, None),
    ],
)
def test_first_address(cell: str | None, address: str | None) -> None:
    frame = pl.DataFrame({"c": [cell]}, schema={"c": pl.String})
    assert frame.select(lead_fields.first_address(pl.col("c"))).to_series().to_list() == [address]
