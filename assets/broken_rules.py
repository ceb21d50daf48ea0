"""Rules that do not hold tonight, and since which night."""

from __future__ import annotations

from leadgrade.run import Run

# runs on parts of the graph leave the other rules' results alone
_BROKEN = """
    with outcomes as (
        select
            results.rule, results.as_of, results.failures,
            max(results.as_of) filter (where results.passed) over (partition by results.rule) as last_passed_at
        from meta.rule_results as results cross join meta.run as run
        where results.as_of <= run.as_of
    )
    select
        outcomes.rule, min(outcomes.as_of)::date as since, count(distinct outcomes.as_of) as nights,
        arg_max(outcomes.failures, outcomes.as_of) as rows
    from outcomes
    where outcomes.last_passed_at is null or outcomes.as_of > outcomes.last_passed_at
    group by outcomes.rule
"""
TO_ACT_ON = f"""
    select rules.table_name as asset, broken.rule, rules.severity, rules.sentence, broken.rows, broken.since, broken.nights
    from ({_BROKEN}) as broken inner join meta.rules as rules on broken.rule = rules.rule
    order by rules.severity, rules.table_name, broken.rule
"""


def broken_since(run: Run) -> dict[str, tuple[str, int]]:
    """Rules that do not hold: the night since when, and how many nights that is."""
    return {row["rule"]: (row["since"].isoformat(), row["nights"]) for row in run.engine.collect(_BROKEN).to_dicts()}
