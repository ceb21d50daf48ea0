-- hygiene.people: one line of hygiene a person
-- grain: person_id
-- reads: people.golden, hygiene.decay, hygiene.reach, hygiene.consent_gaps, hygiene.risk, config.decay_fields
with required as (
    select
        decay.person_id,
        decay.field,
        decay.p_valid,
        decay.state,
        row_number() over (
            partition by decay.person_id order by decay.p_valid nulls last, decay.field
        ) as worst_rank
    from hygiene.decay as decay
    inner join config.decay_fields as fields on decay.field = fields.field and fields.is_required
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
        count(case
            when
                risk.is_hard and risk.signal in (
                    'honeypot', 'spam_text', 'disposable_email', 'gibberish_name', 'bot_user_agent'
                ) then 1
        end) as hard_spam,
        count(case
            when risk.signal in ('bot_user_agent', 'spam_text', 'placeholder_contact', 'fast_burst') then 1
        end) as soft_spam
    from hygiene.risk as risk
    group by risk.person_id
)

select
    golden.person_id,
    coalesce(required.state in ('stale', 'dead'), false) as is_decayed,
    case when required.state in ('stale', 'dead') then required.field end as decayed_field,
    required.p_valid as p_record,
    coalesce(reachable.is_reachable, 0) = 1 as is_reachable,
    coalesce(gaps.gaps, 0) as gaps,
    coalesce(gaps.blocking_gaps, 0) as blocking_gaps,
    coalesce(risks.hard_risks, 0) as hard_risks,
    -- one hard sign, or two soft ones that agree
    coalesce(risks.hard_spam >= 1 or risks.soft_spam >= 2, false) as is_spam
from people.golden as golden
left join required on golden.person_id = required.person_id and required.worst_rank = 1
left join reachable on golden.person_id = reachable.person_id
left join gaps on golden.person_id = gaps.person_id
left join risks on golden.person_id = risks.person_id
