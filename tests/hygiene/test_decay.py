"""Is a value still true: the law of survival, the clock, and what ends it."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import polars as pl
import pytest

from leadgrade import hygiene
from leadgrade.config import load_settings
from tests.hygiene.world import PROOF, Case, ago, build
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


def test_unknown_field_is_named() -> None:
    with pytest.raises(ValueError, match="shoe_size not in decay"):
        hygiene.decay(ages("shoe_size", [1]), CONFIG, AS_OF)


BASE = {"email": "ann@acme.com", "country": "US", "created_at": ago(400)}
PHONE = {"phone_e164": "+14155550100", "phone_type": "mobile", "created_at": ago(400)}
WORK = {"company_name": "Acme", "job_title": "Buyer", "created_at": ago(400)}
FREE = {"is_free": True, "is_corporate": False}


def happened(kind: str, days: float, **more: Any) -> dict[str, Any]:
    return {"type": kind, "occurred_at": ago(days)} | more


def hard(days: float, **more: Any) -> dict[str, Any]:
    return happened("email_bounce", days, bounce_kind="hard", **more)


def called(days: float, outcome: str) -> dict[str, Any]:
    return {"channel": "call", "direction": "out", "outcome": outcome, "occurred_at": ago(days)}


SOFT = [happened("email_bounce", days, bounce_kind="soft") for days in (40, 25, 11)]
OLD = {"company_key": "oldco", "created_at": ago(400)}
NEW = {"company_key": "newco", "created_at": ago(50)}

# person -> field, evidence, age in days, cause
CASES: dict[str, tuple[Case, str, str | None, int | None, str]] = {
    "creation_starts_the_clock": (Case(BASE), "work_email", "created", 400, "age"),
    "change_where_creation_is_unknown": (
        Case({"email": "ann@acme.com"}, leads=[{"updated_at": ago(70)}]),
        "work_email",
        "updated",
        70,
        "age",
    ),
    "a_change_is_no_evidence": (Case(BASE, leads=[{"updated_at": ago(3)}]), "work_email", "created", 400, "age"),
    "no_date": (Case({"email": "ann@acme.com"}), "work_email", None, None, "age"),
    "created_in_the_future": (Case(BASE | {"created_at": ago(-2)}), "work_email", None, None, "age"),
    "private_mailbox": (Case(BASE, email=FREE), "personal_email", "created", 400, "age"),
    "reply": (
        Case(BASE, events=[happened("email_reply", 30), happened("email_click", 60)]),
        "work_email",
        "reply",
        30,
        "age",
    ),
    "open_is_no_evidence": (Case(BASE, events=[happened("email_open", 30)]), "work_email", "created", 400, "age"),
    "form": (Case(BASE, events=[happened("demo_request", 30)]), "work_email", "form", 30, "age"),
    "form_with_another_address": (
        Case(BASE, events=[happened("demo_request", 30, subject_email="other@acme.com")]),
        "work_email",
        "created",
        400,
        "age",
    ),
    "confirmed_opt_in": (
        Case(BASE, consents=[{"channel": "email", "action": "granted", "double_opt_in_at": ago(12)} | PROOF]),
        "work_email",
        "opt_in",
        12,
        "age",
    ),
    "in_the_future": (Case(BASE, events=[happened("email_reply", -1)]), "work_email", "created", 400, "age"),
    "call": (Case(PHONE, activities=[called(20, "connected")]), "mobile_phone", "connected", 20, "age"),
    "no_answer": (Case(PHONE, activities=[called(20, "no_answer")]), "mobile_phone", "created", 400, "age"),
    "landline": (Case(PHONE | {"phone_type": "fixed_line"}), "direct_phone", "created", 400, "age"),
    "chief": (Case(WORK | {"seniority": "c_level"}), "job_title_csuite", "created", 400, "age"),
    "account": (
        Case({"industry": "toys", "created_at": ago(900)}, account={"updated_at": ago(33)}),
        "industry",
        "account",
        33,
        "age",
    ),
    # --- what ends a value
    "hard_bounce": (Case(BASE, events=[hard(30)]), "work_email", "created", 400, "email_bounce"),
    "delivered_later": (
        Case(BASE, events=[hard(30), happened("email_delivered", 9)]),
        "work_email",
        "delivered",
        9,
        "age",
    ),
    "delivered_before": (
        Case(BASE, events=[happened("email_delivered", 40), hard(30)]),
        "work_email",
        "delivered",
        40,
        "email_bounce",
    ),
    "bounce_of_another_address": (
        Case(BASE, events=[hard(30, subject_email="other@acme.com")]),
        "work_email",
        "created",
        400,
        "age",
    ),
    "three_soft_bounces": (Case(BASE, events=SOFT), "work_email", "created", 400, "email_bounce"),
    "two_soft_bounces": (Case(BASE, events=SOFT[1:]), "work_email", "created", 400, "age"),
    "three_in_a_longer_time": (
        Case(BASE, events=[*SOFT[1:], happened("email_bounce", 42, bounce_kind="soft")]),
        "work_email",
        "created",
        400,
        "age",
    ),
    "bounced_says_the_source": (
        Case(BASE, leads=[{"email_bounced": True}]),
        "work_email",
        "created",
        400,
        "email_bounce",
    ),
    "bounced_says_the_list": (
        Case(BASE, suppressions=[{"reason": "hard_bounce", "added_at": ago(9)}]),
        "work_email",
        "created",
        400,
        "email_bounce",
    ),
    "private_mailbox_bounced": (
        Case(BASE, email=FREE, events=[hard(30)]),
        "personal_email",
        "created",
        400,
        "email_bounce",
    ),
    "wrong_number": (
        Case(PHONE, activities=[called(20, "wrong_number")]),
        "mobile_phone",
        "created",
        400,
        "wrong_number",
    ),
    "reached_later": (
        Case(PHONE, activities=[called(20, "wrong_number"), called(10, "connected")]),
        "mobile_phone",
        "connected",
        10,
        "age",
    ),
    "newer_number": (
        Case(
            PHONE,
            leads=[{}, {"created_at": ago(5)}],
            origins={"phone_e164": 1},
            activities=[called(20, "wrong_number")],
        ),
        "mobile_phone",
        "created",
        5,
        "age",
    ),
    "left_the_job": (Case(WORK, events=[happened("job_left", 20)]), "employer", "created", 400, "job_left"),
    "left_the_job_title": (Case(WORK, events=[happened("job_left", 20)]), "job_title", "created", 400, "job_left"),
    "left_the_job_address": (Case(BASE, events=[happened("job_left", 20)]), "work_email", "created", 400, "job_left"),
    "left_the_job_before": (Case(WORK, events=[happened("job_left", 500)]), "employer", "created", 400, "age"),
    "older_value_beside_a_newer_employer": (
        Case(WORK, leads=[OLD, NEW], origins={"job_title": 0, "company_name": 1}),
        "job_title",
        "created",
        400,
        "newer_employer",
    ),
    "value_of_the_newer_employer": (
        Case(WORK, leads=[OLD, NEW], origins={"job_title": 0, "company_name": 1}),
        "employer",
        "created",
        50,
        "age",
    ),
    "same_employer_spelled_otherwise": (
        Case(
            WORK, leads=[OLD | {"company_domain": "x.com"}, NEW | {"company_domain": "x.com"}], origins={"job_title": 0}
        ),
        "job_title",
        "created",
        400,
        "age",
    ),
}


@pytest.fixture(scope="module")
def decay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[pl.DataFrame]:
    run = build(tmp_path_factory.mktemp("decay"), {name: row[0] for name, row in CASES.items()})
    yield run.engine.read("hygiene.decay")
    run.engine.close()


@pytest.mark.parametrize("name", CASES)
def test_clock_and_ends(decay: pl.DataFrame, name: str) -> None:
    _, field, evidence, age_days, cause = CASES[name]
    row = decay.filter(person_id=name, field=field).row(0, named=True)
    assert (row["evidence"], row["age_days"], row["cause"]) == (evidence, age_days, cause)
    assert (row["state"] == "dead" and row["p_valid"] == 0) == (cause != "age")


def test_only_fields_with_a_value(decay: pl.DataFrame) -> None:
    assert sorted(decay.filter(person_id="left_the_job")["field"]) == ["employer", "job_title"]


def test_accelerators_multiply_the_hazard(tmp_path_factory: pytest.TempPathFactory) -> None:
    settings = load_settings(REPOSITORY / "config")
    object.__setattr__(settings, "decay", CONFIG.model_copy(update={"apply_accelerators": True}))
    case = Case(BASE | {"employees_hi": 20}, leads=[{"source_channel": "purchased_list"}])
    run = build(tmp_path_factory.mktemp("fast"), {"p": case}, settings=settings)
    [found] = run.engine.read("hygiene.decay").filter(field="work_email")["p_valid"]
    assert found == pytest.approx(survival(400, 0.22, 0.75) ** (1.5 * 1.3))
    run.engine.close()
