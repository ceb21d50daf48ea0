"""The pairs of leads that changed: found through the keys of all leads, weighed by the model that stands.

Every group that a lead of tonight's changes is in, or was in, is looked at as a whole: who left a group may have brought it below
its cap. What was compared before and did not change keeps its weight, also where its group has grown over the cap since.
"""

from __future__ import annotations

import math
from dataclasses import replace

import polars as pl

from leadgrade.engine import DuckDBEngine
from leadgrade.people.blocking import pairs_query
from leadgrade.people.blocking_rules import BlockingRule, has_own, hashed, rules
from leadgrade.people.compare import READ, compare, compare_query
from leadgrade.people.matching import pairs_of
from leadgrade.people.model import STRANGER, Model
from leadgrade.people.model_table import from_frame
from leadgrade.people.score import score


def _keys_of(table: str, kinds: tuple[BlockingRule, ...]) -> str:
    """Kind and hash of every key of the leads in a table with the columns of people.features."""
    each = ((rule.kind, hashed(key, "v.kind"), has_own(rule, i)) for rule in kinds for i, key in enumerate(rule.keys))
    return " union all ".join(
        f"select v.kind, cast({key} // 2 as bigint) as key, f.record "
        f"from {table} as f cross join (select '{kind}' as kind) as v where {is_own}"
        for kind, key, is_own in each
    )


def _kinds(engine: DuckDBEngine) -> tuple[BlockingRule, ...]:
    """The kinds of keys with the caps that the last full night planned: those of the table's size would change by the night."""
    known = {rule.kind: rule for rule in rules()}
    planned = engine.collect("select r.key_kind, r.cap from people.blocking_report as r")
    return tuple(replace(known[kind], cap=cap) for kind, cap in planned.rows())


def build_lead_keys(engine: DuckDBEngine) -> int:
    """Make ``people.lead_keys`` from ``people.features``: who shares a key is found in it without reading all leads."""
    return engine.materialize("people.lead_keys", _keys_of("people.features", _kinds(engine)))


def _renew_lead_keys(engine: DuckDBEngine, kinds: tuple[BlockingRule, ...]) -> None:
    """Bring ``people.lead_keys`` up to tonight; ``scratch.touched_keys`` are those that a lead has now or had before."""
    engine.sql(f"create or replace table scratch.renewed_keys as {_keys_of('scratch.recompared', kinds)}")
    engine.sql("""
create or replace table scratch.touched_keys as
select k.kind, k.key from scratch.renewed_keys as k
union
select k.kind, k.key from people.lead_keys as k where k.record in (select c.record from people.changes as c)""")
    engine.sql("""
delete from people.lead_keys as k using people.changes as c where c.kind <> 'shared' and k.record = c.record""")
    engine.sql("insert into people.lead_keys by name select k.* from scratch.renewed_keys as k")


def _groups_query(kinds: tuple[BlockingRule, ...]) -> str:
    """Leads under the touched keys, as scratch.block_keys; keys of rare kinds that too many share are left out."""
    caps = ", ".join(f"('{rule.kind}', {rule.cap}, {str(rule.rare).lower()})" for rule in kinds)
    split = " ".join(f"when '{rule.kind}' then coalesce({rule.split}, '')" for rule in kinds)
    return f"""
with caps as (select * from (values {caps}) as v (kind, cap, is_rare)),
members as (
    select k.kind, k.key, k.record from people.lead_keys as k semi join scratch.touched_keys as t on k.key = t.key
),
sizes as (
    select m.key, c.cap, count(*) > c.cap as is_split
    from members as m inner join caps as c on m.kind = c.kind
    group by m.key, c.cap, c.is_rare
    having count(*) > 1 and not (c.is_rare and count(*) > c.cap)
)
select m.record, m.key, cast(null as varchar) as name_key, cast(null as varchar) as lead_id, s.cap
from members as m inner join sizes as s on m.key = s.key
where not s.is_split
union all
select m.record, cast(hash(m.key, case m.kind {split} end) // 2 as bigint) as key, f.name_key, f.lead_id, s.cap
from members as m inner join sizes as s on m.key = s.key
inner join people.features as f on m.record = f.record
where s.is_split"""


def _find_candidates(engine: DuckDBEngine, kinds: tuple[BlockingRule, ...]) -> int:
    """Make ``people.candidates``: the pairs under touched keys that have no weight."""
    engine.sql(f"create or replace table scratch.block_keys as {_groups_query(kinds)}")
    return engine.materialize(
        "people.candidates",
        f"select distinct p.record_a, p.record_b from ({pairs_query('k.cap', 'scratch.block_keys', 'k.lead_id')}) as p "
        "anti join people.scored as s on p.record_a = s.record_a and p.record_b = s.record_b",
    )


def _drop_pairs(engine: DuckDBEngine, match_threshold: float) -> None:
    """Take the pairs of changed leads out; ``people.touched`` gets these leads and who was held together by them."""
    gone = "s.record_a in (select c.record from people.changes as c) or s.record_b in (select c.record from people.changes as c)"
    engine.sql(f"create or replace table scratch.dropped as select s.* from people.scored as s where {gone}")
    engine.sql(f"delete from people.scored as s where {gone}")
    engine.sql(f"""
insert into people.touched by name
select c.record from people.changes as c
union
select unnest([d.record_a, d.record_b]) as record from scratch.dropped as d where d.match_probability >= {match_threshold!r}""")
    leads = "select c.lead_id from people.changes as c"
    engine.sql(f"delete from people.pairs as p where p.lead_id_a in ({leads}) or p.lead_id_b in ({leads})")


def kept_model(engine: DuckDBEngine) -> Model:
    """The model in ``people.model``, for the leads of tonight: a person has as many as before, a stranger more others."""
    model, leads = from_frame(engine.read("people.model")), engine.count("people.features")
    gain = math.log2(max(leads, 1) / max(model.leads, 1))
    odds = {name: value if name == STRANGER else value - gain for name, value in model.odds.items()}
    return replace(model, odds=odds, leads=leads)


def _turn_round(engine: DuckDBEngine) -> None:
    """Make ``scratch.turned_pairs``, tonight's pairs with the lead that changed first: its counts are tonight's.

    Two that did not change are new neighbours in a group: they are clustered anew, too.
    """
    engine.sql("""
create or replace table scratch.turned_pairs as
select
    case when b.record is null or a.record is not null then c.record_a else c.record_b end as record_a,
    case when b.record is null or a.record is not null then c.record_b else c.record_a end as record_b,
    coalesce(a.record, b.record) is null as is_old
from people.candidates as c
left join people.changes as a on c.record_a = a.record
left join people.changes as b on c.record_b = b.record""")
    engine.sql("""
insert into people.touched by name
select distinct unnest([t.record_a, t.record_b]) as record from scratch.turned_pairs as t where t.is_old""")
    engine.sql(f"""
create or replace table scratch.partners as
select f.record, {", ".join(f"f.{column}" for column in READ)} from people.features as f
where f.record in (select unnest([t.record_a, t.record_b]) from scratch.turned_pairs as t)""")


def renew_pairs(engine: DuckDBEngine, match_threshold: float, review_threshold: float) -> tuple[int, int]:
    """Bring ``people.candidates``, ``people.scored`` and ``people.pairs`` up to tonight.

    Args:
        engine: Holds ``people.changes``, ``scratch.recompared`` and ``people.features`` of tonight.
        match_threshold: Match probability from which two leads are one person.
        review_threshold: Match probability from which a pair is kept for review.

    Returns:
        Pairs compared tonight, and pairs kept.
    """
    kinds = _kinds(engine)
    _renew_lead_keys(engine, kinds)
    _drop_pairs(engine, match_threshold)
    kept = engine.count("people.scored")
    compared = _find_candidates(engine, kinds)
    _turn_round(engine)
    model = kept_model(engine)
    engine.sql("create or replace table scratch.weighed as select * from people.scored limit 0")
    query = compare_query("scratch.turned_pairs", features="scratch.partners")
    for batch in engine.batches(query):
        weighed = score(compare(batch), model, review_threshold)
        low, high = pl.min_horizontal("record_a", "record_b"), pl.max_horizontal("record_a", "record_b")
        engine.write(
            "scratch.weighed", weighed.with_columns(low.alias("record_a"), high.alias("record_b")), append=True
        )
    engine.sql("insert into people.scored by name select w.* from scratch.weighed as w")
    engine.sql(f"insert into people.pairs by name {pairs_of('scratch.weighed', match_threshold, review_threshold)}")
    for table in (
        "recompared",
        "renewed_keys",
        "touched_keys",
        "block_keys",
        "dropped",
        "turned_pairs",
        "partners",
        "weighed",
    ):
        engine.sql(f"drop table scratch.{table}")
    return compared, kept
