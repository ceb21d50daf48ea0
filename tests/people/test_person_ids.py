"""The ids of people over the nights: they live on, are merged and split, and never come back."""

from __future__ import annotations

from leadgrade.audit.rules import load_rules
from leadgrade.run import Run
from tests.people.nights import DAY, ada, bo, next_night, people, persons
from tests.support import AS_OF


def test_ids_live_on_while_a_person_grows_and_shrinks(run: Run) -> None:
    first = people(persons(run, [ada("a5"), bo("b1")]))
    grown = people(persons(next_night(run), [ada("a1"), ada("a5"), ada("a9"), bo("b1")]))
    assert {grown[k] for k in ("a1", "a5", "a9")} == {first["a5"]}
    assert grown["b1"] == first["b1"]
    shrunk = people(persons(next_night(run, 2), [ada("a9"), bo("b1")]))
    assert shrunk["a9"] == first["a5"]
    assert run.engine.count("people.id_changes") == 0


def test_merged_people_keep_the_older_id_and_the_log_follows(run: Run) -> None:
    other = {
        "first_name": "Ada",
        "last_name": "Krog",
        "email": "adak77@z.example",
        "company_key": "zeta",
        "city": "Rome",
    }
    old = people(persons(run, [ada("z1")]))
    apart = people(persons(next_night(run), [ada("z1"), ada("a1", **other), ada("a2", **other)]))
    assert apart["z1"] == old["z1"] != apart["a1"]
    bridge = ada("m1", email="ada.krog@x.example", company_key="zeta", city="Rome", phone_e164="+4799887766")
    linked = [
        ada("z1", phone_e164="+4799887766"),
        ada("a1", **other, phone_e164="+4799887766"),
        ada("a2", **other),
        bridge,
    ]
    merged = people(persons(next_night(run, 2), linked))
    assert set(merged.values()) == {old["z1"]}
    wanted = {
        "old_person_id": apart["a1"],
        "new_person_id": old["z1"],
        "kind": "merged",
        "changed_at": AS_OF + 2 * DAY,
        "run_id": "run-2",
    }
    assert run.engine.read("people.id_changes").to_dicts() == [wanted]
    persons(next_night(run, 3), [bo("b1")])
    changes = {
        r["old_person_id"]: (r["new_person_id"], r["kind"]) for r in run.engine.read("people.id_changes").to_dicts()
    }
    assert changes == {apart["a1"]: (None, "removed"), old["z1"]: (None, "removed")}


def test_a_split_leaves_the_id_with_the_biggest_part(run: Run) -> None:
    together = people(persons(run, [ada("a1"), ada("a2"), ada("a3")]))
    assert len(set(together.values())) == 1
    split = people(persons(next_night(run), [bo("a1"), ada("a2"), ada("a3")]))
    assert split["a2"] == split["a3"] == together["a1"]
    # the natural id of a1 is taken by the others now
    assert split["a1"] not in together.values()
    rule = next(r for r in load_rules() if r.rule == "person_id_reused")
    assert run.engine.count(f"({rule.failures_query})") == 0


def test_a_removed_id_does_not_come_back(run: Run) -> None:
    first = people(persons(run, [ada("a1"), bo("b1")]))
    persons(next_night(run), [bo("b1")])
    again = people(persons(next_night(run, 2), [ada("a1"), bo("b1")]))
    assert again["a1"] != first["a1"]
    assert again["b1"] == first["b1"]


def test_the_same_night_twice_changes_nothing(run: Run) -> None:
    leads = [ada("a1"), ada("a2"), bo("b1")]
    first = persons(run, leads).engine.read("people.members").sort("lead_id")
    assert persons(run, list(reversed(leads))).engine.read("people.members").sort("lead_id").equals(first)
