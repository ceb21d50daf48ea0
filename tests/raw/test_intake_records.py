from __future__ import annotations

from datetime import datetime

import pytest

from leadgrade.raw.intake import take_in
from tests.raw.exports import HEAD, HUBSPOT, lead
from tests.raw.files import csv_text, put, rows, run_with, states


def test_a_corrected_export_supersedes_and_an_unchanged_row_stays(tmp_path):
    put(tmp_path, "a.csv", csv_text(HEAD, lead(1), lead(2)))
    run = run_with(tmp_path, HUBSPOT)
    take_in(run)
    put(tmp_path, "b.csv", csv_text(HEAD, lead(1, status="Won", at="2026-02-01"), lead(2)))
    later = run_with(tmp_path, HUBSPOT, run.engine, as_of=datetime(2026, 10, 2))
    take_in(later)
    assert states(later) == [
        ("leads", "a.csv", 1, "superseded"),
        ("leads", "a.csv", 2, "current"),
        ("leads", "b.csv", 1, "current"),
        ("leads", "b.csv", 2, "exact_duplicate"),
    ]


def test_an_older_version_that_comes_late_does_not_win(tmp_path):
    put(tmp_path, "a.csv", csv_text(HEAD, lead(1, status="Won", at="2026-02-01")))
    run = run_with(tmp_path, HUBSPOT)
    take_in(run)
    put(tmp_path, "b.csv", csv_text(HEAD, lead(1)))
    take_in(run_with(tmp_path, HUBSPOT, run.engine, as_of=datetime(2026, 10, 2)))
    assert [row[1:] for row in states(run)] == [("a.csv", 1, "current"), ("b.csv", 1, "superseded")]


def test_test_leads_and_deleted_ones(tmp_path):
    head = ["id", "created_time", "ad_id", "form_id", "full_name", "email", "phone_number", "is_deleted"]
    text = csv_text(
        head,
        ["l:1", "2026-01-01T10:00:00+0000", "ag:5", "f:7", "Ada", "ada@example.com", "p:+4915112345678", ""],
        [
            "l:2",
            "2026-01-01T10:00:00+0000",
            "ag:5",
            "f:7",
            "<test lead: dummy data for full_name>",
            "x@example.com",
            "",
            "",
        ],
        ["l:3", "2026-01-01T10:00:00+0000", "ag:5", "f:7", "Bob", "test@meta.com", "", ""],
        ["l:4", "2026-01-01T10:00:00+0000", "ag:5", "f:7", "Cy", "cy@example.com", "", "true"],
        delimiter="\t",
    )
    put(tmp_path, "a.csv", text.encode("utf-16"))
    run = run_with(tmp_path, {"meta": {"path": "inbox/*.csv"}})
    take_in(run)
    assert [row[3] for row in states(run)] == ["current", "test_lead", "test_lead", "source_deleted"]
    found = rows(run, "select source_record_id, form_id, phone, answers, system from raw.leads where row_number = 1")[0]
    expected = {"source_record_id": "1", "form_id": "7", "phone": "+4915112345678", "system": "facebook_lead_ads"}
    assert found == expected | {"answers": '{"ad_id": "5"}'}


def test_ids_never_carry_addresses(tmp_path):
    put(tmp_path, "a.csv", csv_text(["Record ID", "Email"], [" Ada@Example.com", "ada@example.com"]))
    run = run_with(tmp_path, HUBSPOT)
    take_in(run)
    found = rows(
        run, "select source_record_id as id, 'h_' || substr(md5('ada@example.com'), 1, 20) as expected from raw.leads"
    )
    assert found[0]["id"] == found[0]["expected"]


def test_rows_without_an_id_are_named_by_their_content(tmp_path):
    put(
        tmp_path,
        "a.csv",
        csv_text(["Email", "City"], ["a@example.com", "Bonn"], ["a@example.com", "Bonn"], ["a@example.com", "Ulm"]),
    )
    run = run_with(tmp_path, {"forms": {"path": "inbox/*.csv", "object": "leads"}})
    take_in(run)
    assert [row[3] for row in states(run)] == ["current", "exact_duplicate", "current"]


@pytest.mark.parametrize(
    ("given", "kept"),
    [("a@example.com", False), ("a%40example.com", False), ("+493012345678", False), ("Ada Lovelace", False),
     ("493012345678", True), ("00Q-7 b", True)],
)  # fmt: skip
def test_ids_tell_no_names(tmp_path, given, kept):
    put(tmp_path, "a.csv", csv_text(["Record ID", "Email"], [given, "a@example.com"]))
    run = run_with(tmp_path, HUBSPOT)
    take_in(run)
    found = rows(run, "from raw.leads")[0]["source_record_id"]
    assert (found == given, found.startswith("h_")) == (kept, not kept)


def test_columns_in_another_order_make_no_other_row(tmp_path):
    put(tmp_path, "a.csv", csv_text(["Record ID", "Email", "Zeta", "Alpha"], ["1", "a@example.com", "z", "a"]))
    put(tmp_path, "b.csv", csv_text(["Alpha", "Email", "Record ID", "Zeta"], ["a", "a@example.com", "1", "z"]))
    run = run_with(tmp_path, HUBSPOT)
    take_in(run)
    assert sorted(state for *_, state in states(run)) == ["current", "exact_duplicate"]


def test_short_salesforce_ids_are_the_long_ones(tmp_path):
    # an id and its long form as published in the system's documentation of ids
    text = csv_text(["Id", "Email"], ["001A000000Bo36j", "a@example.com"], ["001A000000Bo36jIAB", "b@example.com"])
    put(tmp_path, "a.csv", text)
    run = run_with(tmp_path, {"sf": {"path": "inbox/*.csv", "system": "salesforce", "object": "leads"}})
    take_in(run)
    assert {r["source_record_id"] for r in rows(run, "from raw.leads")} == {"001A000000Bo36jIAB"}
