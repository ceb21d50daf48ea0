"""Random models and people: SQL gives what a short reference gives, and nothing that is written becomes a statement."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from functools import cache
from typing import Any

import polars as pl
import sqlglot
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import exp

from leadgrade.config.scoring import DIMENSIONS, ScoringConfig
from leadgrade.config.scoring_conditions import Condition
from leadgrade.engine import DuckDBEngine
from leadgrade.engine.duckdb import polars_schema
from leadgrade.scores.build import BEHAVIOUR_TABLES, award, grade, materialize_files
from leadgrade.scores.conditions import Compiler, literal
from leadgrade.scores.config_tables import write_tables
from leadgrade.scores.model import ScoringModel
from tests.support import AS_OF, make_table

CITIES = ["Rome", "O'Slo", "x'); drop table scores.facts; --"]
FIELDS = st.one_of(
    st.builds(lambda n: {"field": "employees", "at_least": n}, st.integers(0, 9)),
    st.builds(lambda n: {"field": "employees", "between": [n, n + 3]}, st.integers(0, 9)),
    st.builds(lambda names: {"field": "city", "in": names}, st.lists(st.sampled_from(CITIES), min_size=1)),
    st.just({"fact": "is_spam"}),
    st.builds(lambda n: {"event": "demo_request", "min_count": n}, st.integers(1, 3)),
)
CONDITIONS = st.recursive(
    FIELDS,
    lambda inner: st.one_of(
        st.builds(lambda c: {"not": c}, inner), *(
            st.builds(lambda parts, word=word: {word: parts}, st.lists(inner, min_size=1, max_size=3)) for word in ("all", "any")
        )
    ),
    max_leaves=4,
)  # fmt: skip
PERSON = st.fixed_dictionaries({
    "employees": st.none() | st.integers(0, 12), "city": st.none() | st.sampled_from(CITIES),
    "is_spam": st.none() | st.booleans(), "demos": st.lists(st.integers(0, 120), max_size=4),
})  # fmt: skip


@st.composite
def models(draw: st.DrawFn) -> dict[str, Any]:
    rules = []
    for number in range(draw(st.integers(1, 8))):
        dimension = draw(st.sampled_from([*DIMENSIONS, "negative"]))
        points = draw(st.integers(0, 30)) * (-1 if dimension == "negative" else 1)
        rules.append(
            {"id": f"{dimension}.r{number}", "dimension": dimension, "points": points, "when": draw(CONDITIONS)}
        )
    caps = {name: draw(st.integers(1, 40)) for name in DIMENSIONS}
    dimensions = {name: {"cap": cap, "gate": draw(st.integers(0, cap))} for name, cap in caps.items()}
    quality = draw(st.integers(1, sum(caps.values())))
    return {"dimensions": dimensions, "thresholds": {"quality": quality, "near_miss": quality - 1}, "rules": rules}


def holds(when: Condition, person: dict[str, Any]) -> bool:
    if when.parts:
        found = [holds(part, person) for part in when.parts]
        return not found[0] if when.not_ else all(found) if when.all_of else any(found)
    if when.event:
        return sum(days <= 90 for days in person["demos"]) >= when.min_count
    value = person[when.field or "is_spam"]
    if when.fact or value is None:
        return bool(value)
    if when.in_:
        return str(value).lower() in {name.lower() for name in when.in_}
    low, high = (when.at_least, None) if when.at_least is not None else when.between[0]  # type: ignore[index]
    return value >= low and (high is None or value <= high)


def capped(fired: dict[str, int], cap: int) -> dict[str, int]:
    total = sum(fired.values())
    if total <= cap:
        return fired
    exact = {rule: Fraction(cap * points, total) for rule, points in fired.items()}
    lucky = sorted(exact, key=lambda rule: (-(exact[rule] % 1), rule))[: cap - sum(map(int, exact.values()))]
    return {rule: int(points) + (rule in lucky) for rule, points in exact.items()}


def reference(model: ScoringConfig, person: dict[str, Any]) -> tuple[dict[str, int], int, bool]:
    fired = {rule.id: rule.points for rule in model.rules if holds(rule.when, person)}
    shares = {name: {i: p for i, p in fired.items() if i.startswith(f"{name}.")} for name in (*DIMENSIONS, "negative")}
    bounds = {name: getattr(model.dimensions, name) for name in DIMENSIONS}
    shares |= {name: capped(shares[name], bounds[name].cap) for name in DIMENSIONS}
    score = max(0, sum(sum(points.values()) for points in shares.values()))
    passed = all(sum(shares[name].values()) >= bounds[name].gate for name in DIMENSIONS)
    return (
        {i: p for points in shares.values() for i, p in points.items()},
        score,
        score >= model.thresholds.quality and passed,
    )


@cache
def engine() -> DuckDBEngine:
    made = DuckDBEngine()
    make_table(made, "meta.run", [{"run_id": "r", "as_of": AS_OF}])
    make_table(made, "people.accounts")
    return made


def by_sql(model: ScoringConfig, people: list[dict[str, Any]]) -> tuple[pl.DataFrame, pl.DataFrame]:
    scoring, sql = ScoringModel(model), engine()
    write_tables(sql, scoring, AS_OF)
    facts = [{"person_id": str(n), **person} for n, person in enumerate(people)]
    make_table(sql, "scores.facts", [{k: v for k, v in row.items() if k != "demos"} for row in facts])
    events = [(f"e{n}_{i}", str(n), None, "demo_request", None, AS_OF - timedelta(days=days))
              for n, person in enumerate(people) for i, days in enumerate(person["demos"])]  # fmt: skip
    sql.write("scores.person_events", pl.DataFrame(events, schema=polars_schema("scores.person_events"), orient="row"))
    materialize_files(sql, BEHAVIOUR_TABLES)
    award(sql, scoring)
    grade(sql, scoring)
    return sql.read("scores.points"), sql.read("scores.quality")


@settings(max_examples=12, deadline=None)
@given(models(), st.lists(PERSON, min_size=1, max_size=12))
def test_sql_gives_what_the_reference_gives(content: dict[str, Any], people: list[dict[str, Any]]) -> None:
    model = ScoringConfig.model_validate(content)
    points, quality = by_sql(model, people)
    assert quality.height == len(people)
    for row in quality.to_dicts():
        expected, score, is_quality = reference(model, people[int(row["person_id"])])
        mine = points.filter(pl.col("person_id") == row["person_id"])
        assert dict(mine.select("rule", "points").rows()) == expected
        assert (row["score"], row["is_quality"]) == (score, is_quality)
        assert row["raw_total"] == sum(expected.values())
        assert all(row[name] <= getattr(model.dimensions, name).cap for name in DIMENSIONS)


WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20) | st.sampled_from([
    "'; drop table scores.facts; --", "\\'", "''", '"', "$$", "a' or '1'='1", "%", "{x}", "\u2019", "*/ select 1 /*",
])  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(WORDS)
def test_what_is_written_stays_a_value(word: str) -> None:
    assert engine().collect(f"select {literal(word)} as word")["word"][0] == word
    for when in (
        {"field": "city", "is": word},
        {"field": "city", "in": [word]},
        {"field": "city", "contains_any": [word]},
    ):
        compiled = Compiler(_ICP).compile(Condition.model_validate(when), 90)
        query = f"select {compiled.evidence} as evidence from people as person where {compiled.test}"
        (statement,) = sqlglot.parse(query, dialect="duckdb")
        assert isinstance(statement, exp.Select)
        assert {table.name for table in statement.find_all(exp.Table)} == {"people"}
        people = pl.DataFrame({"city": [word, None]})
        assert engine().connection.sql(f"select count(*) from ({query})").fetchall()[0][0] <= people.height


_ICP = ScoringConfig.model_validate({"base": "seed"}).icp
