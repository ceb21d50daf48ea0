"""Candidate pairs: leads that share a key, never more than a budget a lead."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from leadgrade.engine import DuckDBEngine
from leadgrade.engine.duckdb import polars_schema
from leadgrade.yaml_files import read_yaml

_FILE = Path(__file__).parent / "data" / "blocking.yaml"


@dataclass(frozen=True, slots=True)
class BlockingRule:
    """One kind of key; see data/blocking.yaml."""

    kind: str
    keys: tuple[str, ...]
    split: str
    cap: int
    rare: bool = False


@cache
def _config() -> dict[str, Any]:
    config: dict[str, Any] = read_yaml(_FILE)
    return config


def _cap(rule: dict[str, Any], leads: int) -> int:
    """Small tables can afford more pairs a lead; of rare keys, big ones have to leave more out."""
    config = _config()
    plenty = config["effort_rows"] / max(leads, 1)
    factor = min(plenty if rule.get("rare", False) else max(math.sqrt(plenty), 1.0), config["most_effort"])
    return int(rule["cap"] * factor)


def rules(leads: int | None = None) -> tuple[BlockingRule, ...]:
    """The rules in the order of the file, with caps for a table of so many leads."""
    size = _config()["effort_rows"] if leads is None else leads
    return tuple(
        BlockingRule(kind, tuple(r["keys"]), r["split"], _cap(r, size), r.get("rare", False))
        for kind, r in _config()["rules"].items()
        if _cap(r, size) > 1
    )


def _keys_query(rule: BlockingRule) -> str:
    """Every key of every lead, with the size of the group that shares it; keys of one lead alone are left out."""
    each = " union ".join(
        f"select f.record, {key} as key, coalesce({rule.split}, '') as split, f.name_key "
        f"from people.features as f where {key} is not null"
        for key in rule.keys
    )
    return f"""
with keyed as ({each}),
sizes as (
    select k.key, count(*) as records from keyed as k group by k.key
    having count(*) > 1{f" and count(*) <= {rule.cap}" if rule.rare else ""}
)
select k.record, k.name_key, s.records > {rule.cap} as is_split,
    case when s.records > {rule.cap} then k.key || chr(31) || k.split else k.key end as key
from keyed as k
inner join sizes as s on k.key = s.key"""


def _pairs_query(rule: BlockingRule) -> str:
    """Pairs of a group up to the cap all with all, of a bigger one each with its neighbours by name."""
    near = _config()["neighbours"]
    return f"""
with sizes as (select k.key, count(*) as records from people.block_keys as k group by k.key having count(*) > 1),
small as (
    select k.record, k.key from people.block_keys as k inner join sizes as s on k.key = s.key where s.records <= {rule.cap}
),
big as (
    select k.record, k.key, row_number() over (partition by k.key order by k.name_key, k.record) as place
    from people.block_keys as k inner join sizes as s on k.key = s.key
    where s.records > {rule.cap}
),
-- an equality on the place: a range would compare every lead of the group with every other
ahead as (select b.record, b.key, unnest(range(b.place + 1, b.place + {near} + 1)) as place from big as b)
select a.record as record_a, b.record as record_b
from small as a inner join small as b on a.key = b.key and a.record < b.record
union all
select least(a.record, b.record) as record_a, greatest(a.record, b.record) as record_b
from ahead as a inner join big as b on a.key = b.key and a.place = b.place"""


def _capped_query(rule: BlockingRule) -> str:
    return f"""
with sizes as (
    select k.key, bool_or(k.is_split) as is_split, count(*) as records from people.block_keys as k group by k.key
)
select '{rule.kind}' as key_kind,
    count(distinct s.key) filter (where s.is_split) as keys,
    coalesce(sum(s.records) filter (where s.is_split), 0)::bigint as records,
    coalesce(sum(s.records) filter (where s.is_split and s.records > {rule.cap}), 0)::bigint as neighbour_records
from sizes as s"""


def build_candidates(engine: DuckDBEngine) -> int:
    """Make ``people.candidates`` and ``people.capped_keys`` from ``people.features``; return the number of pairs.

    One kind at a time, so that the keys of one kind alone are held.
    """
    engine.sql("create or replace table people.block_pairs (record_a bigint, record_b bigint)")
    capped: list[pl.DataFrame] = []
    for rule in rules(engine.count("people.features")):
        engine.sql(f"create or replace table people.block_keys as {_keys_query(rule)}")
        if engine.count("people.block_keys"):
            engine.sql(f"insert into people.block_pairs {_pairs_query(rule)}")
            capped.append(engine.collect(_capped_query(rule)))
    pairs = engine.materialize(
        "people.candidates", "select distinct p.record_a, p.record_b from people.block_pairs as p"
    )
    engine.write("people.capped_keys", pl.concat([pl.DataFrame(schema=polars_schema("people.capped_keys")), *capped]))
    engine.sql("drop table people.block_pairs")
    engine.sql("drop table people.block_keys")
    return pairs
