"""The fold against a reference, the forecast against the future, and consent as a library."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from benchmarks.consent.compare import differences
from benchmarks.consent.crowd import people
from leadgrade import hygiene
from leadgrade.config import load_settings
from leadgrade.hygiene import steps
from leadgrade.hygiene.ledger import points
from tests.hygiene.world import PROOF, Case, ago, build
from tests.support import AS_OF, REPOSITORY

CONFIG = load_settings(REPOSITORY / "config")
EVENTS = {"person_id": pl.String, "channel": pl.String, "action": pl.String, "captured_at": pl.Datetime("us")}


def test_the_fold_agrees_with_the_reference() -> None:
    # the long form: python -m benchmarks.consent
    assert differences(people(1500, seed=11), CONFIG.consent) == []


# --- what comes to an end

GRANT = {"channel": "any", "action": "granted", "purpose": "news"} | PROOF
NOTICE = {"channel": "any", "action": "notice_given", "lawful_basis": "legitimate_interest", "captured_at": ago(9)}
MAIL = {"email": "ann@acme.com", "company_name": "Acme", "created_at": ago(20)}
CALL = {"phone_e164": "+14155550100", "phone_type": "mobile", "company_name": "Acme", "created_at": ago(20)}
# person -> when the channel is lost (days from as_of), by which reason; None: it is not
ENDS: dict[str, tuple[Case, str, float | None, str]] = {
    "consent_that_ends": (
        Case(MAIL | {"country": "CH"}, consents=[GRANT | {"captured_at": ago(9), "expires_at": ago(-20)}]),
        "email", 20, "ch_no_optin",
    ),
    "consent_that_nobody_asks_for": (
        Case(MAIL | {"country": "US"}, consents=[GRANT | {"captured_at": ago(9), "expires_at": ago(-20)}]), "email", None, "",
    ),
    "inquiry": (
        Case(MAIL | {"country": "CA"}, events=[{"type": "form_submit", "occurred_at": ago(150)}]),
        "email", 33, "casl_implied_expired_inquiry",
    ),
    "purchase": (
        Case(MAIL | {"country": "CA", "is_converted": True, "converted_at": ago(660)}),
        "email", 70, "casl_implied_expired_ebr",
    ),
    "purchase_that_lasts": (
        Case(MAIL | {"country": "CA", "is_converted": True, "converted_at": ago(600)}), "email", None, "",
    ),
    "screening": (
        Case(CALL | {"country": "GB"}, leads=[{"answers": '{"tps_screened_at":"2026-09-20"}'}]), "phone", 17, "tps_screen_stale",
    ),
    "screening_behind_a_consent": (
        Case(CALL | {"country": "GB"}, leads=[{"answers": '{"tps_screened_at":"2026-09-20"}'}],
             consents=[GRANT | {"captured_at": ago(9), "expires_at": ago(-50)}]),
        "phone", 50, "tps_screen_stale",
    ),
    "relationship": (
        Case(CALL | {"country": "US"}, events=[{"type": "form_submit", "occurred_at": ago(50)}]), "phone", 40, "dnc_screen_stale",
    ),
    "last_contact": (
        Case(MAIL | {"country": "FR", "job_title": "Buyer", "created_at": ago(1020)},
             consents=[NOTICE]),
        "email", 75, "retention_expired",
    ),
    "time_to_tell": (
        Case(MAIL | {"country": "NL"}, leads=[{"source_channel": "purchased_list"}],
             consents=[GRANT | {"captured_at": ago(9)}]),
        "email", 10, "art14_notice_overdue",
    ),
    "told_in_time": (
        Case(MAIL | {"country": "NL"}, leads=[{"source_channel": "purchased_list"}],
             consents=[GRANT | {"captured_at": ago(9)}, NOTICE]),
        "email", None, "",
    ),
    "lost_today": (
        Case(MAIL | {"country": "CH"}, consents=[GRANT | {"captured_at": ago(9), "expires_at": ago(0)}]), "email", None, "",
    ),
}  # fmt: skip
HORIZONS = (30, 60, 90)
WORLD = {name: case for name, (case, *_) in ENDS.items()}
MADE = (*steps.TOUCHES, *steps.LEDGER, *steps.CONSENT)


@pytest.fixture(scope="module")
def forecast(tmp_path_factory: pytest.TempPathFactory) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    run = build(tmp_path_factory.mktemp("now"), WORLD, only=MADE, settings=CONFIG)
    tables = tuple(run.engine.read(f"hygiene.{name}") for name in ("consent", "consent_expiries", "consent_forecast"))
    run.engine.close()
    return tables  # type: ignore[return-value]


@pytest.mark.parametrize("name", ENDS)
def test_what_comes_to_an_end(forecast: tuple[pl.DataFrame, ...], name: str) -> None:
    _, channel, days, reason = ENDS[name]
    found = (
        forecast[1].filter(person_id=name, channel=channel, severity="block").select("reason", "ends_at", "days_left")
    )
    assert found.rows() == ([] if days is None else [(reason, AS_OF + timedelta(days=days), days)])


@pytest.mark.parametrize("days", HORIZONS)
def test_the_forecast_is_what_the_night_then_finds(
    forecast: tuple[pl.DataFrame, ...], tmp_path: Path, days: int
) -> None:
    now, expiries, counted = forecast
    then = AS_OF + timedelta(days=days)
    run = build(tmp_path, WORLD, only=MADE, settings=CONFIG, as_of=then)
    later = run.engine.read("hygiene.consent", ["person_id", "channel", "is_usable"])
    run.engine.close()
    both = now.filter("is_usable").join(later, on=["person_id", "channel"], suffix="_then")
    lost = both.filter(~pl.col("is_usable_then"))
    foretold = expiries.filter((pl.col("severity") == "block") & (pl.col("ends_at") <= then))
    assert set(foretold.select("person_id", "channel").rows()) == set(lost.select("person_id", "channel").rows())
    figures = counted.filter(horizon_days=days)
    assert (figures["usable"].sum(), figures["lost"].sum()) == (both.height, lost.height)


# --- as a library


def test_order_of_the_rows_does_not_matter() -> None:
    rows = [
        (f"p{n % 40}", "email", action, ago(n))
        for n, action in enumerate(["granted", "withdrawn", "implied", "denied"] * 30)
    ]
    crowd = pl.DataFrame({"person_id": [f"p{n}" for n in range(40)], "email": "a@acme.nl", "country": "NL"})
    first, second = (
        hygiene.consent(crowd, pl.DataFrame(part, schema=EVENTS, orient="row"), CONFIG.consent, AS_OF).drop("evidence")
        for part in (rows, rows[::-1])
    )
    assert first.equals(second)


def test_library_needs_its_columns() -> None:
    with pytest.raises(ValueError, match="events: columns missing: action, captured_at"):
        hygiene.consent(
            pl.DataFrame({"person_id": ["p"]}),
            pl.DataFrame({"person_id": ["p"], "channel": ["email"]}),
            CONFIG.consent,
            datetime(2026, 1, 1),
        )


def test_library_reads_a_no_in_the_spellings_of_files() -> None:
    spelled = {"p1": ("email", "withdrawn"), "p2": ("E-Mail", "Unsubscribed"), "p3": ("e_mail", "opt out")}
    persons = pl.DataFrame({"person_id": list(spelled), "email": [f"{p}@acme.test" for p in spelled], "country": "US"})
    said = pl.DataFrame([(p, *words, ago(9)) for p, words in spelled.items()], schema=EVENTS, orient="row")
    found = hygiene.consent(persons, said, CONFIG.consent, AS_OF).filter(channel="email")
    assert found.select("state", "is_usable").rows() == [("withdrawn", False)] * 3
    flags = persons.with_columns(consent_status=pl.Series(["denied", "Opted out", "consent denied"]))
    found = hygiene.consent(flags, said.clear(), CONFIG.consent, AS_OF).filter(channel="email")
    assert found.select("state", "is_usable").rows() == [("denied", False)] * 3


@pytest.mark.parametrize(
    ("channel", "action", "message"),
    [
        ("email", "never again", r"events.action: 1 row\(s\) with another word than: granted, denied, withdrawn"),
        ("fax", "granted", r"events.channel: 1 row\(s\) with another word than: email, phone"),
    ],
)
def test_library_refuses_a_word_that_may_be_a_no(channel: str, action: str, message: str) -> None:
    said = pl.DataFrame([("p", channel, action, ago(9))], schema=EVENTS, orient="row")
    with pytest.raises(ValueError, match=message):
        hygiene.consent(pl.DataFrame({"person_id": ["p"]}), said, CONFIG.consent, AS_OF)


def test_library_knows_private_mailboxes() -> None:
    person = {
        "person_id": "p",
        "email": "a@mail.test",
        "country": "GB",
        "company_name": "Shop",
        "is_free": True,
        "is_corporate": False,
    }
    result = hygiene.consent(pl.DataFrame([person]), pl.DataFrame(schema=EVENTS), CONFIG.consent, AS_OF)
    assert result.filter(channel="email")["gaps"].to_list() == [["pecr_no_optin"]]


# --- contact points in their normal form

NUMBERS = {
    ("+49 (0) 30 / 123456", None): "+4930123456",
    ("030 123456", "DE"): "+4930123456",
    ("0049 30 123456", "BR"): "+4930123456",
    ("+1 212 662 6475 x499", None): "+12126626475",
    ("call Ann", "DE"): None,
    ("12", "DE"): "12",
    (None, "DE"): None,
}


def test_numbers() -> None:
    typed, regions = (pl.Series([pair[n] for pair in NUMBERS], dtype=pl.String) for n in (0, 1))
    assert points.normal_phones(typed, regions).to_list() == list(NUMBERS.values())


def test_addresses() -> None:
    typed = pl.Series([" Ann@ACME.com ", "not one", "", None, "ann@BÜCHER.example"])
    assert points.normal_emails(typed).to_list() == ["ann@acme.com", "not one", None, None, "ann@bücher.example"]
