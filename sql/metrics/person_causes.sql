-- metrics.person_causes: the likeliest cause of trouble with each person; the first that holds
-- grain: person_id
-- reads: metrics.person_facts, metrics.sla, scores.quality, hygiene.risk
with misfits as (
    select distinct risk.person_id
    from hygiene.risk as risk
    where risk.signal in ('student', 'competitor', 'spam_text', 'honeypot', 'bot_user_agent', 'disposable_email')
)

select
    facts.person_id,
    facts.source,
    case
        -- money went on people whom a list of exclusions would have kept out
        when misfits.person_id is not null and facts.spend > 0 then 'no_negative_audience'
        when misfits.person_id is not null then 'gated_content'
        when facts.is_decayed then 'stale_data'
        when coalesce(quality.fit, 0) < 20 then 'over_broad_targeting'
        when coalesce(quality.intent, 0) < 10 then 'misaligned_offer'
        when sla.person_id is not null and coalesce(sla.first_touch_minutes > 1440, true) then 'weak_routing'
        else 'none'
    end as cause
from metrics.person_facts as facts
left join misfits on facts.person_id = misfits.person_id
left join scores.quality as quality on facts.person_id = quality.person_id
left join metrics.sla as sla on facts.person_id = sla.person_id
