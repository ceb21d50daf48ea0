-- hygiene.decay: is each field still true? Survival since the last evidence
-- grain: person_id, field
-- reads: hygiene.decay_evidence, hygiene.decay_laws, meta.run, config.decay_settings
-- views: hygiene.vendor_times, hygiene.value_origins, hygiene.newest_employers, hygiene.decay_evidence
with aged as (
    select
        evidence.person_id,
        evidence.field,
        evidence.segment_id,
        evidence.hazard,
        evidence.is_proven,
        evidence.ended_by,
        evidence.ended_at,
        evidence.is_future or evidence.evidence_at > run.as_of as is_future,
        case when evidence.evidence_at <= run.as_of then evidence.evidence_at end as evidence_at,
        case when evidence.evidence_at <= run.as_of then evidence.evidence end as evidence,
        case
            when evidence.evidence_at <= run.as_of
                then cast(floor((epoch(run.as_of) - epoch(evidence.evidence_at)) / 86400) as bigint)
        end as age_days
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
        aged.ended_at,
        aged.is_future,
        case
            when aged.ended_by is not null then 0.0
            else
                exp(-aged.hazard * laws.rate * power(aged.age_days / 365.25, laws.shape))
                -- what nothing has proved yet may have been wrong from the start
                * case when aged.is_proven then 1 else 1 - laws.never_share end
        end as p_valid,
        case
            when aged.hazard = 1 then laws.half_life_days
            else laws.half_life_days * power(aged.hazard, -1 / laws.shape)
        end as half_life_days
    from aged
    inner join hygiene.decay_laws as laws on aged.field = laws.field and aged.segment_id = laws.segment_id
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
    case
        when survived.ended_by is not null then survived.ended_by
        when survived.age_days is not null then 'age'
        when survived.is_future then 'evidence_in_future'
        else 'no_evidence'
    end as cause,
    survived.ended_at,
    survived.half_life_days
from survived
cross join config.decay_settings as settings
