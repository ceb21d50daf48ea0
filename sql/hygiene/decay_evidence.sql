-- hygiene.decay_evidence: the last evidence of each value, what ended it, and how fast it decays
-- grain: person_id, field
-- reads: people.golden, people.golden_fields, people.members, people.accounts, contacts.leads, raw.accounts,
--   raw.versions, hygiene.subjects, hygiene.touch_times, hygiene.person_times, meta.run, config.decay_fields,
--   config.decay_evidence, config.decay_ends, config.decay_accelerators, config.consent_settings
with held as (
    select
        golden.person_id,
        golden.lead_id as survivor_id,
        golden.employees_hi,
        golden.seniority,
        fields.field,
        fields.golden_field
    from people.golden as golden
    inner join hygiene.subjects as subjects on golden.person_id = subjects.person_id
    cross join config.decay_fields as fields
    cross join config.consent_settings as settings
    where
        case fields.field
            when 'work_email' then golden.email is not null and not subjects.is_free_mail
            when 'personal_email' then golden.email is not null and subjects.is_free_mail
            when 'direct_phone' then golden.phone_e164 is not null and coalesce(golden.phone_type, '') <> 'mobile'
            when 'mobile_phone' then golden.phone_e164 is not null and coalesce(golden.phone_type, '') = 'mobile'
            when 'job_title' then golden.job_title is not null and coalesce(golden.seniority, '') <> 'c_level'
            when 'job_title_csuite' then golden.job_title is not null and coalesce(golden.seniority, '') = 'c_level'
            when 'employer' then golden.company_name is not null
            when 'company_name_domain' then golden.company_domain is not null
            when 'employees_band' then coalesce(golden.employees, golden.employees_lo) is not null
            when 'annual_revenue' then golden.annual_revenue is not null
            when 'industry' then golden.industry is not null
            when 'tech_stack' then golden.tech_stack is not null
            when 'postal_address_business' then golden.street is not null and settings.is_b2b
            when 'postal_address_home' then golden.street is not null and not settings.is_b2b
        end
),

-- the employer that the newest lead of the person names
employers as (
    select
        members.person_id,
        leads.company_key,
        leads.company_domain,
        coalesce(leads.created_at, leads.updated_at) as observed_at
    from people.members as members
    inner join contacts.leads as leads on members.lead_id = leads.lead_id
    cross join meta.run as run
    where leads.company_key is not null and coalesce(leads.created_at, leads.updated_at) <= run.as_of
    qualify row_number() over (
        partition by members.person_id order by coalesce(leads.created_at, leads.updated_at) desc, leads.lead_id
    ) = 1
),

observed as (
    select
        held.person_id,
        held.field,
        held.employees_hi,
        held.seniority,
        case
            when leads.created_at <= run.as_of then leads.created_at
            when leads.created_at is null and leads.updated_at <= run.as_of then leads.updated_at
        end as observed_at,
        case when leads.created_at is null then 'updated' else 'created' end as observed_by,
        coalesce(
            leads.company_key <> employers.company_key
            and coalesce(leads.company_domain <> employers.company_domain, true)
            and coalesce(leads.created_at, leads.updated_at) < employers.observed_at,
            false
        ) as has_newer_employer
    from held
    cross join meta.run as run
    left join people.golden_fields as origins
        on held.person_id = origins.person_id and held.golden_field = origins.field
    left join contacts.leads as leads on coalesce(origins.lead_id, held.survivor_id) = leads.lead_id
    left join employers on held.person_id = employers.person_id
),

account_times as (
    select
        matches.person_id,
        max(coalesce(accounts.updated_at, accounts.created_at)) as last_at
    from people.accounts as matches
    inner join raw.accounts as accounts on matches.account_id = accounts.record_id
    inner join raw.versions as versions
        on
            accounts.file_id = versions.file_id and accounts.row_number = versions.row_number
            and versions.object = 'accounts' and versions.state = 'current'
    cross join meta.run as run
    where coalesce(accounts.updated_at, accounts.created_at) <= run.as_of
    group by matches.person_id
),

proofs as (
    select
        observed.person_id,
        observed.field,
        observed.observed_at as proven_at,
        observed.observed_by as proof
    from observed
    union all
    select
        observed.person_id,
        observed.field,
        -- a call proves the number; everything else proves the address that it came from
        case when times.kind = 'connected' then times.last_at else times.last_golden_at end as proven_at,
        times.kind as proof
    from observed
    inner join config.decay_evidence as evidence on observed.field = evidence.field
    inner join hygiene.touch_times as times
        on observed.person_id = times.person_id and evidence.evidence = times.kind
    inner join hygiene.subjects as subjects on observed.person_id = subjects.person_id
    where observed.field <> 'employer' or subjects.is_corporate_mail
    union all
    select
        observed.person_id,
        observed.field,
        account_times.last_at as proven_at,
        'account' as proof
    from observed
    inner join config.decay_evidence as evidence on observed.field = evidence.field and evidence.evidence = 'account'
    inner join account_times on observed.person_id = account_times.person_id
),

latest as (
    select
        proofs.person_id,
        proofs.field,
        proofs.proven_at,
        proofs.proof
    from proofs
    where proofs.proven_at is not null
    qualify row_number() over (
        partition by proofs.person_id, proofs.field order by proofs.proven_at desc, proofs.proof asc
    ) = 1
),

ends as (
    select
        ends.field,
        max(case when ends.cause = 'email_bounce' then 1 else 0 end) as by_bounce,
        max(case when ends.cause = 'wrong_number' then 1 else 0 end) as by_wrong_number,
        max(case when ends.cause = 'job_left' then 1 else 0 end) as by_job_left,
        max(case when ends.cause = 'newer_employer' then 1 else 0 end) as by_newer_employer
    from config.decay_ends as ends
    group by ends.field
),

hazards as (
    select
        observed.person_id,
        observed.field,
        cast(sum(cast(accelerators.log_multiplier as decimal(18, 12))) as double) as log_hazard
    from observed
    inner join hygiene.subjects as subjects on observed.person_id = subjects.person_id
    inner join config.decay_accelerators as accelerators
        on
            observed.field = accelerators.field
            and case accelerators.name
                when 'purchased_list' then subjects.is_purchased
                when 'role_address' then subjects.is_role_mail
                when 'c_suite' then observed.seniority = 'c_level'
                when 'small_company' then observed.employees_hi < 50
            end
    group by observed.person_id, observed.field
)

select
    observed.person_id,
    observed.field,
    latest.proven_at as evidence_at,
    latest.proof as evidence,
    case
        when
            ends.by_bounce = 1 and times.bounced_at is not null
            and (times.cleared_at is null or times.cleared_at <= times.bounced_at) then 'email_bounce'
        when
            ends.by_wrong_number = 1 and times.wrong_number_at is not null
            and (latest.proven_at is null or latest.proven_at <= times.wrong_number_at) then 'wrong_number'
        when
            ends.by_job_left = 1 and times.job_left_at is not null
            and (latest.proven_at is null or latest.proven_at <= times.job_left_at) then 'job_left'
        when ends.by_newer_employer = 1 and observed.has_newer_employer then 'newer_employer'
    end as ended_by,
    coalesce(exp(hazards.log_hazard), 1.0) as hazard
from observed
left join latest on observed.person_id = latest.person_id and observed.field = latest.field
left join ends on observed.field = ends.field
left join hygiene.person_times as times on observed.person_id = times.person_id
left join hazards on observed.person_id = hazards.person_id and observed.field = hazards.field
