"""Pairs that stand for all pairs of a table: candidates, pairs drawn at random, and pairs that share a place or a workplace.

Each pair of the sample stands for as many pairs of the table as its weight says. The choice depends on the leads alone, so
the order of the rows does not matter and the same table teaches the same every night.
"""

from __future__ import annotations

import math

import numpy as np
import polars as pl

from leadgrade.engine import DuckDBEngine

MOST_CANDIDATES = 60_000
RANDOM_PAIRS = 15_000
MOST_ANCHORED = 2_500
_NEIGHBOURS = 3
ANCHORS = ("company", "street", "phone", "postal", "city")


def _candidates(engine: DuckDBEngine) -> pl.DataFrame:
    count = engine.count("people.candidates")
    step = max(1, math.ceil(count / MOST_CANDIDATES))
    # neighbours in the order of lead_id are often one person: the low bits alone would leave them all out or take them all
    query = f"""
select c.record_a, c.record_b from people.candidates as c
where (c.record_a * 2654435761 + c.record_b * 2246822519) // 65536 % {step} = 0"""
    frame = engine.collect(query)
    return frame.with_columns(weight=pl.lit(count / max(frame.height, 1)))


def _random(leads: int) -> pl.DataFrame:
    draw = np.random.default_rng(7)
    pairs = np.sort(draw.integers(1, leads + 1, size=(RANDOM_PAIRS, 2)), axis=1)
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    weight = leads * (leads - 1) / 2 / max(len(pairs), 1)
    return pl.DataFrame({"record_a": pairs[:, 0], "record_b": pairs[:, 1], "weight": np.full(len(pairs), weight)})


def _anchored(engine: DuckDBEngine, anchor: str) -> pl.DataFrame:
    """Pairs that share a value, each lead with its next neighbours in the group."""
    drawn_share = f"(d.records - 1) / 2.0 / least({_NEIGHBOURS}, d.records - 1)"
    query = f"""
with groups as (
    select f.{anchor} as value, count(*) as records from people.features as f
    where f.{anchor} is not null group by f.{anchor} having count(*) > 1
),
chosen as (select g.value, g.records, sum(g.records) over (order by md5(g.value), g.value) as place from groups as g),
placed as (
    select f.record, c.value, c.records,
        row_number() over (partition by c.value order by md5(f.lead_id), f.lead_id) as place
    from people.features as f inner join chosen as c on f.{anchor} = c.value
    where c.place - c.records < {MOST_ANCHORED}
    qualify place <= {MOST_ANCHORED}
),
ahead as (
    select p.record, p.value, p.records, unnest(range(p.place + 1, p.place + {_NEIGHBOURS + 1})) as place from placed as p
),
drawn as (
    select least(a.record, p.record) as record_a, greatest(a.record, p.record) as record_b, a.records
    from ahead as a inner join placed as p on a.value = p.value and a.place = p.place
)
select d.record_a, d.record_b,
    {drawn_share} / sum({drawn_share}) over ()
    * (select sum(g.records * (g.records - 1) / 2) from groups as g) as weight
from drawn as d"""
    return engine.collect(query)


def build_sample(engine: DuckDBEngine, table: str) -> int:
    """Make a table of sampled pairs: record_a, record_b, weight, is_candidate.

    Pairs that share no key stand for strangers: candidates that were drawn at random or by a shared value are taken out again,
    or true pairs would be held to be strangers.
    """
    leads = engine.count("people.features")
    parts = [_candidates(engine), _random(leads), *(_anchored(engine, anchor) for anchor in ANCHORS)]
    sample = pl.concat(
        part.select("record_a", "record_b", pl.col("weight").cast(pl.Float64), pl.lit(i == 0).alias("is_candidate"))
        for i, part in enumerate(parts)
    )
    engine.write(table, sample)
    engine.sql(f"""
delete from {table} as s using people.candidates as c
where not s.is_candidate and s.record_a = c.record_a and s.record_b = c.record_b""")
    return engine.count(table)
