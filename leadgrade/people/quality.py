"""How well the evidence holds people together: their weakest links, and links that alone hold two parts together."""

from __future__ import annotations

import numpy as np
import polars as pl

from leadgrade.people.graph import bridges, spanning_forest
from leadgrade.run import Run

_LARGE = 3
# links of large people looked at in one go, whole people at a time
_LINKS_AT_ONCE = 2_000_000

# every compared or decided pair within a person; a link is a pair that makes two leads one by itself
_INNER = """
with sizes as (
    select members.person_id, count(*) as leads from people.members as members
    group by members.person_id having count(*) > 1
),
placed as (
    select features.record, members.person_id, sizes.leads
    from people.members as members
    inner join sizes on members.person_id = sizes.person_id
    inner join people.features as features on members.lead_id = features.lead_id
),
pairs as (
    select s.record_a, s.record_b, s.match_probability, false as is_decided,
        s.match_probability >= $match and not s.is_related as is_link
    from people.scored as s
    anti join people.decided_pairs as d on s.record_a = d.record_a and s.record_b = d.record_b
    union all
    select d.record_a, d.record_b, d.match_probability, true as is_decided, true as is_link
    from people.decided_pairs as d where d.match_weight > 0
)
select a.person_id, a.leads, p.record_a, p.record_b, p.match_probability, p.is_decided, p.is_link
from pairs as p
inner join placed as a on p.record_a = a.record
inner join placed as b on p.record_b = b.record and a.person_id = b.person_id"""

_HELD = f"""
select pairs.person_id, pairs.record_a, pairs.record_b, pairs.match_probability, pairs.is_decided
from people.inner_pairs as pairs
where pairs.is_link and pairs.leads >= {_LARGE} and hash(pairs.person_id) % $slices = $slice
order by pairs.person_id, pairs.match_probability desc, pairs.record_a, pairs.record_b"""

_COHESION = f"""
with counted as (
    select pairs.person_id, pairs.leads, count(*) as compared,
        count(*) filter (where pairs.is_link) as links,
        bool_or(pairs.is_decided) as is_decided,
        max(pairs.match_probability) filter (where pairs.is_link and not pairs.is_decided) as only_link
    from people.inner_pairs as pairs
    group by pairs.person_id, pairs.leads
)
select counted.person_id, counted.leads,
    counted.leads * (counted.leads - 1) // 2 as pairs,
    counted.compared as compared_pairs,
    counted.links as links,
    counted.links / (counted.leads * (counted.leads - 1) / 2) as density,
    case when counted.leads < {_LARGE} then counted.only_link else held.weakest_link end as weakest_link,
    coalesce(held.bridges, 0) as bridges,
    coalesce(held.bridges, 0) > 0 as is_bridged,
    counted.is_decided
from counted
left join people.held as held on counted.person_id = held.person_id"""

_HISTORY = """
with tonight as (
    select run.as_of, run.run_id,
        (select count(*) from people.golden as golden) as people,
        (select count(*) from people.members as members) as leads,
        coalesce((select max(golden.leads) from people.golden as golden), 0) as biggest_person,
        (select count(*) from people.golden as golden where golden.leads > 2) as large_people,
        (select count(*) from people.golden as golden where golden.is_bridged) as bridged_people,
        (
            select count(*) from people.id_changes as changes
            where changes.changed_at = run.as_of and changes.kind = 'merged'
        ) as merged_people,
        (
            select count(*) from (
                select previous.person_id
                from people.previous as previous
                inner join people.members as members on previous.lead_id = members.lead_id
                group by previous.person_id
                having count(distinct members.person_id) > 1
            ) as split
        ) as split_people,
        (select count(*) from people.review as review) as pairs_in_review,
        (select count(distinct o.decision) from people.overrides as o where o.is_in_force) as decisions
    from meta.run as run
),
nights as (
    select history.* from people.cluster_history as history
    anti join tonight on history.as_of = tonight.as_of
    union all by name
    select tonight.* from tonight
)
select nights.* from nights
qualify row_number() over (order by nights.as_of desc) <= $kept"""


def held(links: pl.DataFrame) -> pl.DataFrame:
    """Weakest link and bridges of each person of three leads or more.

    Args:
        links: person_id, record_a, record_b, match_probability, is_decided; each pair once.

    Returns:
        person_id, weakest_link (lowest probability in the tree of its surest links; null where all of them were decided),
        bridges (links without which the person falls apart, none of them decided).
    """
    records = pl.concat([links["record_a"], links["record_b"]]).unique().sort()
    a, b = (records.search_sorted(links[side]).to_numpy().astype(np.int64) for side in ("record_a", "record_b"))
    # what people decided is surer than any evidence
    surety = links.select(pl.col("match_probability") + pl.col("is_decided").cast(pl.Float64)).to_series().to_numpy()
    found = links.with_columns(
        pl.Series("is_tree", spanning_forest(len(records), a, b, surety)),
        pl.Series("is_bridge", bridges(len(records), a, b)),
    )
    own = ~pl.col("is_decided")
    return found.group_by("person_id", maintain_order=True).agg(
        pl.col("match_probability").filter(pl.col("is_tree") & own).min().alias("weakest_link"),
        (pl.col("is_bridge") & own).sum().cast(pl.Int64).alias("bridges"),
    )


def build_cohesion(run: Run) -> None:
    """Make ``people.cohesion`` from the members and the weighed pairs."""
    engine = run.engine
    engine.sql(f"create or replace table people.inner_pairs as {_INNER}", {"match": run.settings.run.match_threshold})
    links = engine.count(f"(select 1 from people.inner_pairs where is_link and leads >= {_LARGE})")
    slices = links // _LINKS_AT_ONCE + 1
    engine.sql("create or replace table people.held (person_id varchar, weakest_link double, bridges bigint)")
    for number in range(slices):
        engine.write("people.held", held(engine.collect(_HELD, {"slices": slices, "slice": number})), append=True)
    engine.materialize("people.cohesion", _COHESION)
    for table in ("people.inner_pairs", "people.held"):
        engine.sql(f"drop table {table}")


def build_history(run: Run) -> None:
    """Bring ``people.cluster_history`` up to tonight; a night that is run again replaces its own line."""
    run.engine.ensure("people.cluster_history")
    query = _HISTORY.replace("$kept", str(run.settings.run.keep_history_nights))
    run.engine.materialize("people.cluster_history", query)
