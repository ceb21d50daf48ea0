-- metrics.person_facts: one line a person with everything that the rates count; our own people are not counted
-- grain: person_id
-- reads: people.golden, scores.quality, hygiene.people, hygiene.reach, hygiene.risk, metrics.person_sales,
--   metrics.sla, metrics.spend_facts, meta.run
-- views: metrics.person_sales
with internal_people as (
    select distinct risk.person_id
    from hygiene.risk as risk
    where risk.signal = 'internal'
),

email_reach as (
    select
        reach.person_id,
        reach.has_contact,
        reach.is_bounced
    from hygiene.reach as reach
    where reach.channel = 'email'
)

select
    golden.person_id,
    coalesce(golden.source, 'unknown') as source,
    coalesce(golden.source_channel, 'unknown') as source_channel,
    coalesce(golden.country, 'unknown') as country,
    -- young people have not had the time to become anything
    coalesce(epoch(run.as_of) - epoch(golden.created_at) >= 90 * 86400, false) as is_matured,
    quality.score,
    coalesce(quality.is_quality, false) as is_quality,
    golden.mql_at is not null or golden.sql_at is not null or coalesce(person_sales.has_won, false)
    or coalesce(quality.stage in ('mql', 'sal', 'sql', 'customer'), false) as is_mql,
    golden.sql_at is not null
    or coalesce(quality.stage in ('sal', 'sql', 'customer'), false) or coalesce(person_sales.has_won, false) as is_sql,
    coalesce(quality.stage = 'pql', false) as is_pql,
    coalesce(quality.stage = 'customer', false) or coalesce(person_sales.has_won, false) as is_customer,
    coalesce(person_sales.deals, 0) > 0 as has_deal,
    coalesce(person_sales.pipeline_amount, 0) as pipeline_amount,
    coalesce(person_sales.won_amount, 0) as won_amount,
    coalesce(spend_facts.spend, 0) as spend,
    coalesce(hygiene_people.is_reachable, false) as is_reachable,
    coalesce(hygiene_people.is_decayed, false) as is_decayed,
    coalesce(hygiene_people.blocking_gaps, 0) > 0 as has_gap,
    coalesce(email_reach.has_contact, false) as has_email,
    coalesce(email_reach.has_contact and email_reach.is_bounced, false) as is_bounced,
    coalesce(person_sales.is_called, false) as is_called,
    coalesce(person_sales.is_connected, false) as is_connected,
    sla.first_touch_minutes is not null as is_touched,
    coalesce(sla.is_first_touch_5m, false) as is_first_touch_5m,
    coalesce(sla.is_first_hour_met, false) as is_first_hour_met,
    coalesce(sla.is_cadence_met, false) as is_cadence_met,
    coalesce(person_sales.meetings, 0) as meetings,
    coalesce(person_sales.no_show_meetings, 0) as no_show_meetings
from people.golden as golden
cross join meta.run as run
left join internal_people on golden.person_id = internal_people.person_id
left join scores.quality as quality on golden.person_id = quality.person_id
left join hygiene.people as hygiene_people on golden.person_id = hygiene_people.person_id
left join email_reach on golden.person_id = email_reach.person_id
left join metrics.person_sales as person_sales on golden.person_id = person_sales.person_id
left join metrics.sla as sla on golden.person_id = sla.person_id
left join metrics.spend_facts as spend_facts on golden.person_id = spend_facts.person_id
where internal_people.person_id is null
