from __future__ import annotations

import json
from datetime import datetime

import pytest

from leadgrade.errors import ConfigError, InputError
from leadgrade.raw.intake import take_in
from tests.raw.exports import HEAD, HUBSPOT, lead, take_one
from tests.raw.files import csv_text, put, rows, run_with


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


def test_a_header_in_the_middle_is_no_lead(tmp_path):
    put(tmp_path, "a.csv", csv_text(HEAD, lead(1), HEAD, lead(2), [*HEAD[:-1], ""], [HEAD[0], "Ada", *[""] * 4]))
    run = run_with(tmp_path, HUBSPOT)
    report = take_in(run)
    assert (report.rows_accepted["leads"], report.rows_quarantined["leads"]) == (3, 2)
    found = rows(run, "select row_number, reason from raw.quarantine order by row_number")
    assert [tuple(r.values()) for r in found] == [(2, "repeated_header"), (4, "repeated_header")]


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


def test_a_bare_list_of_addresses_is_refused(tmp_path):
    _, report = take_one(tmp_path, "Email Address\na@example.com\n", None)
    assert (report.files_refused, report.rows_quarantined["unknown"]) == (1, 1)


def test_the_headers_of_an_unknown_file_are_not_told(tmp_path):
    run, _ = take_one(tmp_path, "Zaphodina,Feldweg 3,030 1234567\nAda,Weg 4,5\n", None)
    assert "Zaphodina" not in str(rows(run, "select * exclude (headers) from raw.files"))
    assert "Zaphodina" not in str(rows(run, "from raw.quarantine"))


def test_the_report_holds_no_personal_data(tmp_path):
    put(tmp_path, "a.csv", csv_text(HEAD, lead(1, name="Ada"), ["", "", "", "", "", "x"]))
    run = run_with(tmp_path, HUBSPOT)
    shown = repr(take_in(run)) + str(rows(run, "select column_name, detail from raw.quarantine"))
    assert "Ada" not in shown
    assert "example.com" not in shown
