"""Crowds of one network block, reach by channel, the one line a person, and the rules of the audit."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from leadgrade.engine.sqlfiles import SQL_ROOT
from leadgrade.run import Run
from tests.hygiene.reach_cases import CROWDS, REACH


def test_bursts_come_from_one_block_within_minutes(small_world: Run) -> None:
    found = small_world.engine.read("hygiene.risk").filter(signal="fast_burst")
    # two minutes apart are an office; nine are few; mail programs fetch through proxies that many share
    assert set(found["person_id"]) == {*CROWDS["block"], *CROWDS["six"], *CROWDS["mapped"]}
    assert not found["is_hard"].any()


@pytest.mark.parametrize("name", REACH)
def test_reach(small_world: Run, name: str) -> None:
    rows = small_world.engine.read("hygiene.reach").filter(person_id=name).sort("channel")
    assert rows["why_not"].to_list() == list(REACH[name][1:])
    assert rows["is_reachable"].to_list() == [why is None for why in REACH[name][1:]]
    person = small_world.engine.read("hygiene.people").filter(person_id=name).row(0, named=True)
    assert person["is_reachable"] == (None in REACH[name][1:])


def test_people(small_world: Run) -> None:
    people = {r["person_id"]: r for r in small_world.engine.read("hygiene.people").iter_rows(named=True)}
    assert len(people) == small_world.engine.count("people.golden")
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
    "consent_ledger_complete": "delete from hygiene.consent_ledger where entry = 1",
    "consent_state_known": "update hygiene.consent set state = 'maybe' where person_id = 'mail_only' and channel = 'email'",
    "decay_probability_range": "update hygiene.decay set p_valid = 1.5 where person_id = 'mail_only' and field = 'work_email'",
    "decay_field_once": "insert into hygiene.decay from hygiene.decay where person_id = 'mail_only' and field = 'work_email'",
    "reach_respects_consent": "update hygiene.reach set is_reachable = true where person_id = 'mail_unlawful'",
    "reach_person_channel_once": "delete from hygiene.reach where person_id = 'mail_only' and channel = 'phone'",
    "hygiene_person_once": "delete from hygiene.people where person_id = 'mail_only'",
    "decay_law_range": "update hygiene.decay_models set shape = -1 where field = 'industry' and segment = 'all'",
    "reverify_once": "insert into hygiene.reverify_queue from hygiene.reverify_queue where rank = 1",
    "gap_reason_known": "update hygiene.consent_gaps set reason = '' where reason = 'doi_missing' and person_id like '%lawful'",
}


def failures(run: Run, rule: dict[str, Any]) -> int:
    query = rule.get("query") or f"select {rule['key']} as key from {rule['table']} where {rule['where']}"
    return run.engine.collect(f"select count(*) as n from ({query})")["n"].item()


@pytest.mark.parametrize("name", CHECKS)
def test_checks(small_world: Run, name: str) -> None:
    rule, breaks = CHECKS[name], BREAKS.get(name)
    assert (breaks is not None) == rule.get("blocking", False)
    if breaks is None:
        assert failures(small_world, rule) <= small_world.engine.count(rule["table"])
        return
    assert failures(small_world, rule) == 0
    small_world.engine.sql("begin")
    small_world.engine.sql(breaks)
    found = failures(small_world, rule)
    small_world.engine.sql("rollback")
    assert found == 1
