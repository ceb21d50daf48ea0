"""Candidate pairs: leads that share a key, within a budget of pairs that is kept before the first pair is made."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import polars as pl

from leadgrade.engine import DuckDBEngine
from leadgrade.people.blocking_plan import Plan, plan
from leadgrade.people.blocking_rules import BlockingRule, config, needed, rules
from leadgrade.people.compare import filled_texts

_SIZES = {"records": pl.Int64(), "part_records": pl.Int64(), "groups": pl.Int64()}
_HELD = ("keyed", "key_sizes", "rule_keys", "block_keys", "block_pairs")


def _keyed_query(rule: BlockingRule) -> str:
    """Hash of every key of every lead, and of what splits it."""
    return " union all ".join(
        f"select f.record, hash({key}) as key, hash(coalesce({rule.split}, '')) as split from people.features as f "
        f"where {key} is not null" + "".join(f" and {key} is distinct from {other}" for other in rule.keys[:i])
        for i, key in enumerate(rule.keys)
    )


_KEY_SIZES = "select k.key, count(*) as records from people.keyed as k group by k.key having count(*) > 1"
_GROUPS = "select s.records, 0 as part_records, count(*) as groups from people.key_sizes as s group by s.records"
_PARTS = """
with parts as (
    select k.part, any_value(k.records)::bigint as records, count(*) as part_records
    from people.rule_keys as k where k.rule = {number} and k.records > 2 group by k.part
)
select p.records, p.part_records, count(*) as groups from parts as p group by p.records, p.part_records"""


def _gather(engine: DuckDBEngine, number: int, rule: BlockingRule, filled: frozenset[str]) -> pl.DataFrame:
    """Add the keys of a kind that several leads share to people.rule_keys; return the sizes of groups and parts."""
    rule = replace(rule, keys=tuple(key for key in rule.keys if needed(key) <= filled))
    if not rule.keys:
        return pl.DataFrame(schema=_SIZES)
    engine.sql(f"create or replace table people.keyed as {_keyed_query(rule)}")
    engine.sql(f"create or replace table people.key_sizes as {_KEY_SIZES}")
    engine.sql(f"""
insert into people.rule_keys
select {number} as rule, k.record, k.key, hash(k.key, k.split) as part, s.records
from people.keyed as k inner join people.key_sizes as s on k.key = s.key
{f"where s.records <= {rule.cap}" if rule.rare else ""}""")
    groups = engine.collect(_GROUPS)
    return (
        groups
        if rule.rare
        else pl.concat([groups, engine.collect(_PARTS.format(number=number))], how="vertical_relaxed")
    )


def _blocks_query(number: int, rule: BlockingRule) -> str:
    """Leads under keys up to the cap, and under the parts of bigger ones."""
    return f"""
select k.record, k.key, cast(null as varchar) as name_key
from people.rule_keys as k where k.rule = {number} and k.records <= {rule.cap}
union all
select k.record, k.part as key, f.name_key
from people.rule_keys as k inner join people.features as f on k.record = f.record
where k.rule = {number} and k.records > {rule.cap} and not {rule.rare}"""


def pairs_query(cap: int | str, order: str = "k.record", keys: str = "people.block_keys") -> str:
    """Pairs of the groups in a table of keys: up to the cap all with all, of a bigger one each with its neighbours by name.

    Args:
        cap: A figure, or a column of the keys (alias k) where keys of several kinds lie together.
        order: What puts leads of one name in the order of lead_id.
        keys: Table of record, key and name_key.
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


def _make_pairs(engine: DuckDBEngine, planned: list[Plan]) -> list[int]:
    """Fill people.block_pairs, one kind at a time; return the pairs of each."""
    engine.sql("create or replace table people.block_pairs (record_a integer, record_b integer)")
    made = [0]
    for number, kind in enumerate(planned):
        if kind.pairs:
            engine.sql(f"create or replace table people.block_keys as {_blocks_query(number, kind.rule)}")
            engine.sql(f"insert into people.block_pairs {pairs_query(kind.rule.cap)}")
        made.append(engine.count("people.block_pairs"))
    return [after - before for before, after in pairwise(made)]


def _report(planned: list[Plan], made: list[int]) -> pl.DataFrame:
    rows = [{**kind.as_row(), "pairs": pairs} for kind, pairs in zip(planned, made, strict=True)]
    return pl.DataFrame(rows, infer_schema_length=None)


def estimate(engine: DuckDBEngine) -> list[Plan]:
    """What each kind of key will cost and find, from the sizes of its groups; makes ``people.rule_keys`` and no pair."""
    leads = engine.count("people.features")
    kinds = rules(leads)
    engine.sql(
        "create or replace table people.rule_keys "
        "(rule tinyint, record integer, key ubigint, part ubigint, records integer)"
    )
    columns = filled_texts(engine)
    sizes = [_gather(engine, number, rule, columns) for number, rule in enumerate(kinds)]
    filled = engine.collect(
        "select v.field, sum(v.records)::double as records from people.value_counts as v group by 1"
    )
    shares = {field: records / max(leads, 1) for field, records in filled.rows()}
    return plan(kinds, sizes, leads, shares)


def build_candidates(engine: DuckDBEngine) -> int:
    """Make ``people.candidates`` and ``people.blocking_report`` from ``people.features``.

    Returns:
        The number of pairs.
    """
    planned = estimate(engine)
    made = _make_pairs(engine, planned)
    pairs = engine.materialize(
        "people.candidates", "select distinct p.record_a, p.record_b from people.block_pairs as p"
    )
    engine.write("people.blocking_report", _report(planned, made))
    for table in _HELD:
        engine.sql(f"drop table if exists people.{table}")
    return pairs
