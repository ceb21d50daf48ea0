"""The functions that people call by themselves: what they take, and what they say of what they cannot take."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone
from typing import Any

import polars as pl
import pytest

import leadgrade
from leadgrade import arguments
from leadgrade.config import load_settings
from leadgrade.contacts import bands, companies, countries, domains, emails, free_text, names, phones, titles
from leadgrade.hygiene import consent, decay
from leadgrade.people import resolve
from leadgrade.scores import score
from tests.support import REPOSITORY

NOW = datetime(2026, 1, 1)
SETTINGS = load_settings(REPOSITORY / "config")
LEADS = pl.DataFrame({"lead_id": [3, 1, 2], "email": ["jo@x.example", "jo@x.example", "kim@y.example"]})
PEOPLE = pl.DataFrame({"person_id": ["a", "b"], "country": ["US", "DE"], "employees": [500, None]})
EVIDENCE = pl.DataFrame({"person_id": ["a"], "field": ["work_email"], "evidence_at": [datetime(2025, 1, 1)]})
CONSENTS = pl.DataFrame(
    {"person_id": ["a"], "channel": ["email"], "action": ["granted"], "captured_at": [datetime(2025, 1, 1)]}
)
NUMBERS = pl.Series(["0151 23456789"])
LISTS = pl.Series([["a@x.example"]])


def test_one_import_gives_every_function() -> None:
    # asked of the modules themselves: whatever else was imported put the parts there
    stages = {name: leadgrade.__getattr__(name) for name in ("contacts", "people", "scores", "hygiene")}
    assert [stages["contacts"].__getattr__(name) for name in ("emails", "phones")] == [emails, phones]
    assert (stages["people"].resolve, stages["scores"].score, stages["hygiene"].decay) == (resolve, score, decay)
    with pytest.raises(AttributeError, match="has no attribute 'peeple'; the stages are contacts"):
        leadgrade.peeple  # noqa: B018
    with pytest.raises(AttributeError, match=r"'leadgrade\.contacts' has no attribute 'email'"):
        stages["contacts"].email  # noqa: B018


@pytest.mark.parametrize("kind", [pl.Int64, pl.Categorical])
def test_people_keep_the_type_of_the_ids(kind: type[pl.DataType]) -> None:
    text = pl.String if kind == pl.Categorical else kind
    leads = LEADS.with_columns(pl.col("lead_id").cast(text).cast(kind))
    found = resolve(leads)
    assert found["lead_id"].equals(leads["lead_id"])
    assert leads.join(found, on="lead_id").height == leads.height
    assert found["person_id"].n_unique() == 2


def test_addresses_of_a_table_are_those_of_the_column_called_so() -> None:
    table = pl.DataFrame({"id": [1, 2], "email": ["jo@example.org", "no"]})
    assert emails.validate(table).equals(emails.validate(table["email"]))
    assert emails.validate(table.select(typed="email")).equals(emails.validate(table["email"]))


@pytest.mark.parametrize(
    "now",
    [NOW, date(2026, 1, 1), datetime(2026, 1, 1, 2, tzinfo=timezone(timedelta(hours=2)))],
    ids=["utc", "day", "zone"],
)
def test_now_may_be_a_day_or_have_a_zone(now: date) -> None:
    assert arguments.moment(now, "as_of") == NOW


def test_events_are_read_in_the_spellings_of_files() -> None:
    types = {"a": "demo_request", "b": "Demo Request", "c": "request-demo", "d": "what is that"}
    events = pl.DataFrame({"person_id": list(types), "type": types.values(), "occurred_at": datetime(2025, 12, 20)})
    found = score(pl.DataFrame({"person_id": list(types)}), events, as_of=NOW).quality
    assert found["intent"].to_list() == [25, 25, 25, 0]


def test_an_empty_text_ends_nothing() -> None:
    ended = EVIDENCE.with_columns(pl.lit([" ", "hard_bounce"]).alias("ended_by")).explode("ended_by")
    assert set(decay(ended, SETTINGS.decay, NOW)["cause"]) == {"age", "hard_bounce"}


def test_columns_of_the_nights_table_lose_no_row() -> None:
    extra = EVIDENCE.with_columns(segment_id=pl.lit(7, pl.Int64), is_future=pl.lit(value=True), state=pl.lit("dead"))
    assert decay(extra, SETTINGS.decay, NOW).equals(decay(EVIDENCE, SETTINGS.decay, NOW))


def test_an_empty_text_is_no_address_and_no_proof() -> None:
    proof = {"capture_source": "web", "capture_method": "form", "text_version": "v1"}
    people = pl.DataFrame({"person_id": [*proof, "email", "all"], "email": "jo@x.example", "country": "AT"})
    events = pl.concat([CONSENTS.with_columns(person_id=pl.lit(person)) for person in people["person_id"]])

    def usable(blank: str | None) -> list[str]:
        cells = [
            pl.when(person_id=name).then(pl.lit(blank)).otherwise(pl.lit(v)).alias(name) for name, v in proof.items()
        ]
        email = pl.when(pl.col("person_id") != "email").then("email").otherwise(pl.lit(blank))
        found = consent(people.with_columns(email=email), events.with_columns(cells), SETTINGS.consent, NOW)
        return found.filter("is_usable", channel="email")["person_id"].to_list()

    assert usable(" ") == usable(None) == ["all"]


def test_evidence_is_named_as_the_caller_names_it() -> None:
    people = PEOPLE.with_columns(email=pl.lit("jo@x.example"))
    events = pl.concat([CONSENTS, CONSENTS.with_columns(person_id=pl.lit("b"))])
    said = [
        consent(people, given, SETTINGS.consent, NOW).filter(channel="email")["evidence"].to_list()
        for given in (events, events.with_columns(record_id=pl.Series([7, None])))
    ]
    assert said == [["c_0", "c_1"], ["7", "c_1"]]


def test_a_country_by_its_name_is_that_country() -> None:
    people = pl.DataFrame(
        {"person_id": ["a", "b", "c"], "email": "jo@x.example", "country": ["UK", "germany", "Narnia"]}
    )
    found = consent(people, CONSENTS.clear(), SETTINGS.consent, NOW).filter(channel="email")
    assert found["jurisdiction"].to_list() == ["UK GDPR/PECR", "DE UWG", "DE UWG"]
    assert ["jurisdiction_unknown" in gaps for gaps in found["gaps"]] == [False, False, True]


def test_what_files_keep_in_answers_counts_in_a_frame() -> None:
    people = pl.DataFrame(
        {"person_id": ["a", "b", "c", "d"], "country": ["GB", "GB", "AT", "AT"], "email": "jo@x.example",
         "phone_e164": "+442079460000", "is_corporate": True,
         "tps_screened_at": [date(2025, 12, 4), date(2025, 12, 3), None, None]}
    )  # fmt: skip
    notice = {"channel": "any", "action": "notice_given", "lawful_basis": "legitimate_interest", "captured_at": NOW}
    events = pl.DataFrame(
        [{"person_id": "c", "lia_ref": "L-1", **notice}, {"person_id": "d", "lia_ref": None, **notice}]
    )
    found = consent(people, events, SETTINGS.consent, NOW).explode("gaps").select("person_id", "gaps").unique()
    of = {gap: found.filter(gaps=gap)["person_id"].to_list() for gap in ("tps_screen_stale", "li_without_lia")}
    assert of["tps_screen_stale"] == ["b"]
    assert of["li_without_lia"] == ["d"]


def test_facts_are_read_as_rules_compare_them() -> None:
    people = pl.DataFrame(
        {"person_id": ["a", "b"], "tech_stack": [["Salesforce", None], []], "buying_role": ["Budget_Holder", None],
         "seniority": ["vp", "Student "]}
    )  # fmt: skip
    found = score(people, as_of=NOW).points
    fired = {person: found.filter(person_id=person)["rule"].to_list() for person in ("a", "b")}
    assert fired == {"a": ["access.budget_owner", "access.seniority", "fit.tech"], "b": ["neg.student"]}


def test_categories_are_read_as_text() -> None:
    evidence = EVIDENCE.with_columns(pl.col("person_id", "field").cast(pl.Categorical))
    assert decay(evidence, SETTINGS.decay, NOW).equals(decay(EVIDENCE, SETTINGS.decay, NOW))


# every call is one that the types forbid
WRONG: dict[str, tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any], str]] = {
    "lazy": (resolve, (LEADS.lazy(),), {}, "leads: expected a polars DataFrame, found polars LazyFrame; collect"),
    "rows": (resolve, ([{"lead_id": 1}],), {}, "leads: expected a polars DataFrame, found list; pl.DataFrame"),
    "threshold": (resolve, (LEADS,), {"threshold": "0.7"}, "threshold: expected a number, found str"),
    "threshold flag": (resolve, (LEADS,), {"threshold": True}, "threshold: expected a number, found bool"),
    "columns": (resolve, (LEADS,), {"columns": ["email"]}, "columns: expected column -> kind, .*, found list"),
    "nested": (resolve, (LEADS.with_columns(email=pl.concat_list("email")),), {}, r"'email': .*List\(String\)"),
    "address": (emails.validate, ("jo@x.example",), {}, "values: expected a polars Series, found str"),
    "addresses": (emails.validate, (LISTS,), {}, r"values: expected text, found List\(String\)"),
    "bytes": (emails.validate, (pl.Series([b"\xff"]),), {}, "values: expected text, found Binary that is none"),
    "company": (companies.normalise, (["Acme"],), {}, "values: expected a polars Series, found list"),
    "titles": (titles.classify, (pl.DataFrame({"title": ["VP"]}),), {}, "titles: .* take one column of it"),
    "bands": (bands.employees, (pl.DataFrame({"size": ["5"]}),), {}, "values: .*, found polars DataFrame"),
    "countries": (countries.to_iso2, ("DE",), {}, "values: expected a polars Series, found str"),
    "domains": (domains.company_domains, (None,), {}, "websites: .*, found NoneType"),
    "languages": (free_text.languages, (LISTS,), {}, r"texts: expected text, found List\(String\)"),
    "names": (names.clean, (pl.Series(["Ann"]),), {}, "frame: expected a polars DataFrame, found polars Series"),
    "numbers": (phones.validate, (["0151"], "DE"), {}, "numbers: expected a polars Series, found list; pl.Series"),
    "table": (phones.validate, (NUMBERS.to_frame(), "DE"), {}, "found polars DataFrame; take one column"),
    "regions": (phones.validate, (NUMBERS, ["DE"]), {}, "regions: expected one region .*, found list"),
    "people": (score, ({},), {"as_of": NOW}, "people: expected a polars DataFrame, found dict"),
    "events": (score, (PEOPLE, []), {"as_of": NOW}, "events: expected a polars DataFrame, found list"),
    "now": (score, (PEOPLE,), {"as_of": "2026"}, "as_of: expected a datetime .*, found str"),
    "model": (score, (PEOPLE,), {"as_of": NOW, "model": "seed"}, "model: expected ScoringConfig, found str"),
    "settings": (decay, (EVIDENCE, SETTINGS, NOW), {}, "config: expected DecayConfig, found leadgrade Settings"),
    "bytes of people": (
        resolve,
        (LEADS.with_columns(email=pl.Series([b"\xff", b"", None])),),
        {},
        "'email': expected text, found Binary",
    ),
    "no events": (consent, (PEOPLE, None, SETTINGS.consent, NOW), {}, "events: expected .*, found NoneType"),
}


@pytest.mark.parametrize("case", WRONG)
def test_another_type_is_named_with_what_was_expected(case: str) -> None:
    call, given, named, message = WRONG[case]
    with pytest.raises(TypeError, match=message):
        call(*given, **named)


UNREADABLE: dict[str, tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any], str]] = {
    "turned": (resolve, (LEADS,), {"columns": {"full_name": "email"}}, "a column stands before its kind"),
    "which column": (emails.validate, (pl.DataFrame({"id": [1], "mail": ["x"]}),), {}, "email_raw or email, found id, mail"),
    "no name": (names.clean, (pl.DataFrame({"name": ["x"]}),), {}, "expected one of first_name, .*, found name"),
    "profile": (score, (PEOPLE,), {"as_of": NOW, "profile": "b3b"}, "profile: expected b2b or b2c, found 'b3b'"),
    "words": (
        score, (PEOPLE.with_columns(employees=pl.lit("secret")),), {"as_of": NOW}, "people.employees: expected Int64"
    ),
    "text for a time": (
        decay, (EVIDENCE.with_columns(evidence_at=pl.lit("2025")), SETTINGS.decay, NOW), {}, "evidence_at: .*to_datetime"
    ),
    "number for a time": (
        decay, (EVIDENCE.with_columns(evidence_at=1735689600), SETTINGS.decay, NOW), {}, "evidence_at: .*from_epoch"
    ),
    "blank for nobody": (
        consent, (PEOPLE.with_columns(person_id=pl.lit(" ")), CONSENTS, SETTINGS.consent, NOW), {}, "person_id is missing"
    ),
    "flag": (
        consent, (PEOPLE.with_columns(email=pl.lit("jo@x.example"), is_free=pl.lit("yes")), CONSENTS, SETTINGS.consent, NOW),
        {}, "people.is_free: expected Boolean",
    ),
    "nobody": (decay, (EVIDENCE.with_columns(person_id=None), SETTINGS.decay, NOW), {}, r"evidence.person_id: 1 row\(s\)"),
    "twice": (
        consent, (PEOPLE.with_columns(person_id=pl.lit("a")), CONSENTS, SETTINGS.consent, NOW), {}, "person_id is not unique"
    ),
    "profile of consent": (consent, (PEOPLE, CONSENTS, SETTINGS.consent, NOW), {"profile": ""}, "profile: expected b2b"),
}  # fmt: skip


@pytest.mark.parametrize("case", UNREADABLE)
def test_what_cannot_be_read_is_named_without_its_values(case: str) -> None:
    call, given, named, message = UNREADABLE[case]
    with pytest.raises(ValueError, match=message) as error:
        call(*given, **named)
    assert "secret" not in str(error.value)
