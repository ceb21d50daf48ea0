from __future__ import annotations

import json
from datetime import datetime

import pytest

from tests.raw.exports import take_one
from tests.raw.files import csv_text, rows


def test_a_list_of_people_who_unsubscribed_is_no_list_of_leads(tmp_path):
    text = csv_text(["Email Address", "Unsubscribe Date", "Reason"], ["a@example.com", "2026-01-05", "too many mails"])
    run, _ = take_one(tmp_path, text, None)
    found = rows(run, "select subject_email, reason, added_at, answers from raw.suppressions")
    assert [tuple(r.values()) for r in found] == [
        ("a@example.com", "unsubscribe", datetime(2026, 1, 5), '{"Reason": "too many mails"}')
    ]


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ({"email": "a@example.com", "channel": "E-Mail", "action": "Withdrawn", "occurred_at": "2026-01-05"}, "email"),
        ({"email": "a@example.com", "action": "withdrawn", "date": "2026-01-05"}, None),
        ({"E-Mail": "a@example.com", "Action": "widerrufen", "Datum": "05.01.2026", "Kanal": "mail"}, "email"),
        ({"Email": "a@example.com", "Channel": "sms", "Action": "unsubscribed", "Captured At": "2026-01-05"}, "sms"),
    ],
)
def test_a_list_of_what_people_said_is_no_list_of_leads(tmp_path, record, expected):
    run, _ = take_one(tmp_path, csv_text(list(record), list(record.values())), None)
    found = rows(run, "select subject_email, action, channel, captured_at from raw.consents")
    assert [tuple(r.values()) for r in found] == [("a@example.com", "withdrawn", expected, datetime(2026, 1, 5))]


@pytest.mark.parametrize(
    ("record", "opt_out", "consent"),
    [
        ({"Lifecycle Stage": "lead", "Unsubscribed At": "2026-01-05"}, "2026-01-05", None),
        ({"Lifecycle Stage": "lead", "Unsubscribed At": ""}, None, None),
        ({"Company": "Firma", "Consent": "yes", "Created At": "2026-01-05"}, None, "yes"),
        ({"Phone": "", "Consent": "yes", "Date": "2026-01-05"}, None, "yes"),
        ({"Phone": "", "Source": "Web", "Status": "New", "Timestamp": "2026-01-05"}, None, None),
        ({"Einwilligung": "widerrufen", "Datum": "05.01.2026"}, None, "widerrufen"),
    ],
)
def test_a_list_of_leads_with_consents_is_one_of_leads(tmp_path, record, opt_out, consent):
    full = {"Record ID": "1", "Email": "a@example.com"} | record
    run, _ = take_one(tmp_path, csv_text(list(full), list(full.values())), None)
    found = rows(run, "select email_opt_out, consent_status from raw.leads")
    assert [tuple(r.values()) for r in found] == [(opt_out, consent)]


def test_events(tmp_path):
    text = csv_text(
        ["subject_email", "type", "page_class", "occurred_at", "bounce_kind"],
        ["a@example.com", "Email Bounced", "", "2026-01-01T10:00:00Z", "Hard Bounce"],
        ["a@example.com", "page view", "Prices", "2026-01-01 11:00:00", ""],
        ["a@example.com", "dance", "", "2026-01-01", ""],
        ["", "email_open", "", "2026-01-01", ""],
        ["a@example.com", "email_open", "", "soon", ""],
        ["a@example.com", "", "", "2026-01-01", ""],
    )
    run, _ = take_one(tmp_path, text, "events")
    found = rows(run, "select type, page_class, bounce_kind, occurred_at, answers from raw.events order by row_number")
    assert [(r["type"], r["page_class"], r["bounce_kind"]) for r in found] == [
        ("email_bounce", None, "hard"),
        ("page_view", "pricing", None),
        ("other", None, None),
    ]
    assert found[0]["occurred_at"] == datetime(2026, 1, 1, 10)
    assert json.loads(found[2]["answers"]) == {"type": "dance"}
    refused = rows(run, "select reason, column_name from raw.quarantine order by row_number")
    assert [(r["reason"], r["column_name"]) for r in refused] == [
        ("missing_value", "subject_email"),
        ("bad_date", "occurred_at"),
        ("missing_value", "type"),
    ]


def test_marketo_activities_are_events_by_their_number(tmp_path):
    head = ["id", "activity_date", "activity_type_id", "lead_id", "category"]
    text = csv_text(head, ["1", "2026-01-01 10:00:00", "8", "7", "2"], ["2", "2026-01-01 10:00:00", "9", "7", ""])
    run, _ = take_one(tmp_path, text, None, system="marketo")
    found = rows(run, "select type, bounce_kind, subject_id from raw.events order by row_number")
    assert [tuple(r.values()) for r in found] == [("email_bounce", "hard", "7"), ("unsubscribe", None, "7")]


def test_a_type_of_account_tells_a_customer(tmp_path):
    text = csv_text(
        ["Record ID", "Company name", "Type"],
        ["1", "One", "Customer"],
        ["2", "Two", "Prospect"],
        ["3", "Three", "Vendor"],
    )
    run, _ = take_one(tmp_path, text, "accounts", system="hubspot")
    found = rows(run, "select is_customer, answers from raw.accounts order by row_number")
    assert [tuple(r.values()) for r in found] == [(True, None), (False, None), (None, '{"Type": "Vendor"}')]


def test_opportunities(tmp_path):
    head = ["Deal ID", "Deal Name", "Deal Stage", "Amount", "Close Date", "Associated Contact IDs"]
    text = csv_text(
        head,
        ["1", "One", "Closed Won", "$22,700.00", "2026-01-31", "11;12"],
        ["2", "Two", "closedlost", "1 000,50", "", ""],
        ["3", "Three", "Contract Sent", "lots", "", ""],
        ["", "", "Contract Sent", "5", "", ""],
    )
    run, _ = take_one(tmp_path, text, "opportunities", system="hubspot")
    found = rows(
        run, "select is_won, is_closed, amount, subject_id, answers from raw.opportunities order by row_number"
    )
    assert [(r["is_won"], r["is_closed"], r["amount"], r["subject_id"]) for r in found] == [
        (True, True, 22700.0, "11"),
        (False, True, 1000.5, None),
        (False, False, None, None),
    ]
    assert json.loads(found[2]["answers"]) == {"Amount": "lots"}
    assert rows(run, "select reason from raw.quarantine") == [{"reason": "missing_value"}]


@pytest.mark.parametrize(
    ("object_name", "head", "record", "expected"),
    [
        (
            "consents",
            ["subject_email", "action", "captured_at", "channel"],
            ["a@example.com", "Opted in", "2026-01-01", "E-Mail"],
            {"action": "granted", "channel": "email"},
        ),
        (
            "suppressions",
            ["subject_phone", "reason", "channel"],
            ["+49151", "DNC", "Call"],
            {"reason": "do_not_call", "channel": "phone"},
        ),
        (
            "activities",
            ["occurred_at", "channel", "direction", "outcome"],
            ["2026-01-01", "Phone call", "Outbound", "Left voicemail"],
            {"channel": "call", "direction": "out", "outcome": "voicemail"},
        ),
        (
            "sales_decisions",
            ["subject_id", "decision"],
            ["l:7", "Disqualified"],
            {"decision": "rejected", "subject_id": "7"},
        ),
        ("intent_signals", ["domain", "topic", "score"], ["example.com", "crm", "72"], {"score": 72.0}),
        (
            "campaign_spend",
            ["channel", "spend", "clicks"],
            ["Social", "R$ 100.000", "1,200"],
            {"spend": 100000.0, "clicks": 1200},
        ),
        (
            "enrichments",
            ["subject_email", "field", "value", "confidence", "licence_ends_at"],
            ["a@example.com", "Employee Count", "51-200", "90 %", "2026-12-31"],
            {"field": "employees", "value": "51-200", "confidence": 90.0, "licence_ends_at": datetime(2026, 12, 31)},
        ),
        (
            "accounts",
            ["name", "employees", "is_customer", "updated_at"],
            ["Acme", "51-200", "yes", "31.12.2025"],
            {"employees": 126, "is_customer": True, "updated_at": datetime(2025, 12, 31)},
        ),
    ],
)
def test_other_objects_are_typed(tmp_path, object_name, head, record, expected):
    run, report = take_one(tmp_path, csv_text(head, record), object_name)
    assert report.rows_accepted[object_name] == 1
    found = rows(run, f"from raw.{object_name}")[0]
    assert {key: found[key] for key in expected} == expected
    assert found["record_id"][1] == "_"


@pytest.mark.parametrize(
    ("object_name", "head", "record", "reason", "column"),
    [
        (
            "consents",
            ["subject_email", "action", "captured_at"],
            ["a@example.com", "perhaps", "2026-01-01"],
            "unknown_value",
            "action",
        ),
        (
            "consents",
            ["subject_email", "action", "captured_at"],
            ["a@example.com", "granted", ""],
            "missing_value",
            "captured_at",
        ),
        ("campaign_spend", ["channel", "spend"], ["Social", "much"], "bad_number", "spend"),
        ("suppressions", ["subject_email", "reason"], ["", "erasure"], "missing_value", "subject_email"),
        ("intent_signals", ["domain", "score"], ["", "5"], "missing_value", "domain"),
        ("enrichments", ["subject", "field", "value"], ["r1", "mobile", "+49151"], "unknown_value", "field"),
        ("enrichments", ["subject", "field", "value"], ["", "industry", "Banking"], "missing_value", "subject"),
    ],
)
def test_rows_that_lack_what_they_need_are_refused(tmp_path, object_name, head, record, reason, column):
    run, _ = take_one(tmp_path, csv_text(head, record), object_name)
    assert rows(run, "select reason, column_name from raw.quarantine") == [{"reason": reason, "column_name": column}]
