from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadgrade.engine import DuckDBEngine
from leadgrade.engine.duckdb import polars_schema
from leadgrade.run import Run
from leadgrade.scores.build import build_all, build_changes
from leadgrade.scores.config_tables import model_of
from tests.scores.people import make_inputs
from tests.support import AS_OF, make_run, make_table

FIRST = [
    {"name": "p_stays", "email": "corporate"},
    {"name": "p_warms", "golden": {"country": "US"}},
    {"name": "p_gone"},
    {"name": "p_twin", "email": "free"},
]
SECOND = [
    {"name": "p_stays", "email": "corporate"},
    {
        "name": "p_warms",
        "golden": {"country": "US"},
        "events": [["demo_request", None, 0.5], ["trial_start", None, 0.5]],
    },
    {"name": "p_new", "golden": {"country": "US"}},
]


def tomorrow(run: Run, people: list[dict[str, Any]], days: int = 1, **changes: Any) -> Run:
    """The next night in the same work file: other people, the same tables of the stage."""
    later = replace(run, as_of=AS_OF + timedelta(days=days), **changes)
    make_inputs(run.engine, people)
    merged = {"old_person_id": "p_twin", "new_person_id": "p_stays", "kind": "merged"}
    make_table(run.engine, "people.id_changes", [merged])
    make_table(run.engine, "meta.run", [{"run_id": f"night-{days}", "as_of": later.as_of}])
    build_all(later)
    return later


@pytest.fixture
def first(tmp_path: Path) -> Iterator[Run]:
    with DuckDBEngine() as engine:
        run = make_run(tmp_path, engine)
        make_inputs(engine, FIRST)
        build_all(run)
        yield run


def rows(run: Run, table: str, order: str) -> list[dict[str, Any]]:
    return run.engine.collect(f"select * from scores.{table} order by {order}").to_dicts()


def told(run: Run) -> dict[str, tuple[str, int, int]]:
    return {
        row["person_id"]: (row["kind"], row["score_before"], row["score"]) for row in rows(run, "changed_people", "1")
    }


def test_nothing_changes_on_the_first_night(first: Run) -> None:
    assert rows(first, "changed_people", "1") == rows(first, "changes", "1") == []


def test_each_person_is_told_once_and_nobody_without_a_change(first: Run) -> None:
    run = tomorrow(first, SECOND)
    assert told(run) == {
        "p_warms": ("changed", 15, 55), "p_gone": ("left", 5, 0), "p_twin": ("merged", 0, 0), "p_new": ("appeared", 0, 15),
    }  # fmt: skip
    assert [r["new_person_id"] for r in rows(run, "changed_people", "1") if r["kind"] == "merged"] == ["p_stays"]


def test_rules_say_why_and_the_floor_makes_them_add_up(first: Run) -> None:
    run = tomorrow(first, SECOND)
    found = {
        (r["person_id"], r["rule"]): (r["what"], r["points_before"], r["points"]) for r in rows(run, "changes", "1, 6")
    }
    assert {key: value for key, value in found.items() if key[0] in ("p_warms", "p_twin")} == {
        ("p_warms", "intent.demo"): ("fired", 0, 18),
        ("p_warms", "intent.trial"): ("fired", 0, 22),
        ("p_twin", "integrity.no_duplicates"): ("stopped", 5, 0),
        ("p_twin", "neg.freemail"): ("stopped", -10, 0),
        ("p_twin", "score.floor"): ("floor", 5, 0),
    }


def test_a_share_under_the_cap_changes_without_the_rule(first: Run) -> None:
    tomorrow(first, SECOND)
    more = [{**SECOND[1], "events": [*SECOND[1]["events"], ["page_view", "pricing", 0.5]]}]
    found = {r["rule"]: (r["what"], r["points_raw"], r["change"]) for r in rows(tomorrow(first, more, 2), "changes", "rule")
             if r["person_id"] == "p_warms"}  # fmt: skip
    assert found["intent.demo"][:2] == ("cap", 25)
    assert found["intent.pricing"][0] == "fired"
    assert sum(change for _, _, change in found.values()) == 0  # the cap was reached before


def test_a_night_that_is_run_again_is_held_against_the_same_night_before(first: Run) -> None:
    run = tomorrow(first, SECOND)
    once = told(run), rows(run, "changes", "person_id, rule")
    again = tomorrow(first, SECOND)
    assert (told(again), rows(again, "changes", "person_id, rule")) == once


def test_another_model_is_named_beside_the_old(first: Run) -> None:
    scoring = first.settings.scoring
    rules = [rule.model_copy(update={"points": 7}) if rule.id == "fit.geo" else rule for rule in scoring.rules]
    other = replace(first.settings, scoring=scoring.model_copy(update={"rules": rules}))
    run = tomorrow(first, FIRST, settings=other)
    (row,) = rows(run, "changes", "1")
    assert (row["person_id"], row["rule"], row["what"], row["points_before"], row["points"]) == (
        "p_warms", "fit.geo", "points", 10, 7,
    )  # fmt: skip
    assert [row["model_id_before"], row["model_id"]] == [model_of(first).model_id, model_of(run).model_id]


POINTS = st.dictionaries(st.sampled_from(["fit.a", "fit.b", "neg.c"]), st.integers(-9, 9))
NIGHT = st.dictionaries(st.sampled_from(["p_1", "p_2", "p_3"]), POINTS)


@cache
def two_nights() -> Run:
    run = make_run(Path(), DuckDBEngine())
    make_table(run.engine, "people.id_changes", [{"old_person_id": "p_3", "new_person_id": "p_1"}])
    make_table(run.engine, "scores.night_before", [{"as_of": AS_OF, "before_as_of": AS_OF - timedelta(days=1)}])
    return run


def fill(run: Run, night: dict[str, dict[str, int]], points: str, people: str) -> dict[str, int]:
    scores = {person: max(0, sum(rules.values())) for person, rules in night.items()}
    fired = [(p, "m", rule[:3], rule, n, n, "x") for p, rules in night.items() for rule, n in rules.items()]
    run.engine.write(points, pl.DataFrame(fired, schema=polars_schema(points), orient="row"))
    make_table(run.engine, people, [{"person_id": p, "score": s, "is_quality": s > 9} for p, s in scores.items()])
    return scores


@settings(max_examples=30, deadline=None)
@given(NIGHT, NIGHT)
def test_changes_are_those_of_a_short_reference(
    before: dict[str, dict[str, int]], after: dict[str, dict[str, int]]
) -> None:
    run = two_nights()
    was = fill(run, before, "scores.points_before", "scores.people_before")
    now = fill(run, after, "scores.points", "scores.quality")
    build_changes(run)
    everybody = before.keys() | after.keys()
    moved = {p for p in everybody if before.get(p) != after.get(p)}
    kinds = {p: "changed" if p in was and p in now else "appeared" if p in now else "merged" if p == "p_3" else "left"
             for p in moved}  # fmt: skip
    assert told(run) == {p: (kinds[p], was.get(p, 0), now.get(p, 0)) for p in moved}
    found = rows(run, "changes", "1")
    for p in moved:
        old, new = before.get(p, {}), after.get(p, {})
        rules = {r for r in old.keys() | new.keys() if old.get(r) != new.get(r)}
        mine = {r["rule"]: r["change"] for r in found if r["person_id"] == p}
        assert {rule: mine[rule] for rule in mine if rule != "score.floor"} == {
            r: new.get(r, 0) - old.get(r, 0) for r in rules
        }
        assert sum(mine.values()) == now.get(p, 0) - was.get(p, 0)
    assert {r["person_id"] for r in found} <= moved
