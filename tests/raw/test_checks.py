from __future__ import annotations

import pytest
import yaml

from leadgrade.raw.intake import take_in
from tests.raw.files import csv_text, put, run_with, states
from tests.support import REPOSITORY

RULES = yaml.safe_load((REPOSITORY / "sql" / "checks" / "raw.yaml").read_text())
SOURCES = {"forms": {"path": "inbox/*", "system": "generic", "object": "leads"}}


def failures(run, rule_id):
    rule = RULES[rule_id]
    query = rule.get("query") or f"select {rule['key']} as key from {rule['table']} where {rule['where']}"
    return len(run.engine.collect(query))


@pytest.fixture
def run(tmp_path):
    put(
        tmp_path,
        "a.csv",
        csv_text(["Email", "Created Date"], ["a@example.com", "2026-01-01"], ["b@example.com", "2026-01-02"]),
    )
    run = run_with(tmp_path, SOURCES)
    take_in(run)
    states(run)
    return run


@pytest.mark.parametrize("rule_id", list(RULES))
def test_a_good_intake_breaks_no_rule(run, rule_id):
    assert failures(run, rule_id) == 0


@pytest.mark.parametrize(
    ("rule_id", "damage"),
    [
        ("files_accounted", "update raw.files set rows_read = 3"),
        ("files_match_tables", "delete from raw.leads where row_number = 1"),
        ("files_match_tables", "delete from raw.files"),
        ("lead_row_unique", "insert into raw.leads from raw.leads where row_number = 1"),
        ("version_current_unique", "update raw.versions set record_id = 'l_1'"),
        ("version_row_complete", "delete from raw.versions"),
        ("quarantine_share", "update raw.files set rows_quarantined = 1"),
        ("file_refused", "update raw.files set status = 'refused', reason = 'empty'"),
        ("lead_date_future", "update raw.leads set version_at = '2100-01-01'"),
        ("date_order_told", """update raw.files set date_orders = '{"At": "dmy (assumed)"}'"""),
    ],
)
def test_damage_is_found(run, rule_id, damage):
    run.engine.sql(damage)
    assert failures(run, rule_id) > 0
