"""Is a value still true: the law of survival and the clock. What ends a value is in golden_cases.yaml."""

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
    with pytest.raises(ValueError, match=r"evidence.field: 2 row\(s\) with shoe_size; not in decay"):
        hygiene.decay(ages("shoe_size", [1, 2]), CONFIG, AS_OF)


BASE = {"email": "ann@acme.com", "country": "US", "created_at": ago(400)}
PHONE = {"phone_e164": "+14155550100", "phone_type": "mobile", "created_at": ago(400)}
WORK = {"company_name": "Acme", "job_title": "Buyer", "created_at": ago(400)}
FREE = {"is_free": True, "is_corporate": False}


def happened(kind: str, days: float, **more: Any) -> dict[str, Any]:
    return {"type": kind, "occurred_at": ago(days)} | more


def called(days: float, outcome: str) -> dict[str, Any]:
    return {"channel": "call", "direction": "out", "outcome": outcome, "occurred_at": ago(days)}


def fact(days: float | None, **more: Any) -> dict[str, Any]:
    return {"field": "job_title", "enriched_at": None if days is None else ago(days), "used": False} | more


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
    "no_date": (Case({"email": "ann@acme.com"}), "work_email", None, None, "no_evidence"),
    "created_in_the_future": (Case(BASE | {"created_at": ago(-2)}), "work_email", None, None, "evidence_in_future"),
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
    "checked_address": (Case(BASE, events=[happened("email_verified", 8)]), "work_email", "email_verified", 8, "age"),
    "checked_number": (Case(PHONE, events=[happened("phone_verified", 8)]), "mobile_phone", "phone_verified", 8, "age"),
    "the_newest_of_several_leads": (
        Case(BASE, leads=[{}, {"created_at": ago(70)}], origins={"email": 1}),
        "work_email",
        "created",
        70,
        "age",
    ),
    "filled_by_a_vendor": (
        Case({"job_title": "Buyer", "created_at": ago(900)}, enrichment=[fact(90, used=True)]),
        "job_title",
        "vendor",
        90,
        "age",
    ),
    "filled_by_a_vendor_some_day": (
        Case({"job_title": "Buyer", "created_at": ago(900)}, enrichment=[fact(None, used=True)]),
        "job_title",
        "created",
        900,
        "age",
    ),
    "a_vendor_agrees": (
        Case({"job_title": "Buyer", "created_at": ago(900)}, enrichment=[fact(30, reason="first_party_agrees")]),
        "job_title",
        "vendor",
        30,
        "age",
    ),
    "a_vendor_says_otherwise": (
        Case({"job_title": "Buyer", "created_at": ago(900)}, enrichment=[fact(30, reason="first_party_wins")]),
        "job_title",
        "created",
        900,
        "age",
    ),
    "a_reply_from_work_proves_the_employer": (
        Case(BASE | {"company_name": "Acme"}, events=[happened("email_reply", 30)]),
        "employer",
        "reply",
        30,
        "age",
    ),
    "a_reply_from_home_does_not": (
        Case(BASE | {"company_name": "Acme"}, email=FREE, events=[happened("email_reply", 30)]),
        "employer",
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
    assert (row["state"] is None, row["p_valid"] is None) == (age_days is None,) * 2
    assert row["half_life_days"] > 0


def test_only_fields_with_a_value(decay: pl.DataFrame) -> None:
    assert sorted(decay.filter(person_id="chief")["field"]) == ["employer", "job_title_csuite"]


def test_accelerators_multiply_the_hazard(tmp_path_factory: pytest.TempPathFactory) -> None:
    settings = load_settings(REPOSITORY / "config")
    object.__setattr__(settings, "decay", CONFIG.model_copy(update={"apply_accelerators": True}))
    case = Case(BASE | {"employees_hi": 20}, leads=[{"source_channel": "purchased_list"}])
    run = build(tmp_path_factory.mktemp("fast"), {"p": case}, settings=settings)
    [found] = run.engine.read("hygiene.decay").filter(field="work_email")["p_valid"]
    assert found == pytest.approx(survival(400, 0.22, 0.75) ** (1.5 * 1.3))
    run.engine.close()
