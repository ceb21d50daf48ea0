"""The symptoms, and what adds to their change."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadgrade.engine import DuckDBEngine, sql_file
from tests.metrics.world import load_world, make_world
from tests.support import make_run, make_table

Cell = tuple[str, str, float, float]


def _diagnosed(engine: DuckDBEngine, cells: list[Cell], symptom: str = "high_bounce") -> tuple[dict, dict[str, dict]]:
    """The symptom, and the contribution of each source, from (source, period, units, amount)."""
    lines = [
        {"symptom": symptom, "source": source, "period": period, "units": n, "amount": k, "squares": k, "cause": "none"}
        for source, period, n, k in cells
    ]
    make_table(engine, "metrics.symptom_lines", lines)
    for table in ("metrics.diagnosis", "metrics.diagnosis_causes"):
        engine.materialize(table, sql_file(table).query)
    rows = {row["symptom"]: row for row in engine.read("metrics.diagnosis").to_dicts()}
    parts = engine.read("metrics.diagnosis_causes").to_dicts()
    return rows[symptom], {row["slice"]: row for row in parts if row["kind"] == "source"}


def test_simpsons_paradox_is_seen_through(engine: DuckDBEngine) -> None:
    # each source bounces less than before, and yet the whole bounces more: the bad source has grown
    cells = [
        ("web", "before", 900, 45),
        ("list", "before", 100, 40),
        ("web", "now", 300, 12),
        ("list", "now", 700, 245),
    ]
    whole, parts = _diagnosed(engine, cells)
    assert whole["value_before"] == pytest.approx(0.085)
    assert whole["value_now"] == pytest.approx(0.257)
    assert whole["verdict"] == "present"
    assert parts["web"]["rate_effect"] < 0
    assert parts["list"]["rate_effect"] < 0
    mix = sum(row["mix_effect"] for row in parts.values())
    assert mix > whole["change"] > 0
    assert parts["list"]["contribution"] > 0
    assert sum(row["contribution"] for row in parts.values()) == pytest.approx(whole["change"], abs=1e-12)


def test_a_source_that_got_worse_is_not_taken_for_mix(engine: DuckDBEngine) -> None:
    cells = [
        ("web", "before", 500, 25),
        ("list", "before", 500, 50),
        ("web", "now", 500, 25),
        ("list", "now", 500, 150),
    ]
    whole, parts = _diagnosed(engine, cells)
    assert parts["list"]["rate_effect"] == pytest.approx(whole["change"])
    assert parts["web"]["contribution"] == parts["list"]["mix_effect"] == 0


COUNTS = st.integers(0, 500)
PERIODS = st.tuples(COUNTS, COUNTS, COUNTS, COUNTS)


@settings(max_examples=12, deadline=None)
@given(st.lists(PERIODS, min_size=1, max_size=5))
def test_contributions_add_up_whatever_comes_and_goes(rows: list[tuple[int, int, int, int]]) -> None:
    cells = []
    for number, (n0, k0, n1, k1) in enumerate(rows):
        cells += [(f"s{number}", "before", n, min(n, k)) for n, k in [(n0, k0)] if n]
        cells += [(f"s{number}", "now", n, min(n, k)) for n, k in [(n1, k1)] if n]
    with DuckDBEngine() as engine:
        whole, parts = _diagnosed(engine, cells)
    if whole["change"] is not None:
        assert sum(row["contribution"] for row in parts.values()) == pytest.approx(whole["change"], abs=1e-9)


@pytest.mark.parametrize(
    ("symptom", "now", "verdict"),
    [
        ("high_bounce", 60, "present"), ("high_bounce", 5, "absent"), ("high_bounce", 31, "absent"),
        ("low_connect", 5, "present"), ("low_connect", 60, "absent"),
    ],
)  # fmt: skip
def test_only_a_change_for_the_worse_beyond_chance_is_a_symptom(
    engine: DuckDBEngine, symptom: str, now: float, verdict: str
) -> None:
    cells = [("web", "before", 300, 30), ("web", "now", 300, now)]
    assert _diagnosed(engine, cells, symptom)[0]["verdict"] == verdict


def test_few_units_conclude_nothing(engine: DuckDBEngine) -> None:
    assert _diagnosed(engine, [("web", "before", 29, 1), ("web", "now", 900, 800)])[0]["verdict"] == "insufficient_data"


def test_the_stage_counts_each_symptom_once_a_unit(home) -> None:
    run = make_run(home)
    load_world(run, make_world(300))
    lines = dict(
        run.engine.collect(
            "select symptom, sum(units) from metrics.symptom_lines group by symptom order by symptom"
        ).rows()
    )
    assert set(lines) == {"low_connect", "high_no_show", "low_win", "long_cycle", "high_bounce"}
    counts = run.engine.read("metrics.diagnosis").to_dicts()
    assert {row["symptom"] for row in counts} == {*lines, "high_no_fit"}
    for row in counts:
        assert row["units_before"] + row["units_now"] == lines.get(row["symptom"], 0)
    causes = run.engine.collect("select count(*) as n, count(distinct person_id) as p from metrics.person_causes").row(
        0
    )
    assert causes[0] == causes[1] == run.engine.count("metrics.person_facts")
