"""Candidate pairs: leads that share a key, within a budget of pairs that is kept before the first pair is made."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from leadgrade.engine import DuckDBEngine
from leadgrade.people.blocking_plan import Plan, plan
from leadgrade.people.blocking_rules import BlockingRule, config, has_own, hashed, needed, rules
from leadgrade.people.compare import filled_texts

_SIZES = {"records": pl.Int64(), "part_records": pl.Int64(), "groups": pl.Int64()}
_HELD = ("keyed", "key_sizes", "block_keys")


def _keyed_query(rule: BlockingRule) -> str:
    """Hash of every key of every lead, and of what splits it."""
    return " union all ".join(
        f"select f.record, {hashed(key)} as key, hash(coalesce({rule.split}, '')) as split from people.features as f "
        f"where {has_own(rule, i)}"
        for i, key in enumerate(rule.keys)
    )


_KEY_SIZES = "select k.key, count(*) as records from people.keyed as k group by k.key having count(*) > 1"
_GROUPS = "select s.records, 0 as part_records, count(*) as groups from people.key_sizes as s group by s.records"
_PARTS = """
with parts as (
    select k.part, any_value(k.records)::bigint as records, count(*) as part_records
    from {keys} as k where k.records > 2 group by k.part
)
select p.records, p.part_records, count(*) as groups from parts as p group by p.records, p.part_records"""


def _keys_of(number: int) -> str:
    """Table of the keys of a kind that several leads share; one a kind, for appending to one for all costs four times as much."""
    return f"people.rule_keys_{number}"


def _pairs_of(number: int) -> str:
    return f"people.block_pairs_{number}"


def _gather(engine: DuckDBEngine, number: int, rule: BlockingRule) -> pl.DataFrame:
    """Make the table of the keys of a kind; return the sizes of groups and parts."""
    engine.sql(f"create or replace table people.keyed as {_keyed_query(rule)}")
    engine.sql(f"create or replace table people.key_sizes as {_KEY_SIZES}")
    engine.sql(f"""
create or replace table {_keys_of(number)} as
select k.record, k.key, hash(k.key, k.split) as part, s.records
from people.keyed as k inner join people.key_sizes as s on k.key = s.key
{f"where s.records <= {rule.cap}" if rule.rare else ""}""")
    groups = engine.collect(_GROUPS)
    if rule.rare:
        return groups
    return pl.concat([groups, engine.collect(_PARTS.format(keys=_keys_of(number)))], how="vertical_relaxed")


def _blocks_query(number: int, rule: BlockingRule) -> str:
    """Leads under keys up to the cap, and under the parts of bigger ones."""
    return f"""
select k.record, k.key, cast(null as varchar) as name_key
from {_keys_of(number)} as k where k.records <= {rule.cap}
union all
select k.record, k.part as key, f.name_key
from {_keys_of(number)} as k inner join people.features as f on k.record = f.record
where k.records > {rule.cap} and not {rule.rare}"""


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


def _make_pairs(engine: DuckDBEngine, number: int, kind: Plan) -> int:
    """Make the table of the pairs of a kind; return their number."""
    if not kind.pairs:
        return 0
    engine.sql(f"create or replace table people.block_keys as {_blocks_query(number, kind.rule)}")
    engine.sql(f"create or replace table {_pairs_of(number)} as {pairs_query(kind.rule.cap)}")
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
    sizes = [_gather(engine, n, rule) if rule.keys else pl.DataFrame(schema=_SIZES) for n, rule in enumerate(usable)]
    counted = engine.collect(
        "select v.field, sum(v.records)::double as records from people.value_counts as v group by 1"
    )
    shares = {field: records / max(leads, 1) for field, records in counted.rows()}
    return plan(kinds, sizes, leads, shares)


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
    of_kinds = [table(n) for n in range(len(planned)) for table in (_keys_of, _pairs_of)]
    for table in (*(f"people.{name}" for name in _HELD), *of_kinds):
        engine.sql(f"drop table if exists {table}")
    return pairs
