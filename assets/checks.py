"""One Dagster check for each rule of the audit, run as soon as its table is made."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

import dagster as dg

from assets.factory import key
from assets.graph import asset_of
from assets.guard import guarded
from leadgrade.audit import Rule, RuleResult, check_table, load_rules
from leadgrade.run import Run


def _spec(rule: Rule) -> dg.AssetCheckSpec:
    return dg.AssetCheckSpec(
        name=rule.rule,
        asset=key(asset_of(rule.table)),
        additional_deps=[key(asset_of(t)) for t in rule.waits_for],
        blocking=rule.blocking,
        description=rule.sentence,
        metadata={"severity": rule.severity},
    )


def _result(outcome: RuleResult) -> dg.AssetCheckResult:
    """Numbers and keys, never values: metadata of a check is open to everybody who reaches the UI."""
    rule = outcome.rule
    metadata: dict[str, Any] = {
        "failures": outcome.failures,
        "rows_checked": outcome.rows_checked,
        "share": outcome.share,
        "example_keys": ", ".join(outcome.example_keys) or "none",
    }
    if rule.max_share is not None:
        metadata["threshold"] = rule.max_share
    return dg.AssetCheckResult(
        check_name=rule.rule,
        asset_key=key(asset_of(rule.table)),
        passed=outcome.passed,
        severity=dg.AssetCheckSeverity.ERROR if rule.severity == "error" else dg.AssetCheckSeverity.WARN,
        description=f"{outcome.failures} of {outcome.rows_checked} rows break it. {rule.sentence}",
        metadata=metadata,
    )


def _asset_checks(asset: str, rules: list[Rule]) -> dg.AssetChecksDefinition:
    tables = sorted({r.table for r in rules})

    @dg.multi_asset_check(specs=[_spec(r) for r in rules], name=f"check__{asset.replace('.', '__')}", can_subset=True)
    def check(context: dg.AssetCheckExecutionContext, store: dg.ResourceParam[Run]) -> Iterator[dg.AssetCheckResult]:
        with guarded(f"checks of {asset}"):
            outcomes = [outcome for table in tables for outcome in check_table(store, table)]
        wanted = {k.name for k in context.selected_asset_check_keys}
        yield from (_result(o) for o in outcomes if o.rule.rule in wanted)

    return check


def asset_checks() -> list[dg.AssetChecksDefinition]:
    """Every rule as a check, one step an asset."""
    ordered = sorted(load_rules(), key=lambda r: asset_of(r.table))
    return [_asset_checks(asset, list(rules)) for asset, rules in groupby(ordered, key=lambda r: asset_of(r.table))]
