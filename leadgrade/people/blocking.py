"""Candidate pairs: leads that share a key, within a budget of pairs that is kept before the first pair is made."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from leadgrade.engine import DuckDBEngine
from leadgrade.people.blocking_plan import Plan, plan
from leadgrade.people.blocking_rules import BlockingRule, config, has_own, hashed, needed, rules
from leadgrade.people.compare import filled_texts

_KEYS = """
create or replace table {table} as
with keyed as ({keyed}),
sizes as (
    select k.key, count(*) as records, min(k.record) as speaker from keyed as k group by k.key having count(*) > 1
)
select k.record, k.key, hash(k.key, k.split) as part, s.records
from keyed as k inner join sizes as s on k.key = s.key
where {kept}"""
_GROUPS = """
select {number} as number, k.records, 0 as part_records, count(*) // any_value({leads}) as groups
from {keys} as k group by k.records"""
_PARTS = """
select {number} as number, p.records, p.part_records, count(*) as groups
from (
    select k.part, any_value(k.records)::bigint as records, count(*) as part_records
    from {keys} as k where k.records > 2 group by k.part
) as p
group by p.records, p.part_records"""
_NO_SIZES = "select 0 as number, 0 as records, 0 as part_records, 0 as groups where false"


def _keyed_query(rule: BlockingRule) -> str:
    """Hash of every key of every lead, and of what splits it."""
    return " union all ".join(
        f"select f.record, {hashed(key)} as key, hash(coalesce({rule.split}, '')) as split from people.features as f "
        f"where {has_own(rule, i)}"
        for i, key in enumerate(rule.keys)
    )


def _keys_of(number: int) -> str:
    """Table of the keys of a kind that several leads share; one a kind, for appending to one for all costs four times as much."""
    return f"people.rule_keys_{number}"


def _pairs_of(number: int) -> str:
    return f"people.block_pairs_{number}"


def _make_keys(engine: DuckDBEngine, number: int, rule: BlockingRule) -> None:
    """Make the table of the keys of a kind; of a rare key that too many share, one row to count it by."""
    kept = f"s.records <= {rule.cap} or k.record = s.speaker" if rule.rare else "true"
    engine.sql(_KEYS.format(table=_keys_of(number), keyed=_keyed_query(rule), kept=kept))


def _sizes_query(number: int, rule: BlockingRule) -> str:
    """Sizes of the groups of a kind, and of their parts where groups are split."""
    leads = f"case when k.records > {rule.cap} then 1 else k.records end" if rule.rare else "k.records"
    groups = _GROUPS.format(number=number, leads=leads, keys=_keys_of(number))
    return groups if rule.rare else f"{groups} union all {_PARTS.format(number=number, keys=_keys_of(number))}"


def _blocks_query(number: int, rule: BlockingRule) -> str:
    """Leads under keys up to the cap, and under the parts of bigger ones."""
    return f"""
select k.record, k.key, cast(null as varchar) as name_key
from {_keys_of(number)} as k where k.records <= {rule.cap}
union all
select k.record, k.part as key, f.name_key
from {_keys_of(number)} as k inner join people.features as f on k.record = f.record
where k.records > {rule.cap} and not {rule.rare}"""


def pairs_query(cap: int | str, keys: str, order: str = "k.record") -> str:
    """Pairs of the groups in a table of keys: up to the cap all with all, of a bigger one each with its neighbours by name.

    Args:
        cap: A figure, or a column of the keys (alias k) where keys of several kinds lie together.
        keys: Table of record, key and name_key.
        order: What puts leads of one name in the order of lead_id.
    """
    return f"""
with sizes as (select k.key, count(*) as records from {keys} as k group by k.key having count(*) > 1),
small as (
    select k.record, k.key from {keys} as k inner join sizes as s on k.key = s.key where s.records <= {cap}
),
big as (
    select k.record, k.key, least({config()["neighbours"]}, ({cap} - 1) // 2) as near,
        row_number() over (partition by k.key order by k.name_key, {order}) as place
    from {keys} as k inner join sizes as s on k.key = s.key
    where s.records > {cap}
),
-- an equality on the place: a range would compare every lead of the group with every other
ahead as (select b.record, b.key, unnest(range(b.place + 1, b.place + b.near + 1)) as place from big as b)
select a.record as record_a, b.record as record_b
from small as a inner join small as b on a.key = b.key and a.record < b.record
union all
select least(a.record, b.record) as record_a, greatest(a.record, b.record) as record_b
from ahead as a inner join big as b on a.key = b.key and a.place = b.place"""


def _all_with_all(number: int) -> str:
    """The pairs of a kind of which no group is beyond the cap."""
    return f"""
select a.record as record_a, b.record as record_b
from {_keys_of(number)} as a inner join {_keys_of(number)} as b on a.key = b.key and a.record < b.record"""


def _within_cap(number: int, rule: BlockingRule) -> str:
    return f"""
with block_keys as materialized ({_blocks_query(number, rule)})
select p.record_a, p.record_b from ({pairs_query(rule.cap, "block_keys")}) as p"""


def _make_pairs(engine: DuckDBEngine, number: int, kind: Plan) -> int:
    """Make the table of the pairs of a kind; return their number."""
    if not kind.pairs:
        return 0
    query = _within_cap(number, kind.rule) if kind.capped_groups else _all_with_all(number)
    engine.sql(f"create or replace table {_pairs_of(number)} as {query}")
    return engine.count(_pairs_of(number))


def _report(planned: list[Plan], made: list[int]) -> pl.DataFrame:
    rows = [{**kind.as_row(), "pairs": pairs} for kind, pairs in zip(planned, made, strict=True)]
    return pl.DataFrame(rows, infer_schema_length=None)


def _usable(rule: BlockingRule, filled: frozenset[str]) -> BlockingRule:
    return replace(rule, keys=tuple(key for key in rule.keys if needed(key) <= filled))


def estimate(engine: DuckDBEngine) -> list[Plan]:
    """What each kind of key will cost and find, from the sizes of its groups; makes the tables of keys and no pair."""
    leads, filled = engine.count("people.features"), filled_texts(engine)
    kinds = rules(leads)
    usable = [_usable(rule, filled) for rule in kinds]
    made = [(number, rule) for number, rule in enumerate(usable) if rule.keys]
    for number, rule in made:
        _make_keys(engine, number, rule)
    found = engine.collect(" union all ".join([_NO_SIZES, *(_sizes_query(number, rule) for number, rule in made)]))
    sizes = found.partition_by("number", as_dict=True, include_key=False)
    none = found.clear().drop("number")
    counted = engine.collect(
        "select v.field, sum(v.records)::double as records from people.value_counts as v group by 1"
    )
    shares = {field: records / max(leads, 1) for field, records in counted.rows()}
    return plan(kinds, [sizes.get((number,), none) for number in range(len(kinds))], leads, shares)


def build_candidates(engine: DuckDBEngine) -> int:
    """Make ``people.candidates`` and ``people.blocking_report`` from ``people.features``.

    Returns:
        The number of pairs.
    """
    planned = estimate(engine)
    made = [_make_pairs(engine, number, kind) for number, kind in enumerate(planned)]
    every = " union all ".join(
        f"select p.record_a, p.record_b from {_pairs_of(n)} as p" for n, pairs in enumerate(made) if pairs
    )
    none = "select 0 as record_a, 0 as record_b where false"
    pairs = engine.materialize(
        "people.candidates", f"select distinct p.record_a, p.record_b from ({every or none}) as p"
    )
    engine.write("people.blocking_report", _report(planned, made))
    for table in (table(n) for n in range(len(planned)) for table in (_keys_of, _pairs_of)):
        engine.sql(f"drop table if exists {table}")
    return pairs
