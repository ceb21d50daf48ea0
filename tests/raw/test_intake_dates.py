from __future__ import annotations

import json

import pytest

from leadgrade.raw.intake import take_in
from leadgrade.raw.readers import delimited
from tests.raw.exports import HUBSPOT
from tests.raw.files import csv_text, put, rows, run_with


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
