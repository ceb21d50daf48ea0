"""The tables of the stage people that need Python, and the order of all of them."""

from __future__ import annotations

from leadgrade.engine import sql_file
from leadgrade.people import account_match, quality
from leadgrade.people.examples import build_examples
from leadgrade.people.golden_nights import build_golden
from leadgrade.people.nightly import (
    build_assigned,
    build_clusters,
    build_features,
    build_member_rows,
    build_normalised,
    build_pairs,
    build_previous,
)
from leadgrade.people.overrides import build_overrides
from leadgrade.run import Run

__all__ = [
    "build_all", "build_assigned", "build_clusters", "build_features", "build_golden", "build_id_changes",
    "build_member_rows", "build_members", "build_normalised", "build_pairs", "build_previous",
]  # fmt: skip

# where the leads of each person of last night are now; a person none of whose leads is left has no line
_SUCCESSORS = """
with counted as (
    select previous.person_id as old_person_id, assigned.person_id as new_person_id, count(*) as leads
    from people.previous as previous
    inner join people.assigned as assigned on previous.lead_id = assigned.lead_id
    group by previous.person_id, assigned.person_id
)
select counted.old_person_id, counted.new_person_id
from counted
qualify row_number() over (partition by counted.old_person_id order by counted.leads desc, counted.new_person_id) = 1"""

_ID_CHANGES = f"""
with successors as ({_SUCCESSORS}),
gone as (
    select distinct previous.person_id as old_person_id
    from people.previous as previous
    anti join people.assigned as assigned on previous.person_id = assigned.person_id
),
known as (
    -- who followed an id that goes tonight is told of its successor
    select
        changes.old_person_id,
        case when gone.old_person_id is null then changes.new_person_id else successors.new_person_id end as new_person_id,
        changes.changed_at,
        changes.run_id
    from people.id_changes as changes
    left join gone on changes.new_person_id = gone.old_person_id
    left join successors on changes.new_person_id = successors.old_person_id
),
tonight as (
    select gone.old_person_id, successors.new_person_id, run.as_of as changed_at, run.run_id
    from gone
    left join successors on gone.old_person_id = successors.old_person_id
    cross join meta.run as run
),
changes as (select * from known union all select * from tonight)
select
    changes.old_person_id,
    changes.new_person_id,
    case when changes.new_person_id is null then 'removed' else 'merged' end as kind,
    changes.changed_at,
    changes.run_id
from changes"""


def build_id_changes(run: Run) -> None:
    """Bring ``people.id_changes`` up to tonight, from people.previous and people.assigned."""
    run.engine.ensure("people.id_changes")
    run.engine.materialize("people.id_changes", _ID_CHANGES)


def build_members(run: Run) -> None:
    """Make ``people.members`` and ``people.id_changes``, and what they need, from people.pairs."""
    build_overrides(run)
    run.engine.materialize("people.decided_pairs", sql_file("people.decided_pairs").query)
    build_clusters(run)
    build_previous(run)
    build_assigned(run)
    build_member_rows(run)
    build_id_changes(run)


_BY_SQL = (
    "people.account_choices", "people.accounts", "people.account_gaps", "people.subjects", "people.handles", "people.links",
    "raw.row_ledger",
)  # fmt: skip


def build_all(run: Run) -> None:
    """Make every table of the stage in order, then the row ledger. For tests and use without an orchestrator."""
    build_normalised(run)
    build_features(run)
    build_pairs(run)
    build_members(run)
    run.engine.materialize("people.review", sql_file("people.review").query)
    quality.build_cohesion(run)
    build_golden(run)
    run.engine.materialize("people.cluster_quality", sql_file("people.cluster_quality").query)
    quality.build_history(run)
    build_examples(run)
    account_match.build_account_keys(run)
    account_match.build_person_keys(run)
    account_match.build_similar_companies(run)
    for table in _BY_SQL:
        run.engine.materialize(table, sql_file(table).query)
