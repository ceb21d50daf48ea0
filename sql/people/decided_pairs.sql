-- people.decided_pairs: the decisions as pairs that clusters are made of, beyond any evidence (DECIDED in cluster.py)
-- grain: record_a, record_b
-- reads: people.overrides, people.features
with known as (
    select distinct
        overrides.together,
        features.record
    from people.overrides as overrides
    inner join people.features as features on overrides.lead_id = features.lead_id
    where overrides.is_in_force
),

-- one lead stands for all that merges hold together: what parts two of them parts them all
heads as (
    select
        known.together,
        min(known.record) as record
    from known
    group by known.together
),

parts as (
    select distinct
        overrides.decision,
        overrides.part,
        heads.record
    from people.overrides as overrides
    inner join heads on overrides.together = heads.together
    where overrides.is_in_force and overrides.kind = 'split'
)

select
    heads.record as record_a,
    known.record as record_b,
    1e12 as match_weight,
    1.0 as match_probability,
    false as is_related
from known
inner join heads on known.together = heads.together
where known.record <> heads.record
union
select
    least(a.record, b.record) as record_a,
    greatest(a.record, b.record) as record_b,
    -1e12 as match_weight,
    0.0 as match_probability,
    false as is_related
from parts as a
inner join parts as b on a.decision = b.decision and a.part = 1 and b.part = 2
