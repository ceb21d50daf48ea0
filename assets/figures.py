"""Figures beside the assets: numbers that become curves in the Dagster UI, and small tables of where the rows are.

Counts by source, reason, state and the like, all of closed sets or names of the configuration. Never a row of a
person: whoever reaches the UI reads this.
"""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import dagster as dg

from assets import figures_of_scores
from leadgrade.run import Run

MOST_ROWS = 20

# one row of numbers: each column is a curve
NUMBERS: dict[str, str] = {
    "raw.files": """
        select
            count(*) filter (where files.run_id = run.run_id) as files_tonight,
            coalesce(sum(files.rows_read) filter (where files.run_id = run.run_id), 0)::bigint as rows_tonight,
            coalesce(sum(files.rows_read), 0)::bigint as rows_read,
            coalesce(sum(files.rows_quarantined), 0)::bigint as rows_refused,
            count(*) filter (where files.status <> 'taken') as files_refused
        from raw.files as files cross join meta.run as run
    """,
    "raw.columns": """
        select
            count(*) filter (where columns.look = 'empty') as empty_columns,
            count(*) filter (where columns.field is null) as unmapped_columns
        from raw.columns as columns inner join raw.files as files on columns.file_id = files.file_id
        cross join meta.run as run where files.run_id = run.run_id
    """,
    "raw.schema_changes": """
        select
            count(*) as changes_tonight,
            count(*) filter (where changes.severity <> 'info') as warnings_tonight
        from raw.schema_changes as changes inner join meta.run as run on changes.changed_at = run.as_of
    """,
    "contacts.emails": "select count(*) filter (where is_valid) as valid, avg(is_valid::int) as valid_share from contacts.emails",
    "contacts.phones": """
        select
            count(*) filter (where is_valid) as valid, avg(is_valid::int) as valid_share,
            avg((answered_by = 'table')::int) as table_share
        from contacts.phones
    """,
    "people.pairs": "select count(*) filter (where decision = 'review') as pairs_below_the_match_threshold from people.pairs",
    "people.review": """
        select
            count(*) as waiting_for_review, count(*) filter (where why = 'held_apart') as held_apart,
            coalesce(sum(worth), 0) as worth
        from people.review
    """,
    "people.overrides": """
        select
            count(distinct decision) filter (where is_in_force and kind = 'merge') as merges_in_force,
            count(distinct decision) filter (where is_in_force and kind = 'split') as splits_in_force,
            count(*) filter (where is_in_force and not is_known) as unknown_leads
        from people.overrides
    """,
    "people.cohesion": """
        select
            sum(compared_pairs) / nullif(sum(pairs), 0) as compared_share, sum(links) / nullif(sum(pairs), 0) as density,
            min(weakest_link) as weakest_link,
            sum(bridges)::bigint as bridges, count(*) filter (where is_bridged) as bridged_people
        from people.cohesion
    """,
    "people.cluster_history": """
        select
            history.biggest_person, history.merged_people, history.split_people, history.decisions,
            history.bridged_people / nullif(history.large_people, 0) as bridged_share
        from people.cluster_history as history inner join meta.run as run on history.as_of = run.as_of
    """,
    "people.matching_runs": """
        select
            runs.leads, runs.new_leads, runs.changed_leads, runs.gone_leads, runs.shared_leads, runs.pairs_compared,
            runs.pairs_kept, runs.change_share, (runs.mode = 'full')::int as is_full, runs.reason
        from people.matching_runs as runs inner join meta.run as run on runs.run_id = run.run_id
    """,
    "people.golden": """
        select
            coalesce(sum(leads), 0)::bigint as leads,
            coalesce(sum(leads), 0)::bigint - count(*) as duplicate_leads,
            count(*) filter (where in_review) as people_in_review
        from people.golden
    """,
    "hygiene.people": """
        select
            count(*) filter (where is_reachable) as reachable_people,
            count(*) filter (where gaps > 0) as people_with_a_gap,
            count(*) filter (where is_decayed) as decayed_people,
            count(*) filter (where is_spam) as spam_people
        from hygiene.people
    """,
    "hygiene.consent_ledger": """
        select
            count(*) as events, count(distinct subject_key) as subjects,
            count(*) filter (where ledger.arrived_at = run.as_of) as events_tonight
        from hygiene.consent_ledger as ledger cross join meta.run as run
    """,
    "hygiene.consent_gaps": """
        select count(distinct person_id) filter (where severity = 'block') as people_blocked from hygiene.consent_gaps
    """,
    **figures_of_scores.NUMBERS,
}

# name and query of a small table; the page has room for four columns, the rest would be cut off
TABLES: dict[str, tuple[str, str]] = {
    "raw.files": (
        "by_source",
        """
        select
            source, sum(rows_read)::bigint as rows_read, sum(rows_quarantined)::bigint as refused,
            max(ingested_at)::date as newest_file
        from raw.files group by source order by rows_read desc, source
        """,
    ),
    "raw.columns": (
        "by_look",
        """
        select source, look, count(*) as columns, count(field) as mapped
        from raw.columns group by all order by source, columns desc, look
        """,
    ),
    # never the headers: a file without any has people in their place
    "raw.schema_changes": (
        "by_change",
        """
        select source, change, count(*) as changes, max(changed_at)::date as last_seen
        from raw.schema_changes group by all order by last_seen desc, changes desc, source, change
        """,
    ),
    "raw.quarantine": (
        "by_reason",
        """
        select source, object, reason, count(*) as rows
        from raw.quarantine group by all order by rows desc, source, object, reason
        """,
    ),
    "raw.row_ledger": (
        "by_disposition",
        """
        select object, disposition, count(*) as rows
        from raw.row_ledger group by all order by rows desc, object, disposition
        """,
    ),
    "contacts.leads": (
        "by_source",
        """
        select
            leads.source, count(*) as leads, avg(coalesce(emails.is_valid, false)::int) as valid_email,
            avg(coalesce(phones.is_valid, false)::int) as valid_phone
        from contacts.leads as leads
        left join contacts.emails as emails on leads.email_id = emails.email_id
        left join contacts.phones as phones on leads.phone_id = phones.phone_id
        group by leads.source order by leads desc, leads.source
        """,
    ),
    "contacts.emails": (
        "by_fault",
        """
        select coalesce(error, 'none') as fault, count(*) as addresses
        from contacts.emails group by all order by addresses desc, fault
        """,
    ),
    "contacts.phones": (
        "by_fault",
        """
        select coalesce(error, 'none') as fault, count(*) as numbers
        from contacts.phones group by all order by numbers desc, fault
        """,
    ),
    "people.golden": (
        "by_source",
        """
        select source, count(*) as people, sum(leads)::bigint as leads
        from people.golden group by source order by people desc, source
        """,
    ),
    "people.review": (
        "by_reason",
        """
        select why, count(*) as waiting, sum(worth) as worth, max(match_probability) as surest
        from people.review group by why order by waiting desc, why
        """,
    ),
    "people.cluster_quality": (
        "by_size",
        "select leads, people, bridged_people as bridged, weakest_link from people.cluster_quality order by leads",
    ),
    "people.accounts": (
        "by_method",
        "select method, count(*) as people from people.accounts group by method order by people desc, method",
    ),
    "people.account_gaps": (
        "by_reason",
        """
        select reason, evidence, count(*) as people, max(candidates) as most_candidates
        from people.account_gaps group by all order by people desc, reason, evidence
        """,
    ),
    "hygiene.decay": (
        "by_field",
        """
        select
            field, count(*) filter (where state = 'ageing') as ageing,
            count(*) filter (where state = 'stale') as stale, count(*) filter (where state = 'dead') as dead
        from hygiene.decay group by field order by field
        """,
    ),
    "hygiene.decay_models": (
        "as_a_whole",
        """
        select field, annual_decay as lost_a_year, half_life_days, prior_weight
        from hygiene.decay_models where segment = 'all' order by field
        """,
    ),
    "hygiene.decay_backtest": (
        "by_verdict",
        """
        select field, verdict, count(*) as age_bands, sum(checks)::bigint as checks
        from hygiene.decay_backtest group by all order by field, verdict
        """,
    ),
    "hygiene.reverify_queue": (
        "by_field",
        """
        select field, how, count(*) as waiting, sum(gain) as gain
        from hygiene.reverify_queue group by all order by gain desc, field
        """,
    ),
    "hygiene.evidence_faults": (
        "by_fault",
        """
        select object, fault, count(*) as records
        from hygiene.evidence_faults group by all order by records desc, object, fault
        """,
    ),
    "hygiene.consent": (
        "by_state",
        """
        select channel, state, count(*) as people, count(*) filter (where is_usable) as usable
        from hygiene.consent group by all order by people desc, channel, state
        """,
    ),
    "hygiene.consent_ledger": (
        "by_action",
        """
        select object, action, count(*) as events
        from hygiene.consent_ledger group by all order by events desc, object, action
        """,
    ),
    "hygiene.consent_forecast": (
        "by_horizon",
        """
        select
            horizon_days, channel, sum(usable)::bigint as usable, sum(ending)::bigint as ending, sum(lost)::bigint as lost
        from hygiene.consent_forecast group by all order by horizon_days, channel
        """,
    ),
    "hygiene.consent_gaps": (
        "by_reason",
        """
        select reason, severity, count(distinct person_id) as people, min(due_at)::date as first_due
        from hygiene.consent_gaps group by all order by people desc, reason, severity
        """,
    ),
    "hygiene.reach": (
        "by_channel",
        """
        select channel, coalesce(why_not, 'reachable') as outcome, count(*) as people
        from hygiene.reach group by all order by people desc, channel, outcome
        """,
    ),
    "hygiene.risk": (
        "by_signal",
        """
        select signal, is_hard, count(distinct person_id) as people
        from hygiene.risk group by all order by people desc, signal, is_hard
        """,
    ),
    **figures_of_scores.TABLES,
    "metrics.sources": (
        "by_source",
        """
        select
            source, quality_people / nullif(people, 0) as quality, people_with_gaps / nullif(people, 0) as gaps,
            spend / nullif(quality_people, 0) as cost_each
        from metrics.sources order by people desc, source
        """,
    ),
    "metrics.funnel": (
        "against_benchmark",
        """
        select
            metric, value, verdict,
            case
                when benchmark_hi is null then concat('from ', benchmark_lo)
                when benchmark_lo is null then concat('up to ', benchmark_hi)
                else concat(benchmark_lo, ' to ', benchmark_hi)
            end as benchmark
        from metrics.funnel where dimension = 'all' and verdict is not null order by metric
        """,
    ),
}

# tonight's headline figures by name: the longest curves that there are
HEADLINES = """
    select history.metric, history.value
    from metrics.quality_history as history inner join meta.run as run on history.as_of = run.as_of
    where history.value is not null order by history.metric
"""


def _plain(value: Any) -> Any:
    """A value as Dagster's metadata takes it: dates as text, shares cut after four places."""
    if isinstance(value, float):
        return round(value, 4) if math.isfinite(value) else None
    return value.isoformat() if isinstance(value, date) else value


def first_rows(run: Run, query: str) -> list[dict[str, Any]]:
    """The first rows of a query, fit for the UI."""
    rows = run.engine.collect(f"select * from ({query}) limit {MOST_ROWS}").to_dicts()
    return [{name: _plain(value) for name, value in row.items()} for row in rows]


def small_table(name: str, rows: list[dict[str, Any]]) -> dict[str, dg.MetadataValue]:
    """The rows as a table of that name; nothing where there are none."""
    return {name: dg.MetadataValue.table([dg.TableRecord(row) for row in rows])} if rows else {}


def numbers(run: Run, query: str) -> dict[str, Any]:
    """The one row of a query, without what is missing; nothing where it has no row."""
    row = next(iter(run.engine.collect(query).to_dicts()), {})
    return {name: _plain(value) for name, value in row.items() if value is not None}


def headlines(run: Run) -> dict[str, Any]:
    """Tonight's figures of ``metrics.quality_history`` by name."""
    return {row["metric"]: _plain(row["value"]) for row in run.engine.collect(HEADLINES).to_dicts()}


def figures(run: Run, table: str) -> dict[str, Any]:
    """What the page of a table shows beside its row count: its small table and its numbers."""
    found: dict[str, Any] = {}
    if table in TABLES:
        name, query = TABLES[table]
        found |= small_table(name, first_rows(run, query))
    if table in NUMBERS:
        found |= numbers(run, NUMBERS[table])
    if table == "metrics.quality_history":
        found |= headlines(run)
    return found
