from __future__ import annotations

from fractions import Fraction
from functools import cache

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from leadgrade.engine import DuckDBEngine
from leadgrade.scores.points import share

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
    return DuckDBEngine()


def by_sql(people: list[dict[str, int]]) -> list[dict[str, int]]:
    rules = sorted({rule for points in people for rule in points})
    raw = {rule: f"raw_{n}" for n, rule in enumerate(rules)}
    schema = {"person": pl.Int64, **dict.fromkeys(raw.values(), pl.Int64)}
    rows = [{"person": n} | {raw[rule]: value for rule, value in points.items()} for n, points in enumerate(people)]
    one = share("intent", CAP, raw)
    points = ", ".join(f"{one.points[rule]} as {column}" for rule, column in raw.items())
    engine().write("scratch.fired", pl.DataFrame(rows, schema=schema))
    found = engine().collect(
        f"select {points} from (select *, {one.least} from (select *, {one.sums} from scratch.fired)) order by person"
    )
    return [
        {rule: row[raw[rule]] for rule in rules if row[raw[rule]] is not None} for row in found.iter_rows(named=True)
    ]


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
