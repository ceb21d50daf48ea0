"""People whose clocks start in every way, with the evidence, age and cause that must be told of one of their fields."""

from __future__ import annotations

from typing import Any

from tests.hygiene.world import PROOF, Case, ago

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
