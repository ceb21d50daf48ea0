"""Is a value still true: the law of survival and the clock. What ends a value is in golden_cases.yaml."""

from __future__ import annotations

import math
import random
from datetime import timedelta

import polars as pl
import pytest

from leadgrade import hygiene
from leadgrade.config import load_settings
from leadgrade.hygiene import steps
from leadgrade.run import Run
from tests.hygiene.clock_cases import BASE, CASES
from tests.hygiene.world import Case, ago, build
from tests.support import AS_OF, REPOSITORY

CONFIG = load_settings(REPOSITORY / "config").decay


def survival(age_days: int, annual_decay: float, k: float) -> float:
    """The law written down again: the scale follows from what is lost in the first year."""
    scale = (-math.log(1 - annual_decay)) ** (-1 / k)
    return math.exp(-((age_days / 365.25 / scale) ** k))


def ages(field: str, days: list[int]) -> pl.DataFrame:
    return pl.DataFrame(
        {"person_id": [f"p{i:03}" for i in range(len(days))], "field": field, "evidence_at": [ago(d) for d in days]}
    )


@pytest.mark.parametrize("field", CONFIG.fields)
def test_survival_agrees_with_the_reference(field: str) -> None:
    spec, days = CONFIG.fields[field], sorted(random.Random(3).sample(range(8000), 20))
    found = hygiene.decay(ages(field, days), CONFIG, AS_OF)
    assert found["age_days"].to_list() == days
    assert found["p_valid"].to_list() == pytest.approx([survival(d, spec.annual_decay, spec.k) for d in days])


@pytest.mark.parametrize(("years", "share"), [(0.5, 0.86), (1, 0.78), (2, 0.66), (3, 0.57), (5, 0.43)])
def test_survival_of_a_work_address(years: float, share: float) -> None:
    found = hygiene.decay(ages("work_email", [round(years * 365.25)]), CONFIG, AS_OF)
    assert found["p_valid"].to_list() == pytest.approx([share], abs=0.006)


@pytest.mark.parametrize(("years", "share"), [(0.5, 0.88), (1, 0.775), (2, 0.60), (5, 0.28)])
def test_flat_rate(years: float, share: float) -> None:
    flat = CONFIG.model_copy(update={"mode": "flat"})
    found = hygiene.decay(ages("annual_revenue", [round(years * 365.25)]), flat, AS_OF)
    assert found["p_valid"].to_list() == pytest.approx([share], abs=0.006)


@pytest.mark.parametrize(
    ("days", "state"), [(0, "fresh"), (60, "fresh"), (366, "ageing"), (1000, "stale"), (4000, "dead")]
)
def test_states(days: int, state: str) -> None:
    assert hygiene.decay(ages("work_email", [days]), CONFIG, AS_OF)["state"].to_list() == [state]


def test_whole_days_and_unknown_ages() -> None:
    moments = [AS_OF - timedelta(hours=47), AS_OF, AS_OF + timedelta(days=1), None]
    frame = pl.DataFrame({"person_id": list("abcd"), "field": "work_email", "evidence_at": moments})
    found = hygiene.decay(frame, CONFIG, AS_OF)
    assert found["age_days"].to_list() == [1, 0, None, None]
    assert found["state"].to_list() == ["fresh", "fresh", None, None]


def learned(**changes: float) -> pl.DataFrame:
    """A model of work addresses as hygiene.decay_models holds it: as a whole 40 % a year, of directors 10 %."""
    law = {"field": "work_email", "shape": 1.0, "half_life_days": 500.0, "never_share": 0.2} | changes
    return pl.DataFrame(
        [law | {"segment": s, "annual_decay": d} for s, d in (("all", 0.4), ("seniority=director", 0.1))]
    )


def test_what_was_learned_takes_the_place_of_the_published_rate() -> None:
    frame = ages("work_email", [731] * 4).with_columns(
        segment=pl.Series([None, "seniority=director", "all", "all"]),
        evidence=pl.Series(["reply", "reply", "created", "created"]),
        is_proven=pl.Series([None, None, None, True]),
    )
    found = hygiene.decay(frame, CONFIG, AS_OF, learned())
    years = 731 / 365.25
    # what was only written down may have been wrong from the start
    assert found["p_valid"].to_list() == pytest.approx([0.6**years, 0.9**years, 0.8 * 0.6**years, 0.6**years])
    assert found["half_life_days"].to_list() == [500.0] * 4


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"field": "shoe_size"},
            r"evidence.field: 2 row\(s\) with shoe_size; not in decay.yaml; there are: work_email",
        ),
        ({"hazard": -1.0}, r"evidence.hazard: 2 row\(s\) with -1.0; expected a factor above 0"),
        ({"hazard": float("nan")}, r"evidence.hazard: 2 row\(s\) with nan"),
        ({"segment": "source=x"}, r"evidence.segment: 2 row\(s\) with source=x; models has no such segment"),
    ],
)
def test_bad_evidence_is_named_with_its_number_of_rows(change: dict[str, object], message: str) -> None:
    frame = ages("work_email", [1, 2]).with_columns(pl.lit(value).alias(name) for name, value in change.items())
    with pytest.raises(ValueError, match=message):
        hygiene.decay(frame, CONFIG, AS_OF)


def test_no_row_is_lost_and_the_cause_tells_of_the_future() -> None:
    frame = pl.DataFrame({"person_id": ["a", "b"], "field": "work_email", "evidence_at": [ago(-1), None]})
    found = hygiene.decay(frame, CONFIG, AS_OF)
    assert found.select("age_days", "p_valid", "cause").rows() == [
        (None, None, "evidence_in_future"),
        (None, None, "no_evidence"),
    ]


@pytest.mark.parametrize("name", CASES)
def test_the_clock_starts_at_the_last_evidence(small_world: Run, name: str) -> None:
    _, field, evidence, age_days, cause = CASES[name]
    row = small_world.engine.read("hygiene.decay").filter(person_id=name, field=field).row(0, named=True)
    assert (row["evidence"], row["age_days"], row["cause"]) == (evidence, age_days, cause)
    assert (row["state"] is None, row["p_valid"] is None) == (age_days is None,) * 2
    assert row["half_life_days"] > 0


def test_only_fields_with_a_value(small_world: Run) -> None:
    assert sorted(small_world.engine.read("hygiene.decay").filter(person_id="chief")["field"]) == [
        "employer",
        "job_title_csuite",
    ]


def test_accelerators_multiply_the_hazard(tmp_path_factory: pytest.TempPathFactory) -> None:
    settings = load_settings(REPOSITORY / "config")
    object.__setattr__(settings, "decay", CONFIG.model_copy(update={"apply_accelerators": True}))
    case = Case(BASE | {"employees_hi": 20}, leads=[{"source_channel": "purchased_list"}])
    run = build(tmp_path_factory.mktemp("fast"), {"p": case}, only=(*steps.TOUCHES, *steps.DECAY), settings=settings)
    [found] = run.engine.read("hygiene.decay").filter(field="work_email")["p_valid"]
    assert found == pytest.approx(survival(400, 0.22, 0.75) ** (1.5 * 1.3))
    run.engine.close()
