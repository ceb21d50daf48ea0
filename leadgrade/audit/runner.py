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
        _forget_old_nights(run)
    return results


def _check(run: Run, rule: Rule) -> RuleResult:
    engine = run.engine
    engine.sql(f"create or replace temp table broken as select key, detail from ({rule.failures_query})")
    _write_failures(run, rule)
    keys = engine.collect("select distinct cast(key as varchar) as key from broken order by key limit 5")["key"]
    rows = int(engine.collect(rule.rows_query)["n"][0])
    return RuleResult(rule, rows, engine.count("broken"), tuple(str(k) for k in keys))


# a key goes on from the night before; which night that was is told by the results, for a night without failures has no keys
_FAILURES = """
insert into meta.rule_failures by name
with night_before as (
    select max(results.as_of) as as_of
    from meta.rule_results as results
    where results.rule = $rule and results.as_of < $as_of
),
known as (
    select failures.key, min(failures.first_seen_at) as first_seen_at
    from meta.rule_failures as failures
    inner join night_before on failures.as_of = night_before.as_of
    where failures.rule = $rule
    group by failures.key
),
found as (
    select cast(broken.key as varchar) as key, cast(broken.detail as varchar) as detail from broken
)
select
    $run_id as run_id,
    $as_of as as_of,
    $rule as rule,
    found.key,
    found.detail,
    coalesce(known.first_seen_at, $as_of) as first_seen_at
from found
left join known on found.key is not distinct from known.key
order by coalesce(known.first_seen_at, $as_of), found.key, found.detail
limit $kept
"""


def _write_failures(run: Run, rule: Rule) -> None:
    """Replace this night's keys of the rule by those of the temp table ``broken``."""
    own = {"rule": rule.rule, "run_id": run.run_id, "as_of": run.as_of}
    run.engine.sql("delete from meta.rule_failures where rule = $rule and (run_id = $run_id or as_of = $as_of)", own)
    run.engine.sql(_FAILURES, own | {"kept": KEPT_FAILURES})


def _forget_old_nights(run: Run) -> None:
    """Drop keys of nights beyond run.keep_history_nights, and those of releases that kept no nights."""
    query = "select distinct cast(as_of as date) as night from meta.rule_results order by night desc"
    kept = run.engine.collect(query)["night"][: run.settings.run.keep_history_nights]
    old = "as_of is null or cast(as_of as date) < $oldest"
    run.engine.sql(f"delete from meta.rule_failures where {old}", {"oldest": kept[-1]})


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
