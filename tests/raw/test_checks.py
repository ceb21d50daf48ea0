"""The audit of the intake: every rule holds on good rows and breaks on bad ones."""

from __future__ import annotations

from collections import Counter

import pytest

from leadgrade.audit import load_rules
from leadgrade.raw.config_tables import load
from leadgrade.raw.mappings_data import OBJECTS
from leadgrade.raw.versions import build_versions
from tests.raw.rule_cases import CASES
from tests.support import AS_OF, make_run, make_table

RULES = {rule.rule: rule for rule in load_rules() if rule.stage == "raw"}
SNAPSHOT = {"source": "crm", "object": "leads", "records_before": 100, "records_gone": 20, "is_blocking": False}

# what other records may refer to
KNOWN = {
    "raw.leads": [{"file_id": "k", "row_number": 1, "source_record_id": "known"}],
    "raw.opportunities": [{"file_id": "k", "row_number": 1, "source_record_id": "deal"}],
}


def failures(engine, rule_id):
    return engine.count(f"({RULES[rule_id].failures_query})")


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """Tables of the intake without records; each case fills one. Of a file's rows the first two are current."""
    from leadgrade.engine import DuckDBEngine

    with DuckDBEngine() as engine:
        make_run(tmp_path_factory.mktemp("home"), engine)
        for table in (f"raw.{name}" for name in OBJECTS):
            make_table(engine, table, KNOWN.get(table, []))
        states = ["current", "current", "superseded"]
        rows = [{"file_id": "f", "row_number": n, "state": state} for n, state in enumerate(states, 1)]
        make_table(engine, "raw.versions", rows)
        yield engine


def test_every_rule_over_records_has_a_case():
    assert {name for name, rule in RULES.items() if rule.current} <= set(CASES)
    assert set(CASES) <= set(RULES)


def test_every_object_has_three_rules_or_more():
    counted = Counter(rule.table for rule in RULES.values() if rule.rule in CASES)
    assert {name: counted[f"raw.{name}"] >= 3 for name in OBJECTS} == dict.fromkeys(OBJECTS, True)


@pytest.mark.parametrize("rule_id", CASES)
def test_a_row_breaks_a_rule_or_keeps_it(world, rule_id):
    table, (good, bad) = RULES[rule_id].table, CASES[rule_id]
    rows = [{"file_id": "f", "row_number": n, "source": "s"} | row for n, row in enumerate((good, bad, bad), 1)]
    make_table(world, table, rows + KNOWN.get(table, []))
    assert failures(world, rule_id) == 1
    make_table(world, table, KNOWN.get(table, []))


@pytest.fixture
def taken(home, engine):
    """One file with two leads, taken in, and everything that follows from it."""
    run = make_run(home, engine)
    load(run)
    for table in ("raw.quarantine", "raw.erased_rows", "raw.schema_changes", *(f"raw.{name}" for name in OBJECTS)):
        engine.ensure(table)
    make_table(engine, "raw.leads", [
        {"file_id": "f", "row_number": n, "source": "forms", "lead_id": f"l_{n}", "row_hash": str(n),
         "email": f"p{n}@example.com", "created_at": "2026-01-01", "version_at": AS_OF}
        for n in (1, 2)])  # fmt: skip
    make_table(engine, "raw.files", [
        {"file_id": "f", "source": "forms", "object": "leads", "status": "taken", "rows_read": 2, "rows_accepted": 2,
         "rows_quarantined": 0, "date_orders": "{}", "ingested_at": AS_OF}])  # fmt: skip
    make_table(engine, "raw.columns", [
        {"file_id": "f", "source": "forms", "object": "leads", "position": 1, "field": "email", "filled": 2, "unread": 0}
    ])  # fmt: skip
    build_versions(run)
    return engine


def test_a_good_intake_breaks_no_rule(taken):
    assert {name: failures(taken, name) for name in RULES} == dict.fromkeys(RULES, 0)


@pytest.mark.parametrize(
    ("rule_id", "damage"),
    [
        ("files_accounted", "update raw.files set rows_read = 3"),
        ("files_match_tables", "delete from raw.leads where row_number = 1"),
        ("files_match_tables", "delete from raw.files"),
        ("files_match_tables", "insert into raw.orders (file_id) values ('f')"),
        ("files_match_tables", "insert into raw.erased_rows (file_id) values ('f')"),
        ("files_accounted", "update raw.files set rows_erased = 1"),
        ("lead_row_unique", "insert into raw.leads from raw.leads where row_number = 1"),
        ("version_current_unique", "update raw.versions set record_id = 'l_1'"),
        ("version_row_complete", "delete from raw.versions where row_number = 2"),
        ("version_row_complete", "insert into raw.versions from raw.versions"),
        ("quarantine_share", "update raw.files set rows_quarantined = 1"),
        ("file_refused", "update raw.files set status = 'refused', reason = 'empty'"),
        ("column_unread", "update raw.columns set unread = 1"),
        ("date_order_told", """update raw.files set date_orders = '{"At": "dmy (unknown)"}'"""),
    ],
)
def test_damage_is_found(taken, rule_id, damage):
    taken.sql(damage)
    assert failures(taken, rule_id) > 0


@pytest.mark.parametrize(("name", "number", "expected"), [("same.csv", 2, 0), ("same.csv", 1, 1), ("other.csv", 2, 1)])
def test_a_refused_file_counts_until_another_was_taken_in_its_place(engine, name, number, expected):
    refused = {
        "file_id": "r",
        "source": "s",
        "file_name": "same.csv",
        "status": "refused",
        "reason": "empty",
        "offer_number": 1,
    }
    taken = refused | {"file_id": "t", "file_name": name, "status": "taken", "reason": None, "offer_number": number}
    make_table(engine, "raw.files", [refused, taken])
    assert failures(engine, "file_refused") == expected


@pytest.mark.parametrize(
    ("gone", "is_blocking", "expected"),
    [
        (20, False, {"snapshot_shrunk": 0, "snapshot_shrunk_blocking": 0}),
        (21, False, {"snapshot_shrunk": 1, "snapshot_shrunk_blocking": 0}),
        (21, True, {"snapshot_shrunk": 0, "snapshot_shrunk_blocking": 1}),
    ],
)
def test_a_list_that_lacks_many_records_is_told(engine, gone, is_blocking, expected):
    make_table(engine, "raw.snapshot_losses", [SNAPSHOT | {"records_gone": gone, "is_blocking": is_blocking}])
    assert {name: failures(engine, name) for name in expected} == expected
