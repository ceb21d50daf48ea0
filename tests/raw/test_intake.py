from __future__ import annotations

import json
from datetime import datetime

import polars as pl
import pytest

from leadgrade.contacts.answers import opt_out
from leadgrade.errors import ConfigError, InputError
from leadgrade.raw.intake import take_in
from leadgrade.raw.readers import delimited
from tests.raw.files import csv_text, put, rows, run_with, states

HEAD = ["Record ID", "First Name", "Email", "Lead Status", "Last Modified Date", "Favourite colour"]
HUBSPOT = {"crm": {"path": "inbox/*.csv", "system": "hubspot", "object": "leads"}}


def lead(number, **changes):
    values = {
        "id": str(number),
        "name": "Ada",
        "email": f"p{number}@example.com",
        "status": "New",
        "at": "2026-01-01",
        "colour": "",
    }
    return list((values | changes).values())


def take_one(tmp_path, text, object_name, **source):
    put(tmp_path, "one.csv", text)
    run = run_with(tmp_path, {"s": {"path": "inbox/*.csv", "object": object_name} | source})
    return run, take_in(run)


def test_rows_come_under_canonical_names(tmp_path):
    put(tmp_path, "a.csv", csv_text(HEAD, lead(1, colour='say "blue"'), lead(2, status="--None--")))
    run = run_with(tmp_path, HUBSPOT)
    report = take_in(run)
    assert (report.files_taken, report.rows_accepted["leads"]) == (1, 2)
    found = rows(run, "select * from raw.leads order by row_number")
    assert [r["lead_status"] for r in found] == ["New", None]
    assert [r["updated_at"] for r in found] == ["2026-01-01 00:00:00"] * 2
    assert found[0]["version_at"] == datetime(2026, 1, 1)
    assert json.loads(found[0]["answers"]) == {"Favourite colour": 'say "blue"'}
    assert found[1]["answers"] is None
    assert found[0]["lead_id"].startswith("l_")
    assert len(found[0]["lead_id"]) == 22


def test_a_second_run_takes_nothing(tmp_path):
    put(tmp_path, "a.csv", csv_text(HEAD, lead(1)))
    run = run_with(tmp_path, HUBSPOT)
    take_in(run)
    before = rows(run, "from raw.files") + rows(run, "from raw.leads")
    report = take_in(run)
    assert (report.files_taken, report.files_known) == (0, 1)
    assert rows(run, "from raw.files") + rows(run, "from raw.leads") == before


def test_the_same_file_under_another_name_is_known(tmp_path):
    path = put(tmp_path, "a.csv", csv_text(HEAD, lead(1)))
    run = run_with(tmp_path, HUBSPOT)
    take_in(run)
    path.rename(path.with_name("b.csv"))
    assert take_in(run).files_known == 1
    assert run.engine.count("raw.leads") == 1


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


def test_rows_without_identity_are_refused_with_their_payload(tmp_path):
    put(tmp_path, "a.csv", csv_text(HEAD, lead(1), ["", "", "N/A", "New", "", "red"], [""] * 6, ["1", "2"]))
    run = run_with(tmp_path, HUBSPOT)
    report = take_in(run)
    assert (report.rows_read["leads"], report.rows_accepted["leads"], report.rows_quarantined["leads"]) == (4, 1, 3)
    found = rows(run, "select row_number, reason, payload from raw.quarantine order by row_number")
    assert [(r["row_number"], r["reason"]) for r in found] == [
        (2, "no_identity"),
        (3, "empty_row"),
        (4, "column_count"),
    ]
    assert json.loads(found[0]["payload"])["Favourite colour"] == "red"
    assert found[2]["payload"] == "1,2"


def test_rows_that_a_killed_run_left_are_taken_away(tmp_path):
    put(tmp_path, "a.csv", csv_text(HEAD, lead(1)))
    run = run_with(tmp_path, HUBSPOT)
    take_in(run)
    run.engine.sql("delete from raw.files")
    report = take_in(run)
    assert (report.files_taken, run.engine.count("raw.leads")) == (1, 1)


def test_a_failure_leaves_no_half_file(tmp_path, monkeypatch):
    put(tmp_path, "a.csv", csv_text(HEAD, lead(1)))
    run = run_with(tmp_path, HUBSPOT)
    monkeypatch.setattr("leadgrade.raw.store.insert_file", lambda engine, file: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        take_in(run)
    assert run.engine.count("raw.leads") == 0


def test_a_refused_file_is_tried_again_when_the_mapping_changed(tmp_path):
    put(tmp_path, "a.csv", csv_text(["Kontakt", "Farbe"], ["a@example.com", "rot"], ["b@example.com", "blau"]))
    run = run_with(tmp_path, {"forms": {"path": "inbox/*.csv"}})
    report = take_in(run)
    assert (report.files_refused, report.rows_quarantined["unknown"]) == (1, 2)
    assert rows(run, "select distinct reason, payload from raw.quarantine") == [
        {"reason": "unknown_object", "payload": None}
    ]
    mapping = {"path": "inbox/*.csv", "object": "leads", "mapping": {"Kontakt": "email"}}
    again = run_with(tmp_path, {"forms": mapping}, run.engine)
    assert take_in(again).files_taken == 1
    assert (run.engine.count("raw.quarantine"), run.engine.count("raw.leads"), run.engine.count("raw.files")) == (
        0,
        2,
        1,
    )


@pytest.mark.parametrize(
    ("content", "reason", "count"),
    [
        (b"", "empty", 0),
        (b"%PDF-1.4", "unreadable", 0),
        (b"Email,E-mail\na@example.com,b@example.com\n", "header_conflict", 1),
        (b"Colour,Size\nred,1\nblue,2\n", "missing_column", 2),
    ],
)
def test_refused_files_say_why(tmp_path, content, reason, count):
    put(tmp_path, "a.csv", content)
    run = run_with(tmp_path, {"forms": {"path": "inbox/*.csv", "system": "generic", "object": "leads"}})
    take_in(run)
    found = rows(run, "select status, reason, rows_read, rows_quarantined from raw.files")
    assert found == [{"status": "refused", "reason": reason, "rows_read": count, "rows_quarantined": count}]
    assert run.engine.count("raw.quarantine") == count


def test_nothing_anywhere_is_an_input_error(tmp_path):
    with pytest.raises(InputError, match=r"inbox/\*\.csv(.|\n)*leadgrade demo"):
        take_in(run_with(tmp_path, HUBSPOT))


def test_an_empty_source_is_only_reported(tmp_path):
    put(tmp_path, "a.csv", csv_text(HEAD, lead(1)))
    run = run_with(tmp_path, HUBSPOT | {"later": {"path": "inbox/later/*.csv"}})
    assert take_in(run).empty_sources == ["later"]


def test_hidden_and_unfinished_files_are_left_alone(tmp_path):
    for name in (".a.csv", "b.csv.part"):
        put(tmp_path, name, csv_text(HEAD, lead(1)))
    put(tmp_path, "c.csv", csv_text(HEAD, lead(2)))
    run = run_with(tmp_path, {"crm": {"path": "inbox/*", "system": "hubspot"}})
    assert take_in(run).files_taken == 1


def test_unknown_names_of_the_configuration_stop_the_run(tmp_path):
    with pytest.raises(ConfigError, match="hubspott"):
        take_in(run_with(tmp_path, {"crm": {"path": "inbox/*", "system": "hubspott"}}))


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


def test_the_order_of_day_and_month_is_decided_by_the_whole_column(tmp_path):
    head = ["Record ID", "Email", "Create Date", "Last Modified Date"]
    text = csv_text(
        head,
        ["1", "a@example.com", "3/4/2026", "3/4/2026"],
        ["2", "b@example.com", "12/31/2025", ""],
        ["3", "c@example.com", "", ""],
    )
    put(tmp_path, "a.csv", text)
    run = run_with(tmp_path, HUBSPOT)
    take_in(run)
    found = rows(run, "select created_at, updated_at from raw.leads order by row_number")
    assert [r["created_at"] for r in found] == ["2026-03-04 00:00:00", "2025-12-31 00:00:00", None]
    assert found[0]["updated_at"] == "2026-03-04 00:00:00"
    orders = json.loads(rows(run, "select date_orders from raw.files")[0]["date_orders"])
    assert orders == {"Create Date": "mdy (evidence)", "Last Modified Date": "mdy (file)"}


MIXED = csv_text(
    ["Record ID", "Email", "MQL"],
    ["1", "a@example.com", "1/2/2026"], ["2", "b@example.com", "13/2/2026"], ["3", "c@example.com", "2/13/2026"],
)  # fmt: skip
UNTOLD = csv_text(["Record ID", "Email", "MQL"], ["1", "a@example.com", "1/2/2026"], ["2", "b@example.com", "2/2/2026"])


@pytest.mark.parametrize(
    ("text", "more", "order", "refused"),
    [
        (MIXED, {}, "dmy (mixed)", [(1, "ambiguous_date", "mql_at", "9/9/9999")]),
        (MIXED, {"country": "US"}, "mdy (mixed)", [(1, "ambiguous_date", "mql_at", "9/9/9999")]),
        (MIXED, {"date_order": "dmy"}, "dmy (mixed)", []),
        (UNTOLD, {}, "dmy (unknown)", [(1, "ambiguous_date", "mql_at", "9/9/9999")]),
        (UNTOLD, {"country": "DE"}, "dmy (country)", []),
    ],
)
def test_a_date_that_means_two_days_is_refused_unless_the_order_is_known(tmp_path, text, more, order, refused):
    put(tmp_path, "a.csv", text)
    run = run_with(tmp_path, {"crm": HUBSPOT["crm"] | {"mapping": {"MQL": "mql_at"}} | more})
    take_in(run)
    assert json.loads(rows(run, "select date_orders from raw.files")[0]["date_orders"]) == {"MQL": order}
    query = "select row_number, reason, column_name, value_class from raw.quarantine"
    assert [tuple(r.values()) for r in rows(run, query)] == refused


def test_a_later_block_that_shows_another_order_makes_the_file_be_read_again(tmp_path, monkeypatch):
    monkeypatch.setattr(delimited, "BLOCK", 300)
    days = [f"{n % 12 + 1}/{n % 12 + 1}/2026" for n in range(50)]
    text = csv_text(
        ["Record ID", "Email", "MQL"],
        ["0", "0@example.com", "25/1/2026"],
        *([n, f"{n}@example.com", day] for n, day in enumerate(days, start=1)),
        ["51", "51@example.com", "3/4/2026"],
        ["52", "52@example.com", "1/25/2026"],
    )
    put(tmp_path, "a.csv", text)
    run = run_with(tmp_path, {"crm": HUBSPOT["crm"] | {"mapping": {"MQL": "mql_at"}}})
    take_in(run)
    assert [tuple(r.values()) for r in rows(run, "select reason, row_number from raw.quarantine")] == [
        ("ambiguous_date", 52)
    ]
    assert [tuple(r.values()) for r in rows(run, "select count(*), max(row_number) from raw.leads")] == [(52, 53)]


def test_a_source_that_is_described_anew_is_read_again(tmp_path):
    put(tmp_path, "a.csv", MIXED)
    source = HUBSPOT["crm"] | {"mapping": {"MQL": "mql_at"}}
    run = run_with(tmp_path, {"crm": source})
    take_in(run)
    again = run_with(tmp_path, {"crm": source | {"date_order": "mdy"}}, run.engine)
    assert take_in(again).files_taken == 1
    assert (run.engine.count("raw.leads"), run.engine.count("raw.quarantine"), run.engine.count("raw.files")) == (
        3,
        0,
        1,
    )
    assert take_in(again).files_known == 1


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
    ],
)
def test_an_opt_out_of_any_mapping_counts(tmp_path, headers, cells, mapping):
    put(tmp_path, "a.csv", csv_text(["Record ID", "Email", *headers], ["1", "a@example.com", *cells]))
    run = run_with(tmp_path, {"crm": HUBSPOT["crm"] | {"mapping": mapping}})
    take_in(run)
    found = rows(run, "from raw.leads")[0]["email_opt_out"]
    assert pl.select(opt_out(pl.lit(found))).item() is True


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


def test_a_list_of_people_who_unsubscribed_is_no_list_of_leads(tmp_path):
    text = csv_text(["Email Address", "Unsubscribe Date", "Reason"], ["a@example.com", "2026-01-05", "too many mails"])
    run, _ = take_one(tmp_path, text, None)
    found = rows(run, "select subject_email, reason, added_at, answers from raw.suppressions")
    assert [tuple(r.values()) for r in found] == [
        ("a@example.com", "unsubscribe", datetime(2026, 1, 5), '{"Reason": "too many mails"}')
    ]


def test_cells_that_a_typed_field_cannot_hold_are_counted(tmp_path):
    head = ["Record ID", "Associated Contact Email", "Deal Name", "Amount", "Close Date"]
    text = csv_text(head, ["1", "a@example.com", "x", "much", "soon"], ["2", "a@example.com", "y", "10", "2026-01-01"])
    run, _ = take_one(tmp_path, text, "opportunities", system="hubspot")
    found = rows(
        run, "select field, unread from raw.columns where field in ('amount', 'close_date', 'name') order by 1"
    )
    assert [tuple(r.values()) for r in found] == [("amount", 1), ("close_date", 1), ("name", 0)]


def test_a_bare_list_of_addresses_is_refused(tmp_path):
    _, report = take_one(tmp_path, "Email Address\na@example.com\n", None)
    assert (report.files_refused, report.rows_quarantined["unknown"]) == (1, 1)


def test_the_headers_of_an_unknown_file_are_not_told(tmp_path):
    run, _ = take_one(tmp_path, "Zaphodina,Feldweg 3,030 1234567\nAda,Weg 4,5\n", None)
    assert "Zaphodina" not in str(rows(run, "select * exclude (headers) from raw.files"))
    assert "Zaphodina" not in str(rows(run, "from raw.quarantine"))


def test_short_salesforce_ids_are_the_long_ones(tmp_path):
    # an id and its long form as published in the system's documentation of ids
    text = csv_text(["Id", "Email"], ["001A000000Bo36j", "a@example.com"], ["001A000000Bo36jIAB", "b@example.com"])
    put(tmp_path, "a.csv", text)
    run = run_with(tmp_path, {"sf": {"path": "inbox/*.csv", "system": "salesforce", "object": "leads"}})
    take_in(run)
    assert {r["source_record_id"] for r in rows(run, "from raw.leads")} == {"001A000000Bo36jIAB"}


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


def test_the_report_holds_no_personal_data(tmp_path):
    put(tmp_path, "a.csv", csv_text(HEAD, lead(1, name="Ada"), ["", "", "", "", "", "x"]))
    run = run_with(tmp_path, HUBSPOT)
    shown = repr(take_in(run)) + str(rows(run, "select column_name, detail from raw.quarantine"))
    assert "Ada" not in shown
    assert "example.com" not in shown
