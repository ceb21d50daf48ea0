"""Clusters of the leads that tonight's changes touch; all others keep theirs.

Two leads are put together only over a chain of matched pairs, so the clusters of leads that no chain leads to are what they were.
"""

from __future__ import annotations

from leadgrade.engine import DuckDBEngine
from leadgrade.people.matching import clusters_of

# everybody whom a chain of matched pairs leads to from a lead whose pairs changed, or about whom another thing was decided
_REACHED = """
with recursive matched as (
    select s.record_a, s.record_b from people.scored as s where s.match_probability >= $match
    union all
    select d.record_a, d.record_b from people.decided_pairs as d where d.match_weight > 0
),
decided as (
    (select d.* exclude (match_probability, is_related) from people.decided_pairs as d except from people.decided_before)
    union all
    (from people.decided_before except select d.* exclude (match_probability, is_related) from people.decided_pairs as d)
),
sides as (
    select m.record_a as record, m.record_b as other from matched as m
    union all
    select m.record_b as record, m.record_a as other from matched as m
),
reached as (
    select t.record from people.touched as t
    union
    select unnest([d.record_a, d.record_b]) as record from decided as d
    union
    select s.other as record from reached as r inner join sides as s on r.record = s.record
)
select r.record from reached as r"""
# by their place in the order of lead_id: ties are broken as in a full night
_RECLUSTERED = """
select f.lead_id, f.record, row_number() over (order by f.lead_id) as place, l.created_at
from people.features as f
inner join scratch.reached as r on f.record = r.record
inner join contacts.leads as l on f.lead_id = l.lead_id"""
_PAIRS = """
select least(a.place, b.place) as record_a, greatest(a.place, b.place) as record_b,
    s.match_weight, s.match_probability, s.is_related
from $pairs as s
inner join people.reclustered as a on s.record_a = a.record
inner join people.reclustered as b on s.record_b = b.record"""
# leads whose person may be another tonight
MOVED = """
select r.lead_id from people.reclustered as r
union all
select c.lead_id from people.changes as c where c.kind = 'gone'"""


def renew_clusters(engine: DuckDBEngine, match_threshold: float) -> int:
    """Bring ``people.clusters`` up to tonight; return the number of leads whose cluster was made anew."""
    query = _REACHED.replace("$match", repr(float(match_threshold)))
    engine.sql(f"create or replace table scratch.reached as {query}")
    rows = engine.materialize("people.reclustered", _RECLUSTERED)
    for made, pairs in (("reached_pairs", "people.scored"), ("reached_decided", "people.decided_pairs")):
        engine.sql(f"create or replace table scratch.{made} as {_PAIRS.replace('$pairs', pairs)}")
    found = clusters_of(engine, "scratch.reached_pairs", "scratch.reached_decided", match_threshold)
    engine.write("scratch.found", found)
    with engine.transaction():
        engine.sql(f"delete from people.clusters as k where k.lead_id in ({MOVED})")
        engine.sql("""
insert into people.clusters by name
select l.lead_id, c.lead_id as cluster_id, f.match_probability
from scratch.found as f
inner join people.reclustered as l on f.record = l.place
inner join people.reclustered as c on f.cluster = c.place""")
    for table in ("found", "reached", "reached_pairs", "reached_decided"):
        engine.sql(f"drop table scratch.{table}")
    return rows
