"""Decisions as constraints: they hold whatever the evidence, through every chain, night after night, until they are undone."""

from __future__ import annotations

import itertools
import random
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from leadgrade.engine import DuckDBEngine
from leadgrade.errors import InputError
from leadgrade.people import decide, decisions
from leadgrade.people.cluster import DECIDED, cluster
from leadgrade.people.decide import Named
from leadgrade.people.overrides import build_overrides
from leadgrade.run import Run
from tests.people.nights import ada, bo, failures, lead, next_night, people, persons
from tests.support import AS_OF, make_run, make_table

TOLD: dict[str, Any] = {"by": "kim", "reason": "asked them", "now": AS_OF}


def named(*leads: str) -> Named:
    return Named(leads[0] if len(leads) == 1 else "p_" + leads[0], leads, "p_" + leads[0])


def merge(run: Run, *leads: str) -> None:
    decide.merge(run.home, [named(name) for name in leads], **TOLD)


def split(run: Run, a: tuple[str, ...], b: tuple[str, ...]) -> None:
    decide.split(run.home, [named(*a), named(*b)], **TOLD)


def parts(of: dict[str, str]) -> set[frozenset[str]]:
    """Who is together."""
    ordered = sorted(of, key=of.__getitem__)
    return {frozenset(group) for _, group in itertools.groupby(ordered, of.__getitem__)}


def sets(*groups: str) -> set[frozenset[str]]:
    return {frozenset(group.split()) for group in groups}


def test_a_merge_and_a_split_count_from_the_next_night_until_they_are_undone(run: Run) -> None:
    leads = [ada("a1"), ada("a2"), ada("a3"), bo("b1")]
    first = people(persons(run, leads))
    assert parts(first) == sets("a1 a2 a3", "b1")
    split(run, ("a1", "a2"), ("a3",))
    merge(run, "a3", "b1")
    second = people(persons(next_night(run), leads))
    assert parts(second) == sets("a1 a2", "a3 b1")
    # the bigger part goes on, the older of two that become one lives on
    assert second["a1"] == first["a1"]
    assert second["b1"] == second["a3"] == first["b1"]
    assert run.engine.count("people.id_changes") == 0
    decide.undo(run.home, 2, **TOLD)
    decide.undo(run.home, 1, **TOLD)
    third = people(persons(next_night(run, 2), leads))
    assert parts(third) == parts(first)
    assert third["a1"] == first["a1"]
    assert third["b1"] == first["b1"]
    assert failures(run, "overrides_hold")["overrides_hold"] == 0


def test_ids_of_merged_people_are_told(run: Run) -> None:
    leads = [ada("a1"), bo("b1")]
    first = people(persons(run, leads))
    merge(run, "a1", "b1")
    second = people(persons(next_night(run), leads))
    assert len(set(second.values())) == 1
    gone = next(p for p in first.values() if p not in second.values())
    assert run.engine.read("people.id_changes").select("old_person_id", "new_person_id", "kind").rows() == [
        (gone, second["a1"], "merged")
    ]


def test_a_split_holds_through_chains_and_merges(run: Run) -> None:
    """All six are one person by the evidence; what is merged with either side goes with it."""
    leads = [ada(f"a{i}") for i in range(1, 7)]
    split(run, ("a1",), ("a2",))
    merge(run, "a2", "a3")
    merge(run, "a1", "a4")
    of = people(persons(run, leads))
    assert of["a1"] == of["a4"] != of["a2"] == of["a3"]
    assert len(set(of.values())) == 2


def test_decisions_about_leads_that_are_gone_wait_and_still_bind_those_that_are_there(run: Run) -> None:
    merge(run, "b1", "gone")
    merge(run, "gone", "c1")
    split(run, ("gone",), ("a1",))
    merge(run, "lost1", "lost2")
    strangers = [bo("b1"), lead("c1", first_name="Cleo", last_name="Zander", email="c@z.example"), ada("a1")]
    assert parts(people(persons(run, strangers))) == sets("b1 c1", "a1")
    assert failures(run, "overrides_known") == {"overrides_known": 4}
    assert failures(run, "overrides_hold")["overrides_hold"] == 0
    rows = run.engine.read("people.overrides").filter(~pl.col("is_known"))
    assert sorted(rows["lead_id"]) == ["gone", "gone", "gone", "lost1", "lost2"]
    back = people(persons(next_night(run), [*strangers, ada("gone", email="x@w.example")]))
    assert parts(back) == sets("b1 c1 gone", "a1")


def test_decisions_outlive_the_work_file(run: Run, tmp_path: Path) -> None:
    leads = [ada("a1"), ada("a2"), bo("b1")]
    split(run, ("a1",), ("a2",))
    merge(run, "a2", "b1")
    before = parts(people(persons(run, leads)))
    afresh = make_run(tmp_path, DuckDBEngine())
    assert parts(people(persons(afresh, list(reversed(leads))))) == before == sets("a1", "a2 b1")


def test_the_table_tells_what_is_in_force(run: Run) -> None:
    merge(run, "a1", "b1")
    split(run, ("a1",), ("c1",))
    decide.undo(run.home, 2, **TOLD)
    make_table(run.engine, "contacts.leads", [ada("a1"), bo("b1")])
    build_overrides(run)
    columns = ("decision", "kind", "part", "lead_id", "together", "is_in_force", "is_known", "undone_at")
    assert sorted(run.engine.read("people.overrides").select(columns).rows()) == [
        (1, "merge", 1, "a1", "a1", True, True, None),
        (1, "merge", 2, "b1", "a1", True, True, None),
        (2, "split", 1, "a1", "a1", False, True, AS_OF),
        (2, "split", 2, "c1", "c1", False, False, AS_OF),
    ]


def test_a_file_that_contradicts_itself_stops_the_night(run: Run) -> None:
    merge(run, "a1", "a2")
    line = '{"decision": 2, "kind": "split", "parts": [["a1"], ["a2"]], "at": "2026-10-01", "by": "k", "reason": "r"}\n'
    with (run.home / decisions.FILE).open("a") as file:
        file.write(line)
    with pytest.raises(
        InputError, match=r"decision 2 \(split\) parts leads that decision 1 \(merge\) makes one person"
    ):
        persons(run, [ada("a1"), ada("a2")])


def test_a_night_that_breaks_a_decision_is_not_published(run: Run) -> None:
    merge(run, "a1", "b1")
    split(run, ("a1",), ("c1",))
    persons(run, [ada("a1"), bo("b1"), ada("c1")])
    pairs = run.engine.read("people.decided_pairs").sort("record_b").select("record_a", "record_b", "match_weight")
    assert pairs.rows() == [(1, 2, DECIDED), (1, 3, -DECIDED)]
    assert failures(run, "overrides_hold") == {"overrides_hold": 0}
    for change in ("'p_other' where lead_id = 'b1'", "(select max(person_id) from people.members)"):
        run.engine.sql("begin")
        run.engine.sql(f"update people.members set person_id = {change}")
        assert failures(run, "overrides_hold") == {"overrides_hold": 1}, change
        run.engine.sql("rollback")


def decided_case(draw: random.Random) -> tuple[pl.DataFrame, list[tuple[int, int]], list[tuple[int, int]]]:
    """Random evidence among 12 records, and decisions that do not contradict each other."""
    truth = [draw.randrange(4) for _ in range(12)]
    every = list(itertools.combinations(range(12), 2))
    chosen = draw.sample(every, 6)
    same, other = ([p for p in chosen if (truth[p[0]] == truth[p[1]]) is is_same] for is_same in (True, False))
    rows = [(a, b, round(draw.uniform(-15, 25), 1)) for a, b in every if (a, b) not in chosen and draw.random() < 0.5]
    rows += [(a, b, DECIDED) for a, b in same] + [(a, b, -DECIDED) for a, b in other]
    frame = pl.DataFrame(rows, schema=["record_a", "record_b", "match_weight"], orient="row")
    probability = 1 / (1 + 2.0 ** -pl.col("match_weight").clip(-50, 50))
    return frame.with_columns(probability.alias("match_probability"), is_related=pl.lit(value=False)), same, other


def test_no_evidence_breaks_a_decision() -> None:
    for seed in range(60):
        frame, same, other = decided_case(random.Random(seed))
        of = dict(cluster(frame, 0.9).select("record", "cluster").rows())
        assert [p for p in same if of[p[0]] != of[p[1]]] == [], seed
        assert [p for p in other if of[p[0]] == of[p[1]]] == [], seed
