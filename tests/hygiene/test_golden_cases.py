"""Each terminal event and each risk signal, as it is and as it nearly is: golden_cases.yaml."""

from __future__ import annotations

from typing import get_args

import pytest

from leadgrade.config.decay import End
from leadgrade.run import Run
from tests.hygiene.golden import SIGNALS, golden_cases

CASES = golden_cases()


@pytest.mark.parametrize("name", [name for name, golden in CASES.items() if golden.ends])
def test_what_ended_a_value(small_world: Run, name: str) -> None:
    rows = small_world.engine.read("hygiene.decay").filter(person_id=name).iter_rows(named=True)
    found = {row["field"]: row for row in rows}
    for field, cause in CASES[name].ends.items():
        row = found[field]
        assert row["cause"] == (cause or "age"), field
        assert (row["state"] == "dead" and row["p_valid"] == 0 and row["ended_at"] is not None) == (cause is not None)


@pytest.mark.parametrize("name", [name for name, golden in CASES.items() if golden.risk is not None])
def test_what_a_person_shows(small_world: Run, name: str) -> None:
    golden = CASES[name]
    rows = small_world.engine.read("hygiene.risk").filter(person_id=name).iter_rows(named=True)
    assert {row["signal"]: "hard" if row["is_hard"] else "hint" for row in rows} == golden.risk
    person = small_world.engine.read("hygiene.people").filter(person_id=name).row(0, named=True)
    assert (person["is_spam"], person["hard_risks"]) == (golden.spam, list((golden.risk or {}).values()).count("hard"))


def test_every_event_and_signal_has_a_case_and_a_near_miss() -> None:
    shown = {cause for golden in CASES.values() for cause in golden.ends.values() if cause}
    shown |= {signal for golden in CASES.values() for signal in golden.risk or {}}
    missed = {g.near for g in CASES.values() if (None in g.ends.values() if g.risk is None else g.near not in g.risk)}
    # people of one network block need many of them: test_risk_and_reach.py
    wanted = {*get_args(End), *SIGNALS} - {"fast_burst"}
    assert wanted - shown == set()
    assert wanted - missed == set()


def test_evidence_never_holds_a_value(small_world: Run) -> None:
    evidence = small_world.engine.read("hygiene.risk")["evidence"]
    assert not evidence.str.contains(r"@|https|acme|203\.|555|Ann").any()
