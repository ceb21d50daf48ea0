-- hygiene.value_origins: which lead each value came from, of people with several leads (a view)
-- grain: person_id, golden_field
-- reads: people.golden_fields, people.golden, contacts.leads, hygiene.vendor_times, config.decay_fields
select
    origins.person_id,
    origins.field as golden_field,
    leads.created_at,
    leads.updated_at,
    case when origins.field in ('email', 'job_title', 'company_name') then leads.company_key end as company_key,
    case when origins.field in ('email', 'job_title', 'company_name') then leads.company_domain end
        as company_domain,
    vendor_times.vendor_at,
    vendor_times.is_filled
from people.golden_fields as origins
inner join people.golden as golden on origins.person_id = golden.person_id
inner join contacts.leads as leads on origins.lead_id = leads.lead_id
left join hygiene.vendor_times as vendor_times
    on origins.lead_id = vendor_times.lead_id and origins.field = vendor_times.golden_field
where
    coalesce(golden.leads, 2) > 1
    and origins.field in (select fields.golden_field from config.decay_fields as fields)
