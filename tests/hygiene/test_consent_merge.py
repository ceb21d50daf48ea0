"""How events, leads and countries of one person become one answer."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import polars as pl
import pytest

from leadgrade import hygiene
from leadgrade.config import load_settings
from tests.hygiene.test_consent_gaps import CALL, FREE, MAIL, grant, mail
from tests.hygiene.world import PROOF, Case, ago, build
from tests.support import AS_OF, REPOSITORY

CONFIG = load_settings(REPOSITORY / "config")


def event(action: str, days: float, **more: Any) -> dict[str, Any]:
    return {"channel": "email", "action": action, "captured_at": ago(days)} | more


# person -> state on the channel, and the deciding record
CASES: dict[str, tuple[Case, str, str, str | None]] = {
    "latest_wins": (Case(mail("NL"), consents=[grant(9), grant(5)]), "email", "granted_proven", "c_latest_wins_1"),
    "stop_absorbs_a_claim": (
        Case(mail("NL"), consents=[event("withdrawn", 9), event("claimed_unproven", 5)]),
        "email",
        "withdrawn",
        "c_stop_absorbs_a_claim_0",
    ),
    "stop_absorbs_an_unproven_grant": (
        Case(mail("NL"), consents=[event("withdrawn", 9), event("granted", 5)]),
        "email",
        "withdrawn",
        "c_stop_absorbs_an_unproven_grant_0",
    ),
    "newer_proof_lifts_a_stop": (
        Case(mail("NL"), consents=[event("withdrawn", 9), grant(5)]),
        "email",
        "granted_proven",
        "c_newer_proof_lifts_a_stop_1",
    ),
    "proof_of_the_same_time_does_not": (
        Case(mail("NL"), consents=[event("withdrawn", 9), grant(9)]),
        "email",
        "withdrawn",
        "c_proof_of_the_same_time_does_not_0",
    ),
    "proof_stays_after_a_claim": (
        Case(mail("NL"), consents=[grant(9), event("claimed_unproven", 5)]),
        "email",
        "granted_proven",
        "c_proof_stays_after_a_claim_0",
    ),
    "expired_on_record": (
        Case(mail("NL"), consents=[grant(9), event("expired", 5)]),
        "email",
        "expired",
        "c_expired_on_record_1",
    ),
    "expired_by_date": (
        Case(mail("NL"), consents=[grant(9, expires_at=ago(1))]),
        "email",
        "expired",
        "c_expired_by_date_0",
    ),
    "renewed": (
        Case(mail("NL"), consents=[grant(90, expires_at=ago(60)), grant(30, action="renewed")]),
        "email",
        "granted_proven",
        "c_renewed_1",
    ),
    "future_grant_is_ignored": (
        Case(mail("NL"), consents=[grant(-3), event("denied", 9)]),
        "email",
        "denied",
        "c_future_grant_is_ignored_1",
    ),
    "any_covers_the_channel": (
        Case(mail("NL"), consents=[grant(9, channel="any")]),
        "email",
        "granted_proven",
        "c_any_covers_the_channel_0",
    ),
    "other_channel_does_not": (Case(mail("NL"), consents=[grant(9, channel="sms")]), "email", "unknown", None),
    "older_version_is_not_read": (
        Case(mail("NL"), consents=[event("withdrawn", 1, _stale=True), grant(9)]),
        "email",
        "granted_proven",
        "c_older_version_is_not_read_1",
    ),
    # --- one address at a time
    "grant_for_another_address": (
        Case(mail("NL"), consents=[grant(9, subject_email="other@acme.com")]),
        "email",
        "unknown",
        None,
    ),
    "grant_for_the_address_as_typed": (
        Case(mail("NL"), consents=[grant(9, subject_email=" Ann@ACME.com ")]),
        "email",
        "granted_proven",
        "c_grant_for_the_address_as_typed_0",
    ),
    "grant_for_a_lead_with_another_address": (
        Case(
            mail("NL"),
            leads=[{}, {"email": "other@acme.com"}],
            consents=[grant(9, subject_id="grant_for_a_lead_with_another_address-1")],
        ),
        "email",
        "unknown",
        None,
    ),
    "withdrawal_for_another_address_counts": (
        Case(mail("NL"), consents=[grant(9), event("withdrawn", 5, subject_email="other@acme.com")]),
        "email",
        "withdrawn",
        "c_withdrawal_for_another_address_counts_1",
    ),
    "grant_for_the_number": (
        Case(CALL | {"country": "US"}, consents=[grant(9, channel="phone", subject_phone="(415) 555-0100")]),
        "phone",
        "granted_proven",
        "c_grant_for_the_number_0",
    ),
    "grant_for_another_number": (
        Case(CALL | {"country": "US"}, consents=[grant(9, channel="phone", subject_phone="415 555 0199")]),
        "phone",
        "not_required",
        None,
    ),
    # --- flags and lists
    "opt_out_of_any_lead": (
        Case(mail("US"), leads=[{}, {"email_opt_out": True, "created_at": ago(60)}]),
        "email",
        "withdrawn",
        "lead:opt_out_of_any_lead-1",
    ),
    "opt_out_without_a_date_outlives_a_grant": (
        Case(mail("US"), leads=[{}, {"email_opt_out": True}], consents=[grant(1)]),
        "email",
        "withdrawn",
        "lead:opt_out_without_a_date_outlives_a_grant-1",
    ),
    "grant_after_the_opt_out": (
        Case(mail("US"), leads=[{}, {"email_opt_out": True, "created_at": ago(60)}], consents=[grant(9)]),
        "email",
        "granted_proven",
        "c_grant_after_the_opt_out_0",
    ),
    "opt_out_of_mail_leaves_calls": (
        Case(MAIL | CALL | {"country": "US"}, leads=[{"email_opt_out": True}]),
        "phone",
        "not_required",
        None,
    ),
    "no_calls": (
        Case(CALL | {"country": "US"}, leads=[{"phone_opt_out": True}]),
        "phone",
        "withdrawn",
        "lead:no_calls-0",
    ),
    "denied_flag": (Case(mail("US"), leads=[{"consent_status": "denied"}]), "email", "denied", "lead:denied_flag-0"),
    "claim": (Case(mail("US"), leads=[{"consent_status": "claimed"}]), "email", "claimed_unproven", "lead:claim-0"),
    "opt_in_without_its_text": (
        Case(mail("DE"), leads=[{"double_opt_in_at": ago(9)}]),
        "email",
        "granted_unproven",
        "lead:opt_in_without_its_text-0",
    ),
    "unsubscribed": (
        Case(mail("US"), events=[{"type": "unsubscribe", "occurred_at": ago(9)}]),
        "email",
        "withdrawn",
        "e_unsubscribed_0",
    ),
    "reported_as_spam": (
        Case(mail("US"), events=[{"type": "spam_report", "occurred_at": ago(9)}]),
        "email",
        "objected",
        "e_reported_as_spam_0",
    ),
    "suppression_that_ended": (
        Case(mail("US"), suppressions=[{"reason": "manual", "added_at": ago(9), "expires_at": ago(1)}]),
        "email",
        "not_required",
        None,
    ),
    "bounce_is_no_objection": (
        Case(mail("US"), suppressions=[{"reason": "hard_bounce", "added_at": ago(9)}]),
        "email",
        "not_required",
        None,
    ),
    "colleague_of_a_suppressed_domain": (
        Case({"email": "bo@leave-us.test", "country": "US", "company_name": "Leave us"}),
        "email",
        "withdrawn",
        "s_suppressed_domain_0",
    ),
    "suppressed_domain": (
        Case(
            mail("US"),
            suppressions=[
                {"reason": "manual", "scope": "domain", "subject_email": "any@Leave-Us.test", "added_at": ago(9)},
            ],
        ),
        "email",
        "withdrawn",
        "s_suppressed_domain_0",
    ),
    "inquiry_before_a_bare_claim": (
        Case(
            mail("CA"),
            leads=[{"consent_status": "claimed"}],
            events=[{"type": "form_submit", "occurred_at": ago(20)}],
        ),
        "email",
        "implied",
        None,
    ),
    "on_the_register": (
        Case(CALL | {"country": "GB"}, suppressions=[{"reason": "tps", "channel": "phone", "added_at": ago(9)}]),
        "phone",
        "denied",
        "s_on_the_register_0",
    ),
}

# person -> rule set named, its evidence, and whether the address may be used
PLACES: dict[str, tuple[Case, str, str, bool]] = {
    "country_only": (Case(mail("US")), "US CAN-SPAM", "country", True),
    "german_number": (Case(mail("US", phone_region="DE")), "DE UWG", "phone", False),
    "german_domain": (Case(MAIL | {"email": "ann@acme.de", "country": "US"}), "DE UWG", "domain", False),
    "domain_that_everybody_uses": (
        Case(MAIL | {"email": "ann@acme.io", "country": "US"}),
        "US CAN-SPAM",
        "country",
        True,
    ),
    "british_domain": (Case(MAIL | {"email": "ann@acme.co.uk", "country": "US"}), "UK GDPR/PECR", "domain", True),
    "country_from_phone": (Case(mail("DE", country_from="phone")), "DE UWG", "phone", False),
    "uncovered_number_beside_a_country": (Case(mail("US", phone_region="MX")), "US CAN-SPAM", "country", True),
    "nowhere": (Case(mail(None)), "DE UWG", "none", False),
}


@pytest.fixture(scope="module")
def consent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[pl.DataFrame]:
    cases = {name: row[0] for name, row in (CASES | PLACES).items()}
    run = build(tmp_path_factory.mktemp("merge"), cases)
    yield run.engine.read("hygiene.consent")
    run.engine.close()


@pytest.mark.parametrize("name", CASES)
def test_merge(consent: pl.DataFrame, name: str) -> None:
    _, channel, state, evidence = CASES[name]
    row = consent.filter(person_id=name, channel=channel).row(0, named=True)
    assert (row["state"], row["evidence"]) == (state, evidence)


@pytest.mark.parametrize("name", PLACES)
def test_place(consent: pl.DataFrame, name: str) -> None:
    _, jurisdiction, evidence, is_usable = PLACES[name]
    row = consent.filter(person_id=name, channel="email").row(0, named=True)
    assert (row["jurisdiction"], row["jurisdiction_from"], row["is_usable"]) == (jurisdiction, evidence, is_usable)


STOPS = {"withdrawn": "withdrawn", "objected": "objected", "denied": "denied"}


def fold(history: list[dict[str, Any]]) -> str:
    """The rule in plain steps: walk through the events in time; at one time, what restricts comes last."""
    stopped, positives, ended = None, [], False
    order = {
        "granted": 0,
        "implied": 0,
        "claimed_unproven": 0,
        "expired": 1,
        "denied": 2,
        "withdrawn": 3,
        "objected": 4,
    }
    for item in sorted(history, key=lambda e: (e["captured_at"], order[e["action"]])):
        action, is_proven = item["action"], item["action"] == "granted" and item["text_version"] is not None
        if item["captured_at"] > AS_OF:
            continue
        if action in STOPS:
            stopped, positives, ended = STOPS[action], [], False
        elif action == "expired":
            positives, ended = [], True
        else:
            positives.append(item)
            stopped = None if is_proven else stopped
    if stopped:
        return stopped
    live = [p for p in positives if not (p["expires_at"] and p["expires_at"] <= AS_OF)]
    if not live:
        return "expired" if positives or ended else "unknown"
    if any(p["action"] == "granted" and p["text_version"] for p in live):
        return "granted_proven"
    last = max(live, key=lambda p: p["captured_at"])
    return {"granted": "granted_unproven"}.get(last["action"], last["action"])


def histories(people: int) -> list[dict[str, Any]]:
    """Random histories; the times of one person differ, so that no tie is left to taste."""
    dice = random.Random(7)
    actions = ["granted", "granted", "implied", "claimed_unproven", "withdrawn", "denied", "objected", "expired"]
    rows = []
    for person in range(people):
        for day in dice.sample(range(-3, 40), dice.randint(0, 6)):
            proof = PROOF | {"text_version": dice.choice(["v1", None])}
            end = dice.choice([None, None, ago(day) + timedelta(days=dice.randint(1, 60))])
            rows.append({"person_id": f"p{person}", "expires_at": end} | event(dice.choice(actions), day) | proof)
    return rows


def test_fold_agrees_with_the_reference() -> None:
    rows = [
        r if r["captured_at"] <= AS_OF or r["action"] not in STOPS else r | {"captured_at": AS_OF}
        for r in histories(400)
    ]
    people = pl.DataFrame(
        {"person_id": [f"p{i}" for i in range(400)], "email": "a@acme.nl", "country": "NL", "is_corporate": True}
    )
    events = pl.DataFrame(rows, schema_overrides={"expires_at": pl.Datetime("us"), "captured_at": pl.Datetime("us")})
    result = hygiene.consent(people, events, CONFIG.consent, AS_OF).filter(channel="email")
    expected = {f"p{i}": fold([r for r in rows if r["person_id"] == f"p{i}"]) for i in range(400)}
    assert dict(result.select("person_id", "state").iter_rows()) == expected
    assert len(set(expected.values())) == 9


def test_order_of_the_rows_does_not_matter() -> None:
    rows = histories(60)
    people = pl.DataFrame({"person_id": [f"p{i}" for i in range(60)], "email": "a@acme.nl", "country": "NL"})
    schema = {"expires_at": pl.Datetime("us")}
    first, second = (
        hygiene.consent(people, pl.DataFrame(r, schema_overrides=schema), CONFIG.consent, AS_OF).drop("evidence")
        for r in (rows, rows[::-1])
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


def test_library_knows_private_mailboxes() -> None:
    people = pl.DataFrame(
        {
            "person_id": ["p"],
            "email": ["a@mail.test"],
            "country": ["GB"],
            "company_name": ["Shop"],
            **{k: [v] for k, v in FREE.items()},
        }
    )
    events = pl.DataFrame(
        schema={"person_id": pl.String, "channel": pl.String, "action": pl.String, "captured_at": pl.Datetime("us")}
    )
    result = hygiene.consent(people, events, CONFIG.consent, AS_OF)
    assert result.filter(channel="email")["gaps"].to_list() == [["pecr_no_optin"]]
