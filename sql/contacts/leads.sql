-- contacts.leads: current leads with what validation says of their address and numbers, their company and country;
--   empty fields filled with what vendors say, each with its origin
-- grain: lead_id
-- reads: contacts.lead_fields, contacts.lead_evidence, contacts.emails, contacts.phones, contacts.enrichment,
--   contacts.enrichment_facts
with used as (
    select
        enrichment.lead_id,
        enrichment.field,
        enrichment.value,
        'vendor:' || enrichment.provider as origin,
        facts.company_key,
        facts.employees,
        facts.employees_lo,
        facts.employees_hi,
        facts.annual_revenue
    from contacts.enrichment as enrichment
    inner join contacts.enrichment_facts as facts
        on enrichment.fact_id = facts.fact_id and enrichment.field = facts.field
    where enrichment.used
),

fills as (
    -- at most one value is used of a field
    select
        used.lead_id,
        max(case when used.field = 'job_title' then used.value end) as job_title,
        max(case when used.field = 'job_title' then used.origin end) as job_title_from,
        max(case when used.field = 'seniority' then used.value end) as seniority,
        max(case when used.field = 'seniority' then used.origin end) as seniority_from,
        max(case when used.field = 'department' then used.value end) as department,
        max(case when used.field = 'department' then used.origin end) as department_from,
        max(case when used.field = 'company_name' then used.value end) as company_name,
        max(case when used.field = 'company_name' then used.origin end) as company_name_from,
        max(case when used.field = 'company_domain' then used.value end) as company_domain,
        max(case when used.field = 'company_domain' then used.origin end) as company_domain_from,
        max(case when used.field = 'industry' then used.value end) as industry,
        max(case when used.field = 'industry' then used.origin end) as industry_from,
        max(case when used.field = 'employees' then used.origin end) as employees_from,
        max(case when used.field = 'annual_revenue' then used.origin end) as annual_revenue_from,
        max(case when used.field = 'tech_stack' then used.value end) as tech_stack,
        max(case when used.field = 'tech_stack' then used.origin end) as tech_stack_from,
        max(case when used.field = 'country' then used.value end) as country,
        max(case when used.field = 'country' then used.origin end) as country_from,
        max(used.company_key) as company_key,
        max(used.employees) as employees,
        max(used.employees_lo) as employees_lo,
        max(used.employees_hi) as employees_hi,
        max(used.annual_revenue) as annual_revenue
    from used
    group by used.lead_id
)

select
    lead_fields.lead_id,
    lead_fields.file_id,
    lead_fields.row_number,
    lead_fields.source,
    lead_fields.system,
    lead_fields.source_record_id,
    lead_fields.first_name,
    lead_fields.last_name,
    lead_fields.full_name,
    lead_fields.name_from,
    lead_fields.name_issue,
    lead_fields.email_raw,
    emails.email,
    lead_evidence.email_id,
    emails.email_match,
    emails.domain as email_domain,
    lead_fields.phone_raw,
    lead_fields.phone_region_hint,
    lead_evidence.phone_id,
    phones.phone_e164,
    lead_fields.mobile_raw,
    lead_evidence.mobile_id,
    mobiles.phone_e164 as mobile_e164,
    coalesce(lead_fields.company_name, fills.company_name) as company_name,
    coalesce(
        case when lead_fields.company_name is not null then 'field' end, fills.company_name_from
    ) as company_name_from,
    coalesce(lead_fields.company_key, fills.company_key) as company_key,
    coalesce(lead_evidence.company_domain, fills.company_domain) as company_domain,
    coalesce(lead_evidence.company_domain_from, fills.company_domain_from) as company_domain_from,
    lead_fields.website,
    lead_fields.linkedin_url,
    coalesce(lead_fields.job_title, fills.job_title) as job_title,
    coalesce(case when lead_fields.job_title is not null then 'field' end, fills.job_title_from) as job_title_from,
    coalesce(lead_fields.seniority, fills.seniority) as seniority,
    coalesce(lead_fields.seniority_from, fills.seniority_from) as seniority_from,
    coalesce(lead_fields.department, fills.department) as department,
    coalesce(lead_fields.department_from, fills.department_from) as department_from,
    lead_fields.buying_role,
    coalesce(lead_fields.industry, fills.industry) as industry,
    coalesce(lead_fields.industry_from, fills.industry_from) as industry_from,
    coalesce(lead_fields.employees, fills.employees) as employees,
    -- the band comes with the number, from the one who knows it
    case
        when lead_fields.employees is not null then lead_fields.employees_lo else fills.employees_lo
    end as employees_lo,
    case
        when lead_fields.employees is not null then lead_fields.employees_hi else fills.employees_hi
    end as employees_hi,
    coalesce(lead_fields.employees_from, fills.employees_from) as employees_from,
    coalesce(lead_fields.annual_revenue, fills.annual_revenue) as annual_revenue,
    coalesce(
        case when lead_fields.annual_revenue is not null then 'field' end, fills.annual_revenue_from
    ) as annual_revenue_from,
    coalesce(lead_fields.tech_stack, fills.tech_stack) as tech_stack,
    coalesce(case when lead_fields.tech_stack is not null then 'field' end, fills.tech_stack_from) as tech_stack_from,
    lead_fields.street,
    lead_fields.city,
    lead_fields.region,
    lead_fields.postal_code,
    -- a vendor knows more than the assumption that all leads of a source live in one country
    coalesce(fills.country, lead_evidence.country) as country,
    coalesce(fills.country_from, lead_evidence.country_from) as country_from,
    lead_fields.lifecycle_stage,
    lead_fields.lead_status,
    lead_fields.unqualified_reason,
    lead_fields.source_channel,
    lead_fields.source_detail,
    lead_fields.campaign_id,
    lead_fields.campaign_name,
    lead_fields.click_id,
    lead_fields.owner,
    lead_fields.external_score,
    lead_fields.external_grade,
    lead_fields.declared_timeline_days,
    lead_fields.budget_lo,
    lead_fields.budget_hi,
    lead_fields.use_case,
    lead_fields.current_solution,
    lead_fields.contract_end,
    lead_fields.renewal_date,
    lead_fields.account_source_id,
    lead_fields.email_opt_out,
    lead_fields.phone_opt_out,
    lead_fields.email_bounced,
    lead_fields.consent_status,
    lead_fields.lawful_basis,
    lead_fields.double_opt_in_at,
    lead_fields.is_converted,
    lead_fields.free_text,
    lead_fields.free_text_language,
    lead_fields.answers,
    lead_fields.created_at,
    lead_fields.updated_at,
    lead_fields.last_activity_at,
    lead_fields.last_contacted_at,
    lead_fields.first_response_at,
    lead_fields.mql_at,
    lead_fields.sql_at,
    lead_fields.converted_at
from contacts.lead_fields
inner join contacts.lead_evidence on lead_fields.lead_id = lead_evidence.lead_id
left join contacts.emails as emails on lead_evidence.email_id = emails.email_id
left join contacts.phones as phones on lead_evidence.phone_id = phones.phone_id
left join contacts.phones as mobiles on lead_evidence.mobile_id = mobiles.phone_id
left join fills on lead_fields.lead_id = fills.lead_id
