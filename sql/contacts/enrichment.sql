-- contacts.enrichment: what vendors say of each lead, whether it is used, and why not; its own values always stay
-- grain: lead_id, field, fact_id
-- reads: contacts.enrichment_facts, contacts.lead_fields, contacts.lead_evidence, raw.leads, meta.run,
--   config.enrichment
with own_ids as (
    -- an id that several leads have or had names nobody: not even when all but one of them were erased
    select leads.source_record_id
    from raw.leads as leads
    where leads.source_record_id is not null
    group by leads.source_record_id
    having count(distinct leads.lead_id) = 1
),

lead_keys as (
    select
        'lead' as subject_kind,
        lead_fields.lead_id as subject_key,
        lead_fields.lead_id
    from contacts.lead_fields
    union all
    select
        'id' as subject_kind,
        lead_fields.source_record_id as subject_key,
        lead_fields.lead_id
    from contacts.lead_fields
    inner join own_ids on lead_fields.source_record_id = own_ids.source_record_id
    union all
    select
        'email' as subject_kind,
        lower(trim(lead_fields.email_raw)) as subject_key,
        lead_fields.lead_id
    from contacts.lead_fields
    where lead_fields.email_raw is not null
    union all
    select
        'linkedin' as subject_kind,
        nullif(
            regexp_extract(lower(lead_fields.linkedin_url), 'linkedin\.com/((?:in|pub)/[^/?#]+)', 1), ''
        ) as subject_key,
        lead_fields.lead_id
    from contacts.lead_fields
    where lead_fields.linkedin_url is not null
    union all
    select
        'domain' as subject_kind,
        lead_evidence.company_domain as subject_key,
        lead_evidence.lead_id
    from contacts.lead_evidence
    where lead_evidence.company_domain is not null
),

told as (
    select
        lead_keys.lead_id,
        facts.field,
        facts.fact_id,
        facts.subject_kind,
        facts.value,
        facts.company_key,
        facts.provider,
        facts.enriched_at,
        facts.confidence,
        facts.licence_ends_at,
        facts.employees
    from contacts.enrichment_facts as facts
    inner join lead_keys on facts.subject_kind = lead_keys.subject_kind and facts.subject_key = lead_keys.subject_key
),

compared as (
    select
        told.lead_id,
        told.field,
        told.fact_id,
        told.subject_kind,
        told.value,
        told.provider,
        told.enriched_at,
        told.confidence,
        told.licence_ends_at,
        case told.field
            when 'job_title' then lead_fields.job_title
            when 'seniority' then lead_fields.seniority
            when 'department' then lead_fields.department
            when 'company_name' then lead_fields.company_name
            when 'company_domain' then lead_evidence.company_domain
            when 'industry' then lead_fields.industry
            when 'employees' then cast(lead_fields.employees as varchar)
            when 'annual_revenue' then cast(lead_fields.annual_revenue as varchar)
            when 'tech_stack' then lead_fields.tech_stack
            -- the source's country is an assumption about all of its leads, not what this one says
            when 'country' then case when lead_evidence.country_from <> 'source' then lead_evidence.country end
        end as first_party_value,
        case told.field
            when 'company_name' then told.company_key = lead_fields.company_key
            when 'employees'
                then
                    told.employees between lead_fields.employees_lo
                    and coalesce(lead_fields.employees_hi, told.employees)
            else lower(told.value) = lower(first_party_value)
        end as is_same,
        case
            when told.licence_ends_at <= run.as_of then 'licence_ended'
            when told.enriched_at > run.as_of then 'not_yet'
            when told.value is null then 'unreadable'
            when
                told.subject_kind = 'domain'
                and told.field not in ('company_name', 'industry', 'employees', 'annual_revenue', 'tech_stack')
                then 'wrong_subject'
            when told.confidence < enrichment.min_confidence then 'low_confidence'
        end as fault
    from told
    inner join contacts.lead_fields on told.lead_id = lead_fields.lead_id
    inner join contacts.lead_evidence on told.lead_id = lead_evidence.lead_id
    cross join meta.run as run
    cross join config.enrichment as enrichment
),

placed as (
    select
        compared.lead_id,
        compared.field,
        compared.fact_id,
        compared.subject_kind,
        compared.value,
        compared.first_party_value,
        compared.is_same,
        compared.provider,
        compared.enriched_at,
        compared.confidence,
        compared.licence_ends_at,
        compared.fault,
        row_number() over (
            partition by compared.lead_id, compared.field, compared.fault is null
            order by
                compared.confidence desc nulls last, compared.enriched_at desc nulls last, compared.provider asc,
                compared.fact_id asc
        ) as place
    from compared
),

judged as (
    select
        placed.lead_id,
        placed.field,
        placed.fact_id,
        placed.subject_kind,
        placed.value,
        placed.first_party_value,
        placed.provider,
        placed.enriched_at,
        placed.confidence,
        placed.licence_ends_at,
        case
            when placed.fault is not null then placed.fault
            when placed.is_same then 'first_party_agrees'
            when placed.first_party_value is not null then 'first_party_wins'
            when placed.place > 1 then 'other_vendor_wins'
            else 'filled'
        end as reason
    from placed
)

select
    judged.lead_id,
    judged.field,
    judged.fact_id,
    judged.subject_kind,
    -- what may no longer be used is no longer shown
    case when judged.reason <> 'licence_ended' then judged.value end as value,
    judged.first_party_value,
    judged.provider,
    judged.enriched_at,
    judged.confidence,
    judged.licence_ends_at,
    judged.reason = 'filled' as used,
    judged.reason
from judged
