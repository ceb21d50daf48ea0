"""What is said of the rows that break a rule: short, without addresses, with the next step."""

from __future__ import annotations

from pathlib import Path

import pytest

from leadgrade.audit import refusals
from leadgrade.audit.examples import NEXT_STEPS, examples
from leadgrade.audit.rules import load_rules
from leadgrade.engine import DuckDBEngine
from tests.support import make_table

HASH = "ab" * 32


@pytest.mark.parametrize(
    ("rule", "rows", "lines"),
    [
        ("snapshot_shrunk", [("crm:leads", "99 of 199 records gone", None)], ("crm:leads: 99 of 199 records gone",)),
        ("quality_lead_rate", [("p_1", None, None), ("p_2", None, None)], ("e.g. p_1, p_2",)),
        ("file_refused", [(HASH, "crm:no_table", "jane@corp.example.csv")], ("[address]: crm:no_table",)),
        (
            "schema_change_seen",
            [(HASH, "crm:filled_dropped:Phone", "may.csv"), (HASH, "crm:column_disappeared:a:b", "may.csv")],
            (
                "source crm: filled dropped of column Phone (file may.csv)",
                "source crm: column disappeared a:b (file may.csv)",
            ),
        ),
        ("schema_change_blocking", [(HASH, "crm:rows_dropped", None)], (f"source crm: rows dropped (file {HASH})",)),
        ("some", [(None, None, None)], ()),
        ("some", [("x" * 300, "d", None)], ("x" * 97 + "...",)),
    ],
)
def test_lines(rule: str, rows: list[tuple[str | None, str | None, str | None]], lines: tuple[str, ...]) -> None:
    expected = tuple(line if len(line) <= 100 else f"{line[:97]}..." for line in lines)
    assert examples(rule, rows) == expected


def test_next_steps_are_of_rules_that_there_are() -> None:
    assert set(NEXT_STEPS) <= {rule.rule for rule in load_rules()}


def test_a_refusal_tells_details_of_its_run_and_what_to_do(tmp_path: Path) -> None:
    rule = "snapshot_shrunk_blocking"
    failure = {"rule": rule, "key": "crm:leads", "detail": "99 of 199 records gone"}
    with DuckDBEngine(tmp_path / "work.duckdb") as engine:
        for table in ("raw.files", "meta.rules", "meta.rule_results", "meta.rule_failures"):
            make_table(engine, table)
        make_table(engine, "meta.rules", [{"rule": rule, "is_blocking": True, "sentence": "No.", "table_name": "t"}])
        make_table(engine, "meta.rule_results", [{"run_id": "r", "rule": rule, "passed": False, "failures": 1}])
        older = failure | {"run_id": "q", "detail": "5 of 6 records gone"}
        make_table(engine, "meta.rule_failures", [failure | {"run_id": "r"}, older])
    (found,) = refusals(tmp_path / "work.duckdb", "r")
    assert found.details == ("crm:leads: 99 of 199 records gone",)
    assert "drift: {rows: warn}" in found.next_step
    assert "docs/intake.md" in found.next_step
