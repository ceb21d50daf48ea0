-- hygiene.decay: is each field still true? Survival since the last evidence
-- grain: person_id, field
-- reads: hygiene.decay_evidence, meta.run, config.decay_fields, config.decay_settings
with aged as (
    select
        evidence.person_id,
        evidence.field,
        case when evidence.evidence_at <= run.as_of then evidence.evidence_at end as evidence_at,
        case when evidence.evidence_at <= run.as_of then evidence.evidence end as evidence,
        case
            when evidence.evidence_at <= run.as_of
                then cast(floor((epoch(run.as_of) - epoch(evidence.evidence_at)) / 86400) as bigint)
        end as age_days,
        evidence.ended_by,
        evidence.hazard
    from hygiene.decay_evidence as evidence
    cross join meta.run as run
),

survived as (
    select
        aged.person_id,
        aged.field,
        aged.evidence_at,
        aged.evidence,
        aged.age_days,
        aged.ended_by,
        case
            when aged.ended_by is not null then 0.0
            when settings.mode = 'flat' then power(1 - settings.flat_rate, aged.hazard * aged.age_days / 365.25)
            else exp(-aged.hazard * power(aged.age_days / 365.25 / fields.eta_years, fields.k))
        end as p_valid
    from aged
    inner join config.decay_fields as fields on aged.field = fields.field
    cross join config.decay_settings as settings
)

select
    survived.person_id,
    survived.field,
    survived.evidence_at,
    survived.evidence,
    survived.age_days,
    survived.p_valid,
    case
        when survived.ended_by is not null or survived.p_valid < settings.stale then 'dead'
        when survived.p_valid < settings.ageing then 'stale'
        when survived.p_valid < settings.fresh then 'ageing'
        when survived.p_valid is not null then 'fresh'
    end as state,
    coalesce(survived.ended_by, 'age') as cause
from survived
cross join config.decay_settings as settings
