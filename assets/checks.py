"""One Dagster check for each rule of the audit, run as soon as its table is made."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

import dagster as dg

from assets.broken_rules import broken_since
from assets.factory import key
from assets.figures import first_rows, small_table
from assets.graph import asset_of
from assets.guard import guarded
from leadgrade.audit import Rule, RuleResult, check_table, load_rules
from leadgrade.run import Run

# what a key names, by the beginning of an id, and the table that knows its source
_SOURCES = {"l_": ("contacts.leads", "lead_id"), "p_": ("people.golden", "person_id")}


def _spec(rule: Rule) -> dg.AssetCheckSpec:
    return dg.AssetCheckSpec(
        name=rule.rule,
        asset=key(asset_of(rule.table)),
        additional_deps=[key(asset_of(t)) for t in rule.waits_for],
        blocking=rule.blocking,
        description=rule.sentence,
        metadata={"severity": rule.severity, "table": rule.table},
    )


def _by_source(run: Run, outcome: RuleResult) -> dict[str, dg.MetadataValue]:
    """Which source the rows that break a rule came from, where their keys are leads or people."""
    prefix = outcome.example_keys[0][:2] if outcome.example_keys else ""
    table, column = _SOURCES.get(prefix, ("", ""))
    if not table or not run.engine.exists(table):
        return {}
    query = f"""
        with broken as (
            select distinct split_part(cast(key as varchar), ':', 1) as id from ({outcome.rule.failures_query})
        )
        select known.source, count(*) as rows_of_source, count(broken.id) as break_it, count(broken.id) / count(*) as share
        from {table} as known left join broken on known.{column} = broken.id
        group by known.source having count(broken.id) > 0 order by break_it desc, known.source
    """
    return small_table("by_source", first_rows(run, query))


def _words(outcome: RuleResult, since: str | None) -> str:
    """The outcome in a sentence: holds or broken, since when, how many rows."""
    rows = f"{outcome.failures:,} of {outcome.rows_checked:,} rows break it"
    limit = outcome.rule.max_share
    share = f" ({outcome.share:.1%}, at most {limit:.0%} may)" if limit is not None else ""
    held = "Holds" if outcome.passed else f"Broken since the night of {since}" if since else "Broken"
    return f"{held}: {rows}{share}. Rule: {outcome.rule.sentence}"


def _result(run: Run, outcome: RuleResult, since: dict[str, tuple[str, int]]) -> dg.AssetCheckResult:
    """Numbers, keys and sources, never values: metadata of a check is open to everybody who reaches the UI."""
    rule = outcome.rule
    night, nights = since.get(rule.rule, (None, 0))
    metadata: dict[str, Any] = {
        "failures": outcome.failures,
        "rows_checked": outcome.rows_checked,
        "share": round(outcome.share, 4),
        "nights_broken": nights,
    }
    if rule.max_share is not None:
        metadata["threshold"] = rule.max_share
    if not outcome.passed:
        metadata |= {"example_keys": ", ".join(outcome.example_keys), **_by_source(run, outcome)}
    return dg.AssetCheckResult(
        check_name=rule.rule,
        asset_key=key(asset_of(rule.table)),
        passed=outcome.passed,
        severity=dg.AssetCheckSeverity.ERROR if rule.severity == "error" else dg.AssetCheckSeverity.WARN,
        description=_words(outcome, night),
        metadata=metadata,
    )


def _asset_checks(asset: str, rules: list[Rule]) -> dg.AssetChecksDefinition:
    tables = sorted({r.table for r in rules})

    @dg.multi_asset_check(specs=[_spec(r) for r in rules], name=f"check__{asset.replace('.', '__')}", can_subset=True)
    def check(context: dg.AssetCheckExecutionContext, store: dg.ResourceParam[Run]) -> Iterator[dg.AssetCheckResult]:
        wanted = {k.name for k in context.selected_asset_check_keys}
        with guarded(f"checks of {asset}"):
            outcomes = [outcome for table in tables for outcome in check_table(store, table)]
            since = broken_since(store)
            results = [_result(store, o, since) for o in outcomes if o.rule.rule in wanted]
        yield from results

    return check


def asset_checks() -> list[dg.AssetChecksDefinition]:
    """Every rule as a check, one step an asset."""
    ordered = sorted(load_rules(), key=lambda r: asset_of(r.table))
    return [_asset_checks(asset, list(rules)) for asset, rules in groupby(ordered, key=lambda r: asset_of(r.table))]
