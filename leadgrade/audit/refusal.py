"""Says why a run was not published: which rules, how many rows, which rows."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from leadgrade.audit.examples import EXAMPLES, EXAMPLES_WITHOUT_FILES, NEXT_STEPS, examples

_BLOCKING_FAILURES = """
select
    rules.rule,
    rules.table_name,
    rules.sentence,
    results.failures
from meta.rule_results as results
inner join meta.rules as rules
    on results.rule = rules.rule
where
    rules.is_blocking
    and not results.passed
    and results.run_id = $run_id
order by rules.rule
"""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A blocking rule that failed.

    Attributes:
        rule: Its id.
        table: Table that it stands behind.
        sentence: What should be so.
        failures: Rows that break it.
        keys: Keys of the first five.
        details: Up to three lines on what is the matter.
        next_step: What to do; empty where only the rows tell.
    """

    rule: str
    table: str
    sentence: str
    failures: int
    keys: tuple[str, ...]
    details: tuple[str, ...] = ()
    next_step: str = ""


def refusals(work_file: Path, run_id: str) -> list[Refusal]:
    """The blocking rules that failed in a run, read from its closed work file."""
    connection = duckdb.connect(str(work_file), read_only=True)
    try:
        rows = connection.execute(_BLOCKING_FAILURES, {"run_id": run_id}).fetchall()
        told = _details(connection, run_id) if rows else {}
        return [
            Refusal(r, t, s, n, _keys(connection, r, run_id), told.get(r, ()), NEXT_STEPS.get(r, ""))
            for r, t, s, n in rows
        ]
    finally:
        connection.close()


def _keys(connection: duckdb.DuckDBPyConnection, rule: str, run_id: str) -> tuple[str, ...]:
    query = "select distinct key from meta.rule_failures where rule = ? and run_id = ? order by key limit 5"
    return tuple(str(row[0]) for row in connection.execute(query, [rule, run_id]).fetchall())


def _details(connection: duckdb.DuckDBPyConnection, run_id: str) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[tuple[str | None, str | None, str | None]]] = {}
    there = "select count(*) from information_schema.tables where table_schema = 'raw' and table_name = 'files'"
    (has_files,) = connection.execute(there).fetchall()[0]
    query = EXAMPLES if has_files else EXAMPLES_WITHOUT_FILES
    for rule, key, detail, file_name in connection.execute(query, {"run_id": run_id}).fetchall():
        found.setdefault(rule, []).append((key, detail, file_name))
    return {rule: examples(rule, rows) for rule, rows in found.items()}
