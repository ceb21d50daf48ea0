"""Risk signals, reach by channel, and the one line a person."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from leadgrade.config import load_settings
from leadgrade.engine.sqlfiles import SQL_ROOT
from leadgrade.run import Run
from tests.hygiene.world import Case, ago, build
from tests.support import REPOSITORY

MAIL = {"email": "ann@acme.com", "country": "US", "full_name": "Ann Ba", "created_at": ago(30)}
HEADLESS = "Mozilla/5.0 (X11) HeadlessChrome/120"
BROWSER = "Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 Version/17.0 Safari/605.1.15"


def visit(kind: str = "page_view", days: float = 3, **more: Any) -> dict[str, Any]:
    return {"type": kind, "occurred_at": ago(days)} | more


# person -> signals, '!' marks a hard one; spam or not
RISKS: dict[str, tuple[Case, str, bool]] = {
    "nothing": (Case(MAIL | {"free_text": "We want to move 40 seats before May."}), "", False),
    "browser": (Case(MAIL, events=[visit(user_agent=BROWSER)]), "", False),
    "scanner_clicks": (Case(MAIL, events=[visit("email_click", user_agent=HEADLESS)]), "bot_user_agent", False),
    "bot_fills_a_form": (Case(MAIL, events=[visit("form_submit", user_agent=HEADLESS)]), "bot_user_agent!", True),
    "known_bot_visit": (Case(MAIL, events=[visit("web_visit_bot")]), "bot_user_agent", False),
    "disposable": (Case(MAIL, email={"is_disposable": True, "is_corporate": False}), "disposable_email!", True),
    "link_in_name": (Case(MAIL | {"full_name": "Win https://x.test"}), "spam_text!", True),
    "phrase": (Case(MAIL | {"free_text": "we do SEO services"}), "spam_text", False),
    "phrase_and_link": (Case(MAIL | {"free_text": "Buy backlinks at www.x.test"}), "spam_text!", True),
    "link_alone": (Case(MAIL | {"free_text": "our site is https://acme.com"}), "", False),
    "mashed_name": (Case(MAIL, leads=[{"name_issue": "gibberish"}]), "gibberish_name!", True),
    "mashed_beside_a_good_name": (Case(MAIL, leads=[{}, {"name_issue": "gibberish"}]), "", False),
    "placeholder_name": (Case(MAIL, leads=[{"name_issue": "placeholder"}]), "placeholder_contact", False),
    "placeholder_mail": (Case(MAIL, email={"is_placeholder": True}), "placeholder_contact", False),
    "two_soft_signs": (
        Case(MAIL | {"free_text": "bitcoin trading"}, email={"is_placeholder": True}),
        "placeholder_contact spam_text",
        True,
    ),
    "competitor_domain": (Case(MAIL | {"email": "ann@mail.rivalware.com"}), "competitor!", False),
    "competitor_account": (Case(MAIL, account={"is_competitor": True}), "competitor!", False),
    "own_people": (Case(MAIL | {"email": "ann@own.test"}), "internal!", False),
    "student": (Case(MAIL | {"seniority": "student"}), "student", False),
    "student_title": (Case(MAIL | {"job_title": "PhD student"}, email={"is_academic": True}), "student", False),
    "academic_address_alone": (Case(MAIL | {"job_title": "Professor"}, email={"is_academic": True}), "", False),
    "honeypot": (Case(MAIL, leads=[{"answers": '{"Website URL confirm":"x"}'}]), "honeypot!", True),
    "empty_honeypot": (Case(MAIL, leads=[{"answers": '{"website_url_confirm":"","city":"Rome"}'}]), "", False),
}
BURST = {
    f"burst{n}": Case(MAIL | {"email": f"a{n}@acme.com"}, events=[visit(ip="203.0.113.9", days=3 - n / 1440)])
    for n in range(11)
}
SLOW = {
    f"slow{n}": Case(MAIL | {"email": f"b{n}@acme.com"}, events=[visit(ip="203.0.113.8", days=3 - n / 720)])
    for n in range(11)
}
PHONE = {
    "phone_e164": "+14155550100",
    "phone_type": "fixed_line",
    "country": "US",
    "company_name": "Acme",
    "created_at": ago(30),
}
BOUNCE = {"type": "email_bounce", "bounce_kind": "hard", "occurred_at": ago(2)}

# person -> why not on e-mail, why not on the phone
REACH: dict[str, tuple[Case, str | None, str | None]] = {
    "reachable": (Case(MAIL | PHONE), None, None),
    "mail_only": (Case(MAIL), None, "no_contact"),
    "mail_invalid": (Case({"created_at": ago(9)}, leads=[{"email_raw": "ann@@acme"}]), "invalid", "no_contact"),
    "mail_made_up": (Case(MAIL, email={"is_placeholder": True}), "invalid", "no_contact"),
    "mail_bounced": (Case(MAIL, events=[BOUNCE]), "bounced", "no_contact"),
    "mail_too_old": (Case(MAIL | {"created_at": ago(5000)}), "dead", "no_contact"),
    "mail_unlawful": (Case(MAIL | {"country": "DE"}), "consent", "no_contact"),
    "wrong_number": (
        Case(PHONE, activities=[{"channel": "call", "outcome": "wrong_number", "occurred_at": ago(2)}]),
        "no_contact",
        "bounced",
    ),
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    settings = load_settings(REPOSITORY / "config")
    object.__setattr__(settings, "run", settings.run.model_copy(update={"internal_domains": ["own.test"]}))
    named = {name: row[0] for name, row in (RISKS | REACH).items()}
    run = build(tmp_path_factory.mktemp("risk"), named | BURST | SLOW, settings=settings)
    yield run
    run.engine.close()


@pytest.mark.parametrize("name", RISKS)
def test_signals(world: Run, name: str) -> None:
    _, expected, is_spam = RISKS[name]
    rows = world.engine.read("hygiene.risk").filter(person_id=name).iter_rows(named=True)
    assert sorted(r["signal"] + ("!" if r["is_hard"] else "") for r in rows) == sorted(expected.split())
    person = world.engine.read("hygiene.people").filter(person_id=name).row(0, named=True)
    assert (person["is_spam"], person["hard_risks"]) == (is_spam, expected.count("!"))


def test_burst_of_one_address(world: Run) -> None:
    found = world.engine.read("hygiene.risk").filter(signal="fast_burst")
    # eleven a minute apart are a burst; eleven two minutes apart are an office
    assert sorted(found["person_id"]) == sorted(BURST)


@pytest.mark.parametrize("name", REACH)
def test_reach(world: Run, name: str) -> None:
    rows = world.engine.read("hygiene.reach").filter(person_id=name).sort("channel")
    assert rows["why_not"].to_list() == list(REACH[name][1:])
    assert rows["is_reachable"].to_list() == [why is None for why in REACH[name][1:]]
    person = world.engine.read("hygiene.people").filter(person_id=name).row(0, named=True)
    assert person["is_reachable"] == (None in REACH[name][1:])


def test_people(world: Run) -> None:
    people = {r["person_id"]: r for r in world.engine.read("hygiene.people").iter_rows(named=True)}
    assert len(people) == world.engine.count("people.golden")
    shown = {name: people[name] for name in ("mail_bounced", "mail_unlawful", "reachable")}
    assert {n: (r["is_decayed"], r["decayed_field"]) for n, r in shown.items()} == {
        "mail_bounced": (True, "work_email"),
        "mail_unlawful": (False, None),
        "reachable": (False, None),
    }
    assert (people["mail_bounced"]["p_record"], people["mail_unlawful"]["blocking_gaps"]) == (0.0, 2)
    assert people["mail_unlawful"]["gaps"] == 3


def test_evidence_never_holds_a_value(world: Run) -> None:
    evidence = world.engine.read("hygiene.risk")["evidence"]
    assert not evidence.str.contains("@|https|acme|203").any()


CHECKS: dict[str, Any] = yaml.safe_load((SQL_ROOT / "checks" / "hygiene.yaml").read_text(encoding="utf-8"))
# check -> a statement that breaks it once
BREAKS = {
    "consent_state_known": "update hygiene.consent set state = 'maybe' where person_id = 'nothing' and channel = 'email'",
    "decay_probability_range": "update hygiene.decay set p_valid = 1.5 where person_id = 'nothing' and field = 'work_email'",
    "decay_field_once": "insert into hygiene.decay from hygiene.decay where person_id = 'nothing' and field = 'work_email'",
    "reach_respects_consent": "update hygiene.reach set is_reachable = true where person_id = 'mail_unlawful'",
    "reach_person_channel_once": "delete from hygiene.reach where person_id = 'nothing' and channel = 'phone'",
    "hygiene_person_once": "delete from hygiene.people where person_id = 'nothing'",
    "gap_reason_known": "update hygiene.consent_gaps set reason = '' where reason = 'doi_missing' and person_id like '%lawful'",
}


def failures(run: Run, rule: dict[str, Any]) -> int:
    query = rule.get("query") or f"select {rule['key']} as key from {rule['table']} where {rule['where']}"
    return run.engine.collect(f"select count(*) as n from ({query})")["n"].item()


@pytest.mark.parametrize("name", CHECKS)
def test_checks(world: Run, name: str) -> None:
    rule, breaks = CHECKS[name], BREAKS.get(name)
    assert (breaks is not None) == rule["blocking"]
    if breaks is None:
        assert failures(world, rule) <= world.engine.count(rule["table"])
        return
    assert failures(world, rule) == 0
    world.engine.sql("begin")
    world.engine.sql(breaks)
    found = failures(world, rule)
    world.engine.sql("rollback")
    assert found == 1
