"""What counts as a check of a value, and that what is known to be true is learned through the SQL of the stage."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from benchmarks.decay_stage import SOURCES, draw, mail, models
from leadgrade.config import load_settings
from leadgrade.engine import DuckDBEngine
from leadgrade.hygiene import decay_tables, steps
from leadgrade.run import Run
from tests.hygiene.world import Case, Row, ago, build
from tests.support import REPOSITORY, make_table

SETTINGS = load_settings(REPOSITORY / "config")


def sent(days: float, kind: str = "email_delivered", source: str = "mailer", **more: Any) -> Row:
    bounce = {"bounce_kind": "hard"} if kind == "email_bounce" else {}
    return {"type": kind, "occurred_at": ago(days), "source": source} | bounce | more


def bounced(days: float, **more: Any) -> Row:
    return sent(days, "email_bounce", **more)


def person(**more: Any) -> Row:
    return {"email": "ann@acme.com", "created_at": ago(100)} | more


def called(days: float, outcome: str) -> Row:
    return {"channel": "call", "direction": "out", "outcome": outcome, "occurred_at": ago(days), "source": "dialer"}


def job(days: float, company: str, title: str = "Buyer", **more: Any) -> Row:
    return {
        "company_key": company,
        "company_domain": f"{company}.com",
        "job_title": title,
        "created_at": ago(days),
    } | more


PHONE = {"phone_e164": "+14155550100", "phone_type": "fixed_line", "created_at": ago(100)}
OLD = {"email": "old@acme.com", "email_id": "old", "created_at": ago(200)}

# person -> field, captured or proven, held or failed, days since the evidence
CASES: dict[str, tuple[Case, list[tuple[str, str, str, int]]]] = {
    "delivered": (Case(person(), events=[sent(90)]), [("work_email", "captured", "held", 10)]),
    "delivered_twice": (
        Case(person(), events=[sent(90), sent(60)]),
        [("work_email", "captured", "held", 10), ("work_email", "proven", "held", 30)],
    ),
    "delivered_then_bounced": (
        Case(person(), events=[sent(90), bounced(40)]),
        [("work_email", "captured", "held", 10), ("work_email", "proven", "failed", 50)],
    ),
    "a_bounce_counts_once": (
        Case(person(), events=[bounced(95), bounced(90)]),
        [("work_email", "captured", "failed", 5)],
    ),
    "back_after_a_bounce": (
        Case(person(), events=[bounced(95), sent(80), sent(70)]),
        [("work_email", "captured", "failed", 5), ("work_email", "proven", "held", 10)],
    ),
    "who_is_dead_does_not_answer": (
        Case(person(), events=[sent(50, "email_reply"), sent(20)]),
        [("work_email", "proven", "held", 30)],
    ),
    "the_same_mail_told_twice": (
        Case(person(), events=[sent(50), sent(49.9, "email_click"), sent(49.8)]),
        [("work_email", "captured", "held", 50)],
    ),
    "typed_again": (
        Case(person(), events=[sent(60, "form_submit"), bounced(50)]),
        [("work_email", "captured", "failed", 10)],
    ),
    "checked_by_a_service": (
        Case(person(), events=[sent(40, "email_verified"), sent(10, "email_invalid")]),
        [("work_email", "captured", "held", 60), ("work_email", "proven", "failed", 30)],
    ),
    "an_address_that_is_not_the_best": (
        Case(person(), leads=[{}, OLD], events=[bounced(150, subject_email="old@acme.com")]),
        [("work_email", "captured", "failed", 50)],
    ),
    "private_mailbox": (
        Case(person(), email={"is_free": True, "is_corporate": False}, events=[sent(90)]),
        [("personal_email", "captured", "held", 10)],
    ),
    "before_it_was_written_down": (Case(person(), events=[bounced(120)]), []),
    "soft_bounces_are_no_check": (Case(person(), events=[sent(90, "email_bounce", bounce_kind="soft")]), []),
    "flags_tell_of_failures_only": (Case(person(), leads=[{"email_bounced": True, "source": "crm"}]), []),
    "so_does_a_source_of_bounces": (Case(person(), events=[bounced(50, source="bounces")]), []),
    "in_the_future": (Case(person(), events=[sent(-5)]), []),
    "calls": (
        Case(PHONE, activities=[called(90, "connected"), called(60, "no_answer"), called(40, "wrong_number")]),
        [("direct_phone", "captured", "held", 10), ("direct_phone", "proven", "failed", 50)],
    ),
    "jobs": (
        Case(
            {"created_at": ago(300)},
            leads=[job(300, "acme"), job(200, "acme"), job(100, "newco"), job(60, "newco", seniority="vp")],
        ),
        [
            ("employer", "proven", "held", 100),
            ("employer", "proven", "failed", 100),
            ("employer", "proven", "held", 40),
            ("job_title", "proven", "held", 100),
            ("job_title", "proven", "failed", 100),
            ("job_title", "proven", "held", 40),
        ],
    ),
    "a_step_up": (
        Case(
            {"created_at": ago(300)},
            leads=[job(300, "acme", seniority="c_level"), job(200, "acme", "Chair", seniority="director")],
        ),
        [("employer", "proven", "held", 100), ("job_title_csuite", "proven", "failed", 100)],
    ),
}


def cases() -> dict[str, Case]:
    """Each person is a segment of its own: the name stands for the source."""
    for name, (case, _) in CASES.items():
        case.golden["source"] = name
    return {name: case for name, (case, _) in CASES.items()}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    settings = load_settings(REPOSITORY / "config")
    learning = settings.decay.learning.model_copy(update={"most_levels": 100, "backtest_days": 55})
    object.__setattr__(settings, "decay", settings.decay.model_copy(update={"learning": learning}))
    run = build(tmp_path_factory.mktemp("learning"), cases(), only=steps.TOUCHES, settings=settings)
    old = {"email_id": "old", "email": "old@acme.com", "is_valid": True, "is_free": False}
    make_table(run.engine, "contacts.emails", [*run.engine.read("contacts.emails").to_dicts(), old])
    steps.make(run.engine, ("segments", "learners", "decay_streams", "decay_checks", "decay_models"))
    yield run
    run.engine.close()


@pytest.mark.parametrize("name", CASES)
def test_what_counts_as_a_check(world: Run, name: str) -> None:
    segments = world.engine.read("hygiene.segments").filter(source=name)
    found = world.engine.read("hygiene.decay_checks").join(segments, on="segment_id", how="semi")
    rows = [
        (r["field"], "captured" if r["is_captured"] else "proven", outcome, r["age_days"] // r["checks"])
        for r in found.iter_rows(named=True)
        for outcome, times in (("failed", r["failures"]), ("held", r["checks"] - r["failures"]))
        for _ in range(times)
    ]
    assert sorted(rows) == sorted(CASES[name][1])


def test_sources_that_tell_of_both_are_learned_from(world: Run) -> None:
    used = world.engine.read("hygiene.decay_streams").filter("is_used")
    assert sorted(used.select("contact", "object", "source").rows()) == [
        ("email", "events", "mailer"),
        ("phone", "activities", "dialer"),
    ]


def test_models_count_what_they_were_learned_from(world: Run) -> None:
    found = world.engine.read("hygiene.decay_models").filter(segment="all")
    counts = {r["field"]: (r["observations"], r["failures"]) for r in found.iter_rows(named=True)}
    expected = {
        field: (
            sum(row[0] == field for _, rows in CASES.values() for row in rows),
            sum(row[0] == field and row[2] == "failed" for _, rows in CASES.values() for row in rows),
        )
        for field in SETTINGS.decay.fields
    }
    assert counts == expected
    untouched = found.filter(observations=0)
    assert untouched["prior_weight"].to_list() == pytest.approx([1.0] * len(untouched))
    assert untouched["half_life_days"].to_list() == pytest.approx(untouched["prior_half_life_days"].to_list())
    assert found.filter(field="work_email")["prior_weight"].item() < 0.95


def test_the_backtest_predicts_what_it_has_not_seen(world: Run) -> None:
    found = world.engine.read("hygiene.decay_backtest").filter(field="work_email")
    recent = [row for name, (_, rows) in CASES.items() for row in rows if row[0] == "work_email"]
    assert found["learned_from"].unique().item() + found["checks"].sum() == len(recent)
    assert found["verdict"].unique().to_list() == ["too_few"]
    assert found["predicted_share"].is_between(0, 1).all()
    assert (found["observed_low"] <= found["observed_share"] + 1e-9).all()


def test_the_truth_is_learned_through_the_stage() -> None:
    rng = np.random.default_rng(11)
    truth = draw(rng)
    mails = mail(truth, 3_000, rng)
    found, part = models(mails), models(mails, most_people=1_000)
    for place, source in enumerate(SOURCES):
        row = found.filter(segment=f"source={source}").row(0, named=True)
        assert row["half_life_low_days"] <= truth.half_lives[place] <= row["half_life_high_days"]
        assert row["never_share"] == pytest.approx(0.078, abs=0.02)
        assert row["prior_weight"] < 0.2
    whole, third = (f.filter(segment="all")["observations"].item() for f in (found, part))
    assert third == pytest.approx(whole / 3, rel=0.1)


def test_a_table_of_an_older_version_becomes_a_view(world: Run) -> None:
    engine = world.engine
    engine.sql("drop view if exists hygiene.decay_evidence")
    engine.ensure("hygiene.decay_evidence")
    assert steps.make(engine, ("decay",)) == {"hygiene.decay": engine.count("hygiene.decay_evidence")}


def test_large_values_of_a_segment_stand_for_themselves() -> None:
    with DuckDBEngine() as engine:
        learning = SETTINGS.decay.learning.model_copy(update={"most_levels": 2, "segments": ["seniority", "industry"]})
        decay_tables.write_decay(engine, SETTINGS.decay.model_copy(update={"learning": learning}))
        levels = ["vp"] * 3 + ["ic"] * 2 + ["owner"] + [None]
        make_table(engine, "people.golden", [{"person_id": str(n), "seniority": s} for n, s in enumerate(levels)])
        steps.make(engine, ("segments",))
        found = engine.read("hygiene.segments").sort("people", "seniority", descending=True)
    columns = ("seniority", "people", "seniority_level", "source_level", "industry_level")
    assert found.select(columns).rows() == [
        ("vp", 3, "vp", "any", "unknown"),
        ("ic", 2, "ic", "any", "unknown"),
        ("owner", 1, "other", "any", "unknown"),
        ("", 1, "unknown", "any", "unknown"),
    ]
    assert found["segment_id"].n_unique() == 4
