"""The queue of people who may be one: who is in it, what it says, and what a decision takes out of it."""

from __future__ import annotations

import re
from typing import Any

import pytest

from leadgrade.engine import sql_file
from leadgrade.people import decide
from leadgrade.people.decide import Named
from leadgrade.people.model import fields, levels
from leadgrade.run import Run
from tests.people.nights import ada, bo, next_night, night, people
from tests.support import AS_OF, make_table

TABLES = ("people.pairs", "people.members", "people.features", "people.decided_pairs")


def pair(a: str, b: str, probability: float, decision: str = "review", evidence: str = "{}") -> dict[str, Any]:
    return {
        "lead_id_a": a,
        "lead_id_b": b,
        "match_probability": probability,
        "match_weight": 10 * probability,
        "decision": decision,
        "evidence": evidence,
    }


def queue(
    run: Run, of: dict[str, str], pairs: list[dict[str, Any]], decided: list[tuple[int, int, float]] = ()
) -> list:
    """people.review of these pairs; record numbers are those of the leads in their order."""
    make_table(run.engine, "people.pairs", pairs)
    make_table(run.engine, "people.members", [{"lead_id": lead, "person_id": person} for lead, person in of.items()])
    make_table(run.engine, "people.features", [{"lead_id": lead, "record": n} for n, lead in enumerate(sorted(of), 1)])
    rows = [{"record_a": a, "record_b": b, "match_weight": weight} for a, b, weight in decided]
    make_table(run.engine, "people.decided_pairs", rows)
    run.engine.materialize("people.review", sql_file("people.review").query)
    return run.engine.read("people.review").sort("worth", "review_id", descending=True).to_dicts()


def test_one_row_for_two_people_and_the_surest_pair_speaks(run: Run) -> None:
    of = {"a1": "p1", "a2": "p1", "b1": "p2", "b2": "p2", "c1": "p3"}
    pairs = [pair("a1", "a2", 0.99, "match"), pair("a1", "b1", 0.4), pair("a2", "b1", 0.5), pair("b2", "c1", 0.31)]
    rows = queue(run, of, pairs)
    told = [(r["person_id_a"], r["person_id_b"], r["lead_id_a"], r["lead_id_b"], r["pairs"], r["leads"]) for r in rows]
    assert told == [("p1", "p2", "a2", "b1", 2, 4), ("p2", "p3", "b2", "c1", 1, 3)]
    assert [(r["why"], r["worth"]) for r in rows] == [("unsure", 2.0), ("unsure", pytest.approx(1.356))]
    assert all(re.fullmatch("r_[0-9a-f]{10}", r["review_id"]) for r in rows)


def test_a_match_that_other_leads_hold_apart_is_worth_a_look(run: Run) -> None:
    (row,) = queue(run, {"a1": "p1", "b1": "p2"}, [pair("a1", "b1", 0.97, "match")])
    assert (row["why"], row["worth"]) == ("held_apart", 1.0)


def test_who_was_decided_about_does_not_wait(run: Run) -> None:
    """Records 1 and 3 were parted: a1 and b1; that settles it for all leads of the two people."""
    of = {"a1": "p1", "a2": "p1", "b1": "p2", "b2": "p2", "c1": "p3"}
    pairs = [pair("a2", "b2", 0.5), pair("a2", "c1", 0.5)]
    rows = queue(run, of, pairs, [(1, 3, -1e12), (2, 5, 1e12)])
    assert [(r["person_id_a"], r["person_id_b"]) for r in rows] == [("p1", "p3")]


def test_what_agrees_and_what_differs_is_told_by_level(run: Run) -> None:
    evidence = (
        '{"first_name":"same","last_name":"typo","email":"same_name","phone":"different","company":"same_domain"}'
    )
    (row,) = queue(run, {"a1": "p1", "b1": "p2"}, [pair("a1", "b1", 0.5, evidence=evidence)])
    assert (row["agrees"], row["is_close"], row["differs"]) == (
        "first_name, company",
        "last_name typo, email same_name",
        "phone",
    )


def test_every_level_is_told_once(run: Run) -> None:
    plain = {(f, level.removeprefix("near_")) for f in fields() for level in levels(f)[:-1]}
    of = {f"a{n}": f"p{n}" for n in range(2 * len(plain))}
    pairs = [
        pair(f"a{2 * n}", f"a{2 * n + 1}", 0.5, evidence=f'{{"{f}":"{level}"}}') for n, (f, level) in enumerate(plain)
    ]
    rows = queue(run, of, pairs)
    assert len(rows) == len(plain)
    assert {sum(bool(row[name]) for name in ("agrees", "is_close", "differs")) for row in rows} == {1}


def test_people_in_review_are_marked_until_somebody_decides(run: Run) -> None:
    leads = [ada("a1"), ada("a2", first_name="Ole", full_name="Ole Krog"), bo("b1")]
    night(run, leads)
    marked = dict(run.engine.read("people.golden", ["lead_id", "in_review"]).rows())
    assert marked == {"a1": True, "a2": True, "b1": False}
    examples = {row["kind"] for row in run.engine.read("people.examples").to_dicts()}
    assert examples == {"close_review"}
    named = [Named(lead, (lead,), person) for lead, person in people(run).items() if lead != "b1"]
    decide.split(run.home, named, by="kim", reason="brothers", now=AS_OF)
    night(next_night(run), leads)
    assert run.engine.count("people.review") == 0
    assert not any(run.engine.read("people.golden")["in_review"])
    rows = run.engine.read("people.examples").to_dicts()
    assert {(row["kind"], row["decision"]) for row in rows} == {("decided_different", 1)}
    assert sum(row["bits"] for row in rows) == pytest.approx(rows[0]["match_weight"], abs=0.01)
