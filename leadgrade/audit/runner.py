"""Runs the rules behind a table and writes down what broke, by key."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from leadgrade.audit.rules import Rule, load_rules
from leadgrade.engine.duckdb import polars_schema
from leadgrade.run import Run

KEPT_FAILURES = 1000


@dataclass(frozen=True, slots=True)
class RuleResult:
    """The outcome of one rule: rows of the table, rows that break it, and whether that is within its limits."""

    rule: Rule
    rows_checked: int
    failures: int
    example_keys: tuple[str, ...]

    @property
    def share(self) -> float:
        """Failures over rows checked, 0 for an empty table."""
        return self.failures / self.rows_checked if self.rows_checked else 0.0

    @property
    def passed(self) -> bool:
        """Within max_share where the rule has one, else within max_failures."""
        if self.rule.max_share is not None:
            return self.share <= self.rule.max_share
        return self.failures <= self.rule.max_failures

    @property
    def blocks(self) -> bool:
        """True where this outcome stops the publication."""
        return self.rule.blocking and not self.passed


def check_table(run: Run, table: str) -> list[RuleResult]:
    """Run every rule that stands behind ``table`` and keep results in ``meta.rule_results`` and ``meta.rule_failures``."""
    results = [_check(run, rule) for rule in load_rules() if rule.table == table]
    if results:
        _write_rules(run)
        _write_results(run, results)
    return results


def _check(run: Run, rule: Rule) -> RuleResult:
    engine = run.engine
    engine.sql(f"create or replace temp table broken as select key, detail from ({rule.failures_query})")
    failures = engine.count("broken")
    engine.sql("delete from meta.rule_failures where rule = $rule", {"rule": rule.rule})
    engine.sql(
        "insert into meta.rule_failures select $rule, cast(broken.key as varchar), cast(broken.detail as varchar) "
        f"from broken order by all limit {KEPT_FAILURES}",
        {"rule": rule.rule},
    )
    keys = engine.collect("select distinct cast(key as varchar) as key from broken order by key limit 5")["key"]
    return RuleResult(rule, engine.count(rule.table), failures, tuple(str(k) for k in keys))


def _write_rules(run: Run) -> None:
    rows = [
        {
            "rule": r.rule,
            "stage": r.stage,
            "table_name": r.table,
            "severity": r.severity,
            "is_blocking": r.blocking,
            "max_failures": r.max_failures,
            "max_share": r.max_share,
            "sentence": r.sentence,
        }
        for r in load_rules()
    ]
    run.engine.write("meta.rules", pl.DataFrame(rows, schema=polars_schema("meta.rules")))


def _write_results(run: Run, results: list[RuleResult]) -> None:
    """Replace this run's results of these rules; other nights' stay."""
    rows = [
        {
            "run_id": run.run_id,
            "as_of": run.as_of,
            "rule": r.rule.rule,
            "rows_checked": r.rows_checked,
            "failures": r.failures,
            "passed": r.passed,
        }
        for r in results
    ]
    for row in rows:
        # a night that is run again replaces its own figures, so that the history has one line a night
        run.engine.sql(
            "delete from meta.rule_results where rule = $rule and (run_id = $run_id or as_of = $as_of)",
            {"rule": row["rule"], "run_id": run.run_id, "as_of": run.as_of},
        )
    run.engine.write("meta.rule_results", pl.DataFrame(rows, schema=polars_schema("meta.rule_results")), append=True)
