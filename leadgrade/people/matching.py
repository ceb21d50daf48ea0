"""The steps from normalised leads to clusters, over an engine: the same for the stage and for :func:`resolve`."""

from __future__ import annotations

import polars as pl

from leadgrade.engine import DuckDBEngine, sql_file
from leadgrade.people.blocking import build_candidates
from leadgrade.people.cluster import cluster
from leadgrade.people.compare import compare
from leadgrade.people.learn import Learned, learn
from leadgrade.people.model import Model
from leadgrade.people.model_table import to_frame
from leadgrade.people.paired import Adding, Paired
from leadgrade.people.score import score

_PAIRS = """
select
    least(a.lead_id, b.lead_id) as lead_id_a,
    greatest(a.lead_id, b.lead_id) as lead_id_b,
    s.match_weight,
    s.match_probability,
    case when s.match_probability >= $match then 'match' else 'review' end as decision,
    s.evidence
from $scored as s
inner join people.features as a on s.record_a = a.record
inner join people.features as b on s.record_b = b.record
where s.match_probability >= $review"""
# what was compared among the leads of matched pairs: the evidence against a chain, too; what people decided takes its place
_RELATED = """
with matched as (
    select s.record_a as record from $scored as s where s.match_probability >= $match
    union
    select s.record_b as record from $scored as s where s.match_probability >= $match
    union
    select d.record_a as record from $decided as d
    union
    select d.record_b as record from $decided as d
)
select s.record_a, s.record_b, s.match_weight, s.match_probability, s.is_related
from $scored as s
semi join matched as a on s.record_a = a.record
semi join matched as b on s.record_b = b.record
anti join $decided as d on s.record_a = d.record_a and s.record_b = d.record_b
union all
select d.record_a, d.record_b, d.match_weight, d.match_probability, d.is_related from $decided as d"""


def pairs_of(scored: str, match_threshold: float, review_threshold: float) -> str:
    """The query of ``people.pairs`` over a table of weighed pairs."""
    query = _PAIRS.replace("$match", repr(float(match_threshold))).replace("$review", repr(float(review_threshold)))
    return query.replace("$scored", scored)


def build_features(engine: DuckDBEngine) -> int:
    """Make ``people.value_counts`` and ``people.features`` from ``people.normalised``."""
    engine.materialize("people.value_counts", sql_file("people.value_counts").query)
    return engine.materialize("people.features", sql_file("people.features").query)


def build_pairs(
    engine: DuckDBEngine, match_threshold: float, review_threshold: float, model: Model | None = None
) -> int:
    """Make ``people.pairs`` and what it stands on from ``people.features``.

    That is ``people.candidates``, ``people.blocking_report``, ``people.model`` and ``people.scored``. Without a model one is
    learned.
    """
    build_candidates(engine)
    paired = Paired(engine)
    learned = Learned(model) if model else learn(engine, paired)
    engine.write("people.model", to_frame(learned.model))
    if learned.compared is None:
        _weigh(engine, paired, learned.model, review_threshold)
    else:
        engine.write("people.scored", score(learned.compared, learned.model, review_threshold))
    return engine.materialize("people.pairs", pairs_of("people.scored", match_threshold, review_threshold))


def _weigh(engine: DuckDBEngine, paired: Paired, model: Model, review_threshold: float) -> None:
    """Make ``people.scored`` from ``people.candidates``."""
    with engine.transaction():
        engine.sql("drop table if exists people.scored")
        engine.ensure("people.scored")
        for query, add_features in paired.blocks("people.candidates"):

            def weigh(batch: pl.DataFrame, add: Adding = add_features) -> pl.DataFrame:
                return score(compare(*add(batch)), model, review_threshold)

            engine.map_batches(query, weigh, "people.scored", append=True)


def clusters_of(engine: DuckDBEngine, scored: str, decided: str, match_threshold: float) -> pl.DataFrame:
    """The clusters of the leads in matched or decided pairs, from tables of such pairs; columns as cluster.CLUSTERS."""
    query = _RELATED.replace("$scored", scored).replace("$decided", decided)
    return cluster(engine.collect(query, {"match": match_threshold}), match_threshold)


def build_clusters(engine: DuckDBEngine, match_threshold: float) -> int:
    """Make ``people.clusters`` from the scored and the decided pairs: the leads in one, with the smallest lead_id of it."""
    engine.ensure("people.decided_pairs")  # a table of no installation has none
    found = clusters_of(engine, "people.scored", "people.decided_pairs", match_threshold)
    engine.write("people.found", found)
    rows = engine.materialize(
        "people.clusters",
        "select f.lead_id, c.lead_id as cluster_id, p.match_probability from people.found as p "
        "inner join people.features as f on p.record = f.record inner join people.features as c on p.cluster = c.record",
    )
    engine.sql("drop table people.found")
    return rows
