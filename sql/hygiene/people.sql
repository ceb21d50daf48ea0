-- hygiene.people: one line of hygiene a person
-- grain: person_id
-- reads: people.golden, hygiene.decay, hygiene.reach, hygiene.consent_gaps, hygiene.risk, config.decay_fields,
--   config.spam_signals, config.risk_limits
with worst as (
    select
        decay.person_id,
        -- the least likely value, of several the first by name; who knows no age comes last
        min({
            'order': coalesce(decay.p_valid, 2), 'field': decay.field, 'p_valid': decay.p_valid,
            'state': decay.state, 'cause': decay.cause
        }) as found
    from hygiene.decay as decay
    inner join config.decay_fields as fields on decay.field = fields.field and fields.is_required
    group by decay.person_id
),

reachable as (
    select
        reach.person_id,
        max(case when reach.is_reachable then 1 else 0 end) as is_reachable
    from hygiene.reach as reach
    group by reach.person_id
),

gaps as (
    select
        gaps.person_id,
        count(*) as gaps,
        count(case when gaps.severity = 'block' then 1 end) as blocking_gaps
    from hygiene.consent_gaps as gaps
    group by gaps.person_id
),

risks as (
    select
        risk.person_id,
        count(case when risk.is_hard then 1 end) as hard_risks,
        count(case when risk.is_hard and spam.is_hard then 1 end) as hard_spam,
        count(case when spam.is_hint then 1 end) as spam_hints
    from hygiene.risk as risk
    left join config.spam_signals as spam on risk.signal = spam.signal
    group by risk.person_id
)

select
    golden.person_id,
    coalesce(worst.found.state in ('stale', 'dead'), false) as is_decayed,
    case when worst.found.state in ('stale', 'dead') then worst.found.field end as decayed_field,
    case when worst.found.state in ('stale', 'dead') then worst.found.cause end as decayed_cause,
    worst.found.p_valid as p_record,
    coalesce(reachable.is_reachable, 0) = 1 as is_reachable,
    coalesce(gaps.gaps, 0) as gaps,
    coalesce(gaps.blocking_gaps, 0) as blocking_gaps,
    coalesce(risks.hard_risks, 0) as hard_risks,
    -- one sign that is sure, or several hints that agree
    coalesce(risks.hard_spam >= 1 or risks.spam_hints >= limits.hints_needed, false) as is_spam
from people.golden as golden
cross join config.risk_limits as limits
left join worst on golden.person_id = worst.person_id
left join reachable on golden.person_id = reachable.person_id
left join gaps on golden.person_id = gaps.person_id
left join risks on golden.person_id = risks.person_id
