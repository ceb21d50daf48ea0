-- contacts.leads: current leads with what validation says of their address and numbers, their company and country
-- grain: lead_id
-- reads: contacts.lead_fields, contacts.emails, contacts.phones, meta.run
with keyed as (
    -- the fingerprints are made as leadgrade/contacts/build.py makes them
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
        lead_fields.name_issue,
        lead_fields.email_raw,
        lead_fields.phone_raw,
        lead_fields.phone_region_hint,
        lead_fields.mobile_raw,
        lead_fields.mobile_region_hint,
        lead_fields.company_name,
        lead_fields.company_key,
        lead_fields.company_domain,
        lead_fields.company_domain_from,
        lead_fields.website,
        lead_fields.linkedin_url,
        lead_fields.job_title,
        lead_fields.seniority,
        lead_fields.department,
        lead_fields.buying_role,
        lead_fields.industry,
        lead_fields.employees,
        lead_fields.employees_lo,
        lead_fields.employees_hi,
        lead_fields.annual_revenue,
        lead_fields.tech_stack,
        lead_fields.street,
        lead_fields.city,
        lead_fields.region,
        lead_fields.postal_code,
        lead_fields.country_field,
        lead_fields.source_country,
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
        lead_fields.answers,
        lead_fields.created_at,
        lead_fields.updated_at,
        lead_fields.last_activity_at,
        lead_fields.last_contacted_at,
        lead_fields.first_response_at,
        lead_fields.mql_at,
        lead_fields.sql_at,
        lead_fields.converted_at,
        substr(sha256(run.secret || chr(31) || lower(trim(lead_fields.email_raw))), 1, 20) as email_id,
        substr(
            sha256(
                run.secret || chr(31) || lead_fields.phone_raw || chr(31)
                || coalesce(lead_fields.phone_region_hint, '')
            ),
            1,
            20
        ) as phone_id,
        substr(
            sha256(
                run.secret || chr(31) || lead_fields.mobile_raw || chr(31)
                || coalesce(lead_fields.mobile_region_hint, '')
            ),
            1,
            20
        ) as mobile_id
    from contacts.lead_fields
    cross join meta.run as run
),

-- the region of a number that is valid and nobody's invention is evidence of the country, but not where the region was
-- only assumed to read the number: a national number read as the source's country says nothing new
real_phones as (
    select
        phones.phone_id,
        phones.phone_e164,
        case
            when
                phones.is_valid and not phones.is_placeholder
                and (
                    regexp_matches(phones.phone_raw, '^[^0-9]*[+＋]')
                    or phones.region is distinct from phones.region_hint
                )
                then phones.region
        end as region
    from contacts.phones
)

select
    keyed.lead_id,
    keyed.file_id,
    keyed.row_number,
    keyed.source,
    keyed.system,
    keyed.source_record_id,
    keyed.first_name,
    keyed.last_name,
    keyed.full_name,
    keyed.name_issue,
    keyed.email_raw,
    emails.email,
    keyed.email_id,
    emails.email_match,
    emails.domain as email_domain,
    keyed.phone_raw,
    keyed.phone_region_hint,
    keyed.phone_id,
    phones.phone_e164,
    keyed.mobile_raw,
    keyed.mobile_id,
    mobiles.phone_e164 as mobile_e164,
    keyed.company_name,
    keyed.company_key,
    coalesce(keyed.company_domain, case when emails.is_corporate then emails.registrable_domain end) as company_domain,
    case
        when keyed.company_domain is not null then keyed.company_domain_from
        when emails.is_corporate and emails.registrable_domain is not null then 'email'
    end as company_domain_from,
    keyed.website,
    keyed.linkedin_url,
    keyed.job_title,
    keyed.seniority,
    keyed.department,
    keyed.buying_role,
    keyed.industry,
    keyed.employees,
    keyed.employees_lo,
    keyed.employees_hi,
    keyed.annual_revenue,
    keyed.tech_stack,
    keyed.street,
    keyed.city,
    keyed.region,
    keyed.postal_code,
    coalesce(
        keyed.country_field, phones.region, mobiles.region, emails.domain_country, keyed.source_country
    ) as country,
    case
        when keyed.country_field is not null then 'field'
        when coalesce(phones.region, mobiles.region) is not null then 'phone'
        when emails.domain_country is not null then 'domain'
        when keyed.source_country is not null then 'source'
    end as country_from,
    keyed.lifecycle_stage,
    keyed.lead_status,
    keyed.unqualified_reason,
    keyed.source_channel,
    keyed.source_detail,
    keyed.campaign_id,
    keyed.campaign_name,
    keyed.click_id,
    keyed.owner,
    keyed.external_score,
    keyed.external_grade,
    keyed.declared_timeline_days,
    keyed.budget_lo,
    keyed.budget_hi,
    keyed.use_case,
    keyed.current_solution,
    keyed.contract_end,
    keyed.renewal_date,
    keyed.account_source_id,
    keyed.email_opt_out,
    keyed.phone_opt_out,
    keyed.email_bounced,
    keyed.consent_status,
    keyed.lawful_basis,
    keyed.double_opt_in_at,
    keyed.is_converted,
    keyed.free_text,
    keyed.answers,
    keyed.created_at,
    keyed.updated_at,
    keyed.last_activity_at,
    keyed.last_contacted_at,
    keyed.first_response_at,
    keyed.mql_at,
    keyed.sql_at,
    keyed.converted_at
from keyed
left join contacts.emails as emails on keyed.email_id = emails.email_id
left join real_phones as phones on keyed.phone_id = phones.phone_id
left join real_phones as mobiles on keyed.mobile_id = mobiles.phone_id
