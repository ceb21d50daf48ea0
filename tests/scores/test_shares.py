from __future__ import annotations

from fractions import Fraction
from functools import cache

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from leadgrade.engine import DuckDBEngine, sql_file
from leadgrade.engine.duckdb import polars_schema

CAP = 40
POINTS = st.dictionaries(st.sampled_from([f"intent.r{i}" for i in range(12)]), st.integers(0, 60), min_size=1)


def shares(points: dict[str, int], cap: int) -> dict[str, int]:
    """Largest remainder in five lines."""
    total = sum(points.values())
    if total <= cap:
        return points
    exact = {rule: Fraction(cap * value, total) for rule, value in points.items()}
    lucky = sorted(exact, key=lambda rule: (-(exact[rule] % 1), rule))[
        : cap - sum(int(value) for value in exact.values())
    ]
    return {rule: int(value) + (rule in lucky) for rule, value in exact.items()}


@cache
def engine() -> DuckDBEngine:
    engine = DuckDBEngine()
    engine.write("config.scoring", pl.DataFrame({"model_id": ["m"]}))
    engine.write(
        "config.scoring_dimensions", pl.DataFrame({"dimension": ["intent"], "cap": [CAP], "points_most": [999]})
    )
    return engine


def by_sql(people: list[dict[str, int]]) -> list[dict[str, int]]:
    rows = [(str(n), "intent", rule, value, "x") for n, points in enumerate(people) for rule, value in points.items()]
    engine().write("scores.fired", pl.DataFrame(rows, schema=polars_schema("scores.fired"), orient="row"))
    engine().materialize("scores.points", sql_file("scores.points").query)
    found: list[dict[str, int]] = [{} for _ in people]
    for row in engine().read("scores.points").iter_rows(named=True):
        found[int(row["person_id"])][row["rule"]] = row["points"]
    return found


@settings(max_examples=50, deadline=None)
@given(st.lists(POINTS, min_size=1, max_size=20))
def test_sql_shares_as_the_reference_does(people: list[dict[str, int]]) -> None:
    found = by_sql(people)
    assert found == [shares(points, CAP) for points in people]
    assert [sum(points.values()) for points in found] == [min(CAP, sum(points.values())) for points in people]


def test_ties_go_to_the_smaller_rule_id() -> None:
    # 4 x 15 = 60 over 40: 10 each; 3 x 20: 13.3 each, one point is left over
    assert by_sql([{"intent.r3": 20, "intent.r1": 20, "intent.r2": 20}]) == [
        {"intent.r1": 14, "intent.r2": 13, "intent.r3": 13}
    ]
