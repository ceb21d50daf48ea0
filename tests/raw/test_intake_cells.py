from __future__ import annotations

import json

import polars as pl
import pytest

from leadgrade.contacts.answers import consent_status, opt_out
from leadgrade.raw.intake import take_in
from tests.raw.exports import HUBSPOT, take_one
from tests.raw.files import csv_text, put, rows, run_with


def test_an_opt_out_in_any_column_counts(tmp_path):
    head = ["id", "email", "is_do_not_email", "opted_out", "crm_lead_fid"]
    put(
        tmp_path,
        "a.csv",
        csv_text(head, ["1", "a@example.com", "false", "true", ""], ["2", "b@example.com", "false", "", ""]),
    )
    run = run_with(tmp_path, {"pardot": {"path": "inbox/*.csv", "system": "pardot"}})
    take_in(run)
    assert [r["email_opt_out"] for r in rows(run, "from raw.leads order by row_number")] == ["true", "false"]


def test_words_for_nothing_are_kept_as_reasons(tmp_path):
    text = csv_text(
        ["Record ID", "Email", "Job Title", "Extra"],
        ["1", "a@example.com", "Select", "N/A"],
        ["2", "b@example.com", "CEO", ""],
    )
    put(tmp_path, "a.csv", text)
    run = run_with(tmp_path, HUBSPOT)
    take_in(run)
    found = [json.loads(r["null_reasons"] or "{}") for r in rows(run, "from raw.leads order by row_number")]
    assert found == [{"Job Title": "not_selected (Select)", "Extra": "not_applicable (N/A)"}, {}]


def test_markup_is_taken_out_of_text_and_test_leads_stay(tmp_path):
    text = csv_text(
        ["Record ID", "Email", "Company Name", "Notes"],
        ["1", "a@example.com", "Smith &amp; Sons", "<p>Call <b>Monday</b></p>"],
        ["2", "b@example.com", "<test lead: dummy data for company>", "a < b & c"],
        ["3", "c@example.com", "<br/>", "Anna <anna@example.com>"],
        ["4", "d@example.com", "<p>None</p>", "a<b and b>c"],
        ["5", "e@example.com", "Caf&eacute;", '<p style="x">N/A</p>'],
    )
    put(tmp_path, "a.csv", text)
    run = run_with(tmp_path, HUBSPOT)
    take_in(run)
    found = [tuple(r.values()) for r in rows(run, "select company_name, notes from raw.leads order by row_number")]
    assert found == [
        ("Smith & Sons", "Call  Monday"),
        ("<test lead: dummy data for company>", "a < b & c"),
        (None, "Anna <anna@example.com>"),
        (None, "a<b and b>c"),
        ("Café", None),
    ]


@pytest.mark.parametrize(
    ("headers", "cells", "mapping"),
    [
        (["Unsubscribed from all email", "Email Opt Out"], ["false", "TRUE"], {}),
        (["Unsubscribed from all email", "My opt-out"], ["1", "0"], {"My opt-out": "email_opt_out"}),
        (["Unsubscribed from all email", "HasOptedOutOfEmail", "do not email"], ["", "no", "yes"], {}),
        (["Unsubscribed from all email", "Unsubscribed"], ["false", "2026-01-31"], {}),
        (["Unsubscribed from all email", "Opted out of email: Newsletter"], ["", "true"], {}),
        (["Opted out of email: One to One", "hs_email_optout_4711"], ["false", "Yes"], {}),
        (["Newsletter abbestellt"], ["ja"], {}),
    ],
)
def test_an_opt_out_of_any_mapping_counts(tmp_path, headers, cells, mapping):
    put(tmp_path, "a.csv", csv_text(["Record ID", "Email", *headers], ["1", "a@example.com", *cells]))
    run = run_with(tmp_path, {"crm": HUBSPOT["crm"] | {"mapping": mapping}})
    take_in(run)
    found = rows(run, "from raw.leads")[0]["email_opt_out"]
    assert pl.select(opt_out(pl.lit(found))).item() is True


@pytest.mark.parametrize(
    ("cells", "status", "alone"),
    [
        (["yes", "withdrawn"], "denied", "denied"),
        (["Ja", "widerrufen"], "denied", "denied"),
        (["yes", "no"], "claimed", None),
        (["no", "yes"], None, "claimed"),
    ],
)
def test_of_several_consents_a_refusal_counts(tmp_path, cells, status, alone):
    head = ["Record ID", "Email", "GDPR Consent", "Marketing Consent"]
    for name in ("Opt In", "Einwilligung Newsletter"):
        (tmp_path / name).mkdir()
        text = csv_text([*head, name], ["1", "a@example.com", *cells, ""], ["2", "b@example.com", "", "", cells[1]])
        run, _ = take_one(tmp_path / name, text, "leads", system="generic")
        found = [row["consent_status"] for row in rows(run, "from raw.leads order by row_number")]
        assert [pl.select(consent_status(pl.lit(text, dtype=pl.String))).item() for text in found] == [status, alone]


def test_cells_that_a_typed_field_cannot_hold_are_counted(tmp_path):
    head = ["Record ID", "Associated Contact Email", "Deal Name", "Amount", "Close Date"]
    text = csv_text(head, ["1", "a@example.com", "x", "much", "soon"], ["2", "a@example.com", "y", "10", "2026-01-01"])
    run, _ = take_one(tmp_path, text, "opportunities", system="hubspot")
    found = rows(
        run, "select field, unread from raw.columns where field in ('amount', 'close_date', 'name') order by 1"
    )
    assert [tuple(r.values()) for r in found] == [("amount", 1), ("close_date", 1), ("name", 0)]
