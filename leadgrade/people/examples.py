"""A few pairs of tonight weighed field by field, for the report: how a match, a doubt and a decision come about."""

from __future__ import annotations

import polars as pl

from leadgrade.engine import DuckDBEngine
from leadgrade.engine.duckdb import polars_schema
from leadgrade.people.compare import compare, compare_query
from leadgrade.people.model_table import from_frame
from leadgrade.people.weighing import Weighed, weigh
from leadgrade.run import Run

# one pair of each kind in the order of the report; equals by their ids, so that the same night shows the same
_CHOSEN = """
with matched as (
    select pairs.lead_id_a, pairs.lead_id_b, pairs.match_weight
    from people.pairs as pairs
    inner join people.members as a on pairs.lead_id_a = a.lead_id
    inner join people.members as b on pairs.lead_id_b = b.lead_id and a.person_id = b.person_id
    where pairs.decision = 'match'
),
decided as (
    select x.kind, x.decision, least(x.lead_id, y.lead_id) as lead_id_a, greatest(x.lead_id, y.lead_id) as lead_id_b
    from people.overrides as x
    inner join people.overrides as y on x.decision = y.decision and x.part < y.part
    where x.is_in_force and x.is_known and y.is_known
),
ranked as (
    select 1 as example, 'clear_match' as kind, lead_id_a, lead_id_b, null as decision, -match_weight as place from matched
    union all
    select 2, 'close_match', lead_id_a, lead_id_b, null, match_weight from matched
    union all
    select 3, 'close_review', lead_id_a, lead_id_b, null, -match_weight from people.review where why = 'unsure'
    union all
    select 4, 'held_apart', lead_id_a, lead_id_b, null, -match_weight from people.review where why = 'held_apart'
    union all
    select 5, 'decided_same', lead_id_a, lead_id_b, decision, -decision from decided where kind = 'merge'
    union all
    select 6, 'decided_different', lead_id_a, lead_id_b, decision, -decision from decided where kind = 'split'
),
chosen as (
    select ranked.* from ranked
    qualify row_number() over (
        partition by ranked.example order by ranked.place, ranked.lead_id_a, ranked.lead_id_b
    ) = 1
)
select row_number() over (order by chosen.example) as example, chosen.kind, chosen.lead_id_a, chosen.lead_id_b,
    chosen.decision, a.record as record_a, b.record as record_b, of_a.person_id as person_id_a, of_b.person_id as person_id_b
from chosen
inner join people.features as a on chosen.lead_id_a = a.lead_id
inner join people.features as b on chosen.lead_id_b = b.lead_id
inner join people.members as of_a on chosen.lead_id_a = of_a.lead_id
inner join people.members as of_b on chosen.lead_id_b = of_b.lead_id
order by chosen.example"""


def _weighed(engine: DuckDBEngine, chosen: pl.DataFrame) -> list[Weighed]:
    """The chosen pairs in their order."""
    engine.write("people.chosen", chosen.select("record_a", "record_b").unique())
    compared = compare(engine.collect(compare_query("people.chosen")))
    engine.sql("drop table people.chosen")
    ordered = chosen.select("record_a", "record_b").join(
        compared, on=["record_a", "record_b"], how="left", maintain_order="left"
    )
    return weigh(ordered, from_frame(engine.read("people.model")))


def build_examples(run: Run) -> None:
    """Make ``people.examples`` from the pairs of tonight and the model that weighed them."""
    chosen = run.engine.collect(_CHOSEN)
    rows = []
    if chosen.height:
        for example, weighed in zip(chosen.iter_rows(named=True), _weighed(run.engine, chosen), strict=True):
            told = {"match_probability": weighed.probability, "match_weight": weighed.weight}
            rows += [
                example | told | {"step": place, "field": step.field, "level": step.level, "bits": round(step.bits, 3)}
                for place, step in enumerate(weighed.steps)
            ]
    schema = polars_schema("people.examples")
    frame = pl.DataFrame([{name: row[name] for name in schema} for row in rows], schema=schema)
    run.engine.write("people.examples", frame)
