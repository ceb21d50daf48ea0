-- hygiene.subjects: what the rules of this stage must know of a person, once
-- grain: person_id
-- reads: people.golden, people.members, people.accounts, contacts.leads, contacts.emails, contacts.phones,
--   raw.accounts, raw.versions, meta.run, config.consent_settings, config.domain_endings
with lead_facts as (
    select
        members.person_id,
        max(case when leads.email_raw is not null then 1 else 0 end) as has_email,
        max(case when coalesce(leads.phone_raw, leads.mobile_raw) is not null then 1 else 0 end) as has_phone,
        max(case when leads.source_channel = 'purchased_list' then 1 else 0 end) as is_purchased,
        max(config.tps_day(leads.answers)) as tps_day,
        max(config.dnc_day(leads.answers)) as dnc_day
    from people.members as members
    inner join contacts.leads as leads on members.lead_id = leads.lead_id
    group by members.person_id
),

customers as (
    select
        matches.person_id,
        max(case when accounts.is_customer then 1 else 0 end) as is_customer
    from people.accounts as matches
    inner join raw.accounts as accounts on matches.account_id = accounts.record_id
    inner join raw.versions as versions
        on
            accounts.file_id = versions.file_id and accounts.row_number = versions.row_number
            and versions.object = 'accounts' and versions.state = 'current'
    group by matches.person_id
),

known as (
    select
        golden.person_id,
        lower(golden.email) as email_key,
        regexp_replace(golden.phone_e164, '[^0-9]', '', 'g') as phone_key,
        golden.email is not null or coalesce(lead_facts.has_email, 0) = 1 as has_email,
        golden.phone_e164 is not null or coalesce(lead_facts.has_phone, 0) = 1 as has_phone,
        coalesce(emails.is_valid, golden.email is not null)
        and not coalesce(emails.is_placeholder, false) as is_email_valid,
        coalesce(phones.is_valid, golden.phone_e164 is not null)
        and not coalesce(phones.is_placeholder, false) as is_phone_valid,
        coalesce(emails.is_free, false) as is_free_mail,
        coalesce(emails.is_role, false) as is_role_mail,
        coalesce(emails.is_corporate, false) as is_corporate_mail,
        golden.company_name is not null or golden.company_domain is not null as is_company_known,
        -- nobody can tell a North American mobile from its number
        coalesce(golden.phone_type, 'unknown') in ('mobile', 'fixed_line_or_mobile', 'unknown') as is_mobile,
        coalesce(lead_facts.is_purchased, 0) = 1 as is_purchased,
        coalesce(golden.is_converted, false) or coalesce(customers.is_customer, 0) = 1 as is_customer,
        golden.converted_at,
        golden.created_at,
        golden.job_title is not null or golden.seniority is not null or golden.department is not null as has_role,
        golden.use_case is not null or golden.industry is not null as has_business_reason,
        try_cast(nullif(lead_facts.tps_day, '') as timestamp) as tps_screened_at,
        try_cast(nullif(lead_facts.dnc_day, '') as timestamp) as dnc_screened_at,
        upper(golden.country) as country,
        case when golden.country_from in ('phone', 'domain') then golden.country_from else 'country' end
            as country_from,
        lower(trim(golden.region)) as region,
        golden.phone_region,
        case
            when endings.ending is not null then endings.country
            when
                length(split_part(golden.email_domain, '.', -1)) = 2
                then upper(split_part(golden.email_domain, '.', -1))
        end as domain_country
    from people.golden as golden
    left join lead_facts on golden.person_id = lead_facts.person_id
    left join customers on golden.person_id = customers.person_id
    left join contacts.emails as emails on golden.email_id = emails.email_id
    left join contacts.phones as phones on golden.phone_id = phones.phone_id
    left join config.domain_endings as endings on split_part(golden.email_domain, '.', -1) = endings.ending
)

select
    known.person_id,
    known.email_key,
    known.phone_key,
    known.has_email,
    known.has_phone,
    known.is_email_valid,
    known.is_phone_valid,
    known.is_free_mail,
    known.is_role_mail,
    known.is_corporate_mail,
    -- a mailbox of a private provider is an individual subscriber's, even where the company is known
    settings.is_b2b
    and (known.is_corporate_mail or (known.is_company_known and not known.is_free_mail)) as is_business_email,
    settings.is_b2b and (known.is_corporate_mail or known.is_company_known) as is_business_phone,
    known.is_mobile,
    known.is_purchased,
    known.is_customer,
    known.converted_at,
    known.created_at,
    known.has_role,
    known.has_business_reason,
    case when known.tps_screened_at <= run.as_of then known.tps_screened_at end as tps_screened_at,
    case when known.dnc_screened_at <= run.as_of then known.dnc_screened_at end as dnc_screened_at,
    known.country,
    known.country_from,
    -- states matter where a rule set names one
    case when known.country in ('US', 'CA') then known.region end as region,
    known.phone_region,
    known.domain_country,
    concat_ws(
        '|', coalesce(known.country, '-'), known.country_from,
        case when known.country in ('US', 'CA') then coalesce(known.region, '-') else '-' end,
        coalesce(known.phone_region, '-'), coalesce(known.domain_country, '-')
    ) as place
from known
cross join config.consent_settings as settings
cross join meta.run as run
