"""The steps from normalised leads to clusters, over an engine: the same for the stage and for :func:`resolve`."""

from __future__ import annotations

import polars as pl

from leadgrade.engine import DuckDBEngine, sql_file
from leadgrade.people.blocking import build_candidates
from leadgrade.people.cluster import cluster
from leadgrade.people.compare import compare, compare_query
from leadgrade.people.score import score


def build_features(engine: DuckDBEngine) -> int:
    """Make ``people.value_counts`` and ``people.features`` from ``people.normalised``."""
    engine.materialize("people.value_counts", sql_file("people.value_counts").query)
    return engine.materialize("people.features", sql_file("people.features").query)


def build_pairs(engine: DuckDBEngine, match_threshold: float, review_threshold: float) -> int:
    """Make ``people.candidates``, ``people.capped_keys`` and ``people.pairs`` from ``people.features``."""
    build_candidates(engine)
    leads = engine.count("people.features")

    def weigh(batch: pl.DataFrame) -> pl.DataFrame:
        scored = score(compare(batch), leads).filter(pl.col("match_probability") >= review_threshold)
        decision = (
            pl.when(pl.col("match_probability") >= match_threshold).then(pl.lit("match")).otherwise(pl.lit("review"))
        )
        return scored.with_columns(decision.alias("decision"))

    return engine.map_batches(compare_query(), weigh, "people.pairs")


_MATCHES = "select p.lead_id_a, p.lead_id_b, p.match_probability from people.pairs as p where p.decision = 'match'"
_FACTS = """
with matched as (
    select p.lead_id_a as lead_id from people.pairs as p where p.decision = 'match'
    union
    select p.lead_id_b as lead_id from people.pairs as p where p.decision = 'match'
)
select f.lead_id, f.first, f.last, f.dob, f.identifier
from people.features as f inner join matched as m on f.lead_id = m.lead_id"""


def build_clusters(engine: DuckDBEngine) -> int:
    """Make ``people.clusters`` from the matched pairs: the leads in one, each with the smallest lead_id of its cluster."""
    return engine.write("people.clusters", cluster(engine.collect(_MATCHES), engine.collect(_FACTS)))
