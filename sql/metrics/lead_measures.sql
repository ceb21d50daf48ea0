-- metrics.lead_measures: the sums over leads, by the lead's own source, so that bad data is seen where it came from
-- grain: dimension, dimension_value, measure
-- reads: contacts.leads, people.members
with lead_facts as (
    select
        leads.source,
        coalesce(leads.source_channel, 'unknown') as source_channel,
        coalesce(leads.country, 'unknown') as country,
        not coalesce(members.is_survivor, true) as is_duplicate,
        leads.email_raw is not null as has_email,
        leads.email_raw is not null and leads.email is null as is_email_invalid,
        coalesce(leads.phone_raw, leads.mobile_raw) is not null as has_phone,
        coalesce(leads.phone_raw, leads.mobile_raw) is not null
        and coalesce(leads.phone_e164, leads.mobile_e164) is null as is_phone_invalid
    from contacts.leads as leads
    left join people.members as members on leads.lead_id = members.lead_id
),

sums as (
    select
        case
            when grouping(lead_facts.source) = 0 then 'source'
            when grouping(lead_facts.source_channel) = 0 then 'source_channel'
            when grouping(lead_facts.country) = 0 then 'country'
            else 'all'
        end as dimension,
        coalesce(lead_facts.source, lead_facts.source_channel, lead_facts.country, 'all') as dimension_value,
        cast(count(*) as double) as leads,
        cast(count(case when lead_facts.is_duplicate then 1 end) as double) as duplicate_leads,
        cast(count(case when lead_facts.has_email then 1 end) as double) as email_leads,
        cast(count(case when lead_facts.is_email_invalid then 1 end) as double) as invalid_email_leads,
        cast(count(case when lead_facts.has_phone then 1 end) as double) as phone_leads,
        cast(count(case when lead_facts.is_phone_invalid then 1 end) as double) as invalid_phone_leads
    from lead_facts
    group by grouping sets ((), (lead_facts.source), (lead_facts.source_channel), (lead_facts.country))
)

select
    dimension,
    dimension_value,
    measure,
    amount
from sums
unpivot (
    amount for measure in (
        leads, duplicate_leads, email_leads, invalid_email_leads, phone_leads, invalid_phone_leads
    )
)
