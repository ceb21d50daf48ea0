"""Says why a run was not published: which rules, how many rows, which rows."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

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
    """A blocking rule that failed: id, table, the rule in words, rows that break it, and the keys of the first five."""

    rule: str
    table: str
    sentence: str
    failures: int
    keys: tuple[str, ...]


def refusals(work_file: Path, run_id: str) -> list[Refusal]:
    """The blocking rules that failed in a run, read from its closed work file."""
    connection = duckdb.connect(str(work_file), read_only=True)
    try:
        rows = connection.execute(_BLOCKING_FAILURES, {"run_id": run_id}).fetchall()
        return [Refusal(r, t, s, n, _keys(connection, r, run_id)) for r, t, s, n in rows]
    finally:
        connection.close()


def _keys(connection: duckdb.DuckDBPyConnection, rule: str, run_id: str) -> tuple[str, ...]:
    query = "select distinct key from meta.rule_failures where rule = ? and run_id = ? order by key limit 5"
    return tuple(str(row[0]) for row in connection.execute(query, [rule, run_id]).fetchall())
