"""The scores of the last night, which say what a person is worth to those who verify."""

from __future__ import annotations

from leadgrade.engine.duckdb import DuckDBEngine

TABLE = "hygiene.last_scores"
READS = ("people.id_changes",)
# the newest night before this one; who merged into another since hands over the better score
_QUERY = """
with last_night as (
    select max(history.as_of) as as_of
    from scores.history as history
    cross join meta.run as run
    where history.as_of < run.as_of
)
select coalesce(changes.new_person_id, history.person_id) as person_id, max(history.score) as score
from scores.history as history
inner join last_night on history.as_of = last_night.as_of
left join people.id_changes as changes on history.person_id = changes.old_person_id
group by coalesce(changes.new_person_id, history.person_id)"""


def build(engine: DuckDBEngine) -> int:
    """Make ``hygiene.last_scores`` from scores.history as earlier nights left it, and return its rows.

    Tonight's scores come after this stage, and data flows forward only. On the first night the table is empty.
    """
    engine.ensure("scores.history")
    engine.ensure("people.id_changes")
    return engine.materialize(TABLE, _QUERY)
