"""Crowds of one network block, reach by channel, the one line a person, and the rules of the audit."""

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


def visit(kind: str = "page_view", days: float = 3, **more: Any) -> dict[str, Any]:
    return {"type": kind, "occurred_at": ago(days)} | more




def crowd(name: str, address: str, minutes: float, size: int = 11, **more: Any) -> dict[str, Case]:
    """People who came one after the other, so many minutes apart; {} in the address is the number of each."""
    return {
        f"{name}{n}": Case(
            MAIL | {"email": f"{name}{n}@acme.com"},
            events=[visit(ip=address.format(n + 1), days=3 - n * minutes / 1440, **more)],
        )
        for n in range(size)
    }


CROWDS = {
    "block": crowd("block", "203.0.113.{}", 1),
    "six": crowd("six", "2001:db8:0:7::{}", 1),
    "mapped": crowd("mapped", "::ffff:198.18.4.{}", 1),
    "office": crowd("office", "198.51.100.{}", 2),
    "few": crowd("few", "192.0.2.{}", 0.5, size=9),
    "scattered": crowd("scattered", "10.{}.0.9", 1),
    "mailed": crowd("mailed", "198.18.0.{}", 1, kind="email_open"),
    "long": crowd("long", "2001:db8:{}:8::1", 1),
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
    named = {name: row[0] for name, row in REACH.items()}
    crowds = {name: case for people in CROWDS.values() for name, case in people.items()}
    run = build(tmp_path_factory.mktemp("risk"), named | crowds, settings=settings)
    yield run
    run.engine.close()


def test_bursts_come_from_one_block_within_minutes(world: Run) -> None:
    found = world.engine.read("hygiene.risk").filter(signal="fast_burst")
    # two minutes apart are an office; nine are few; mail programs fetch through proxies that many share
    assert set(found["person_id"]) == {*CROWDS["block"], *CROWDS["six"], *CROWDS["mapped"]}
    assert not found["is_hard"].any()


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


CHECKS: dict[str, Any] = yaml.safe_load((SQL_ROOT / "checks" / "hygiene.yaml").read_text(encoding="utf-8"))
# check -> a statement that breaks it once
BREAKS = {
    "consent_state_known": "update hygiene.consent set state = 'maybe' where person_id = 'mail_only' and channel = 'email'",
    "decay_probability_range": "update hygiene.decay set p_valid = 1.5 where person_id = 'mail_only' and field = 'work_email'",
    "decay_field_once": "insert into hygiene.decay from hygiene.decay where person_id = 'mail_only' and field = 'work_email'",
    "reach_respects_consent": "update hygiene.reach set is_reachable = true where person_id = 'mail_unlawful'",
    "reach_person_channel_once": "delete from hygiene.reach where person_id = 'mail_only' and channel = 'phone'",
    "hygiene_person_once": "delete from hygiene.people where person_id = 'mail_only'",
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
