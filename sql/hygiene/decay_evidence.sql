-- hygiene.decay_evidence: the last evidence of each value, what ended it, and how fast it decays
-- grain: person_id, field
-- reads: people.golden, people.accounts, contacts.mail_servers, raw.accounts, raw.versions, hygiene.subjects,
--   hygiene.person_times, hygiene.segments, hygiene.vendor_times, hygiene.value_origins, hygiene.newest_employers,
--   meta.run, config.decay_fields, config.consent_settings
with account_times as (
    select
        matches.person_id,
        max(coalesce(accounts.updated_at, accounts.created_at)) as account_at
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

people_known as (
    select
        golden.person_id,
        case when golden.leads = 1 then golden.lead_id end as only_lead_id,
        golden.email is not null as has_email,
        golden.email_domain,
        golden.phone_e164 is not null as has_phone,
        coalesce(golden.phone_type, '') = 'mobile' as is_mobile,
        golden.job_title is not null as has_title,
        coalesce(golden.seniority, '') = 'c_level' as is_chief,
        golden.company_name is not null as has_company,
        golden.company_domain is not null as has_domain,
        coalesce(golden.employees, golden.employees_lo) is not null as has_employees,
        coalesce(golden.employees_hi < 50, false) as is_small,
        golden.annual_revenue is not null as has_revenue,
        golden.industry is not null as has_industry,
        golden.tech_stack is not null as has_tech,
        golden.street is not null as has_street,
        subjects.is_free_mail,
        subjects.is_corporate_mail,
        subjects.is_role_mail,
        subjects.is_purchased,
        settings.is_b2b,
        segments.segment_id,
        golden.created_at,
        golden.updated_at,
        times.golden_opt_in_at,
        times.golden_form_at,
        times.golden_reply_at,
        times.golden_click_at,
        times.golden_delivered_at,
        times.golden_verified_at,
        times.connected_at,
        times.phone_verified_at,
        times.bounced_at,
        times.cleared_at,
        times.wrong_number_at,
        times.job_left_at,
        account_times.account_at,
        employers.company_key as employer_key,
        employers.company_domain as employer_domain,
        employers.named_at as employer_named_at,
        mail.checked_at as mail_gone_at,
        site.checked_at as site_gone_at,
        run.as_of
    from people.golden as golden
    inner join hygiene.subjects as subjects on golden.person_id = subjects.person_id
    inner join hygiene.segments as segments
        on
            coalesce(golden.seniority, '') = segments.seniority and coalesce(golden.source, '') = segments.source
            and coalesce(golden.industry, '') = segments.industry
    cross join config.consent_settings as settings
    cross join meta.run as run
    left join hygiene.person_times as times on golden.person_id = times.person_id
    left join account_times on golden.person_id = account_times.person_id
    left join hygiene.newest_employers as employers on golden.person_id = employers.person_id
    left join contacts.mail_servers as mail
        on golden.email_domain = mail.domain and mail.status in ('none', 'null_mx') and run.as_of >= mail.checked_at
    left join contacts.mail_servers as site
        on golden.company_domain = site.domain and site.status = 'none' and run.as_of >= site.checked_at
),

-- one row a value, with everything that was observed of it
observed as (
    select
        known.*,
        fields.field,
        fields.kind,
        fields.ends_email_bounce,
        fields.ends_wrong_number,
        fields.ends_job_left,
        fields.ends_newer_employer,
        fields.ends_domain_gone,
        coalesce(origins.created_at, origins.updated_at, known.created_at, known.updated_at) as written_at,
        -- who has one lead has its dates
        case
            when origins.golden_field is not null then origins.created_at is null else known.created_at is null
        end as is_dated_by_update,
        origins.company_key,
        origins.company_domain,
        coalesce(origins.vendor_at, vendor_times.vendor_at) as vendor_at,
        coalesce(origins.is_filled, vendor_times.is_filled, false) as is_filled,
        -- mail to a private address tells nothing of the job
        case when fields.kind = 'email' or known.is_corporate_mail then greatest(
            case when fields.by_opt_in then known.golden_opt_in_at end,
            case when fields.by_reply then known.golden_reply_at end,
            case when fields.by_click then known.golden_click_at end,
            case when fields.by_delivered then known.golden_delivered_at end,
            case when fields.by_email_verified then known.golden_verified_at end
        ) end as mailed_at,
        case when fields.by_form and (fields.kind = 'email' or known.is_corporate_mail) then known.golden_form_at end
            as sent_form_at,
        greatest(
            case when fields.by_connected then known.connected_at end,
            case when fields.by_phone_verified then known.phone_verified_at end
        ) as called_at,
        case when fields.by_account then known.account_at end as account_seen_at,
        case
            when fields.by_vendor or coalesce(origins.is_filled, vendor_times.is_filled)
                then coalesce(origins.vendor_at, vendor_times.vendor_at)
        end as vendor_seen_at,
        case when known.is_purchased then fields.log_purchased_list else 0 end
        + case when known.is_role_mail then fields.log_role_address else 0 end
        + case when known.is_chief then fields.log_c_suite else 0 end
        + case when known.is_small then fields.log_small_company else 0 end as log_hazard
    from people_known as known
    cross join config.decay_fields as fields
    left join hygiene.value_origins as origins
        on known.person_id = origins.person_id and fields.golden_field = origins.golden_field
    left join hygiene.vendor_times as vendor_times
        on known.only_lead_id = vendor_times.lead_id and fields.golden_field = vendor_times.golden_field
    where
        case fields.field
            when 'work_email' then known.has_email and not known.is_free_mail
            when 'personal_email' then known.has_email and known.is_free_mail
            when 'direct_phone' then known.has_phone and not known.is_mobile
            when 'mobile_phone' then known.has_phone and known.is_mobile
            when 'job_title' then known.has_title and not known.is_chief
            when 'job_title_csuite' then known.has_title and known.is_chief
            when 'employer' then known.has_company
            when 'company_name_domain' then known.has_domain
            when 'employees_band' then known.has_employees
            when 'annual_revenue' then known.has_revenue
            when 'industry' then known.has_industry
            when 'tech_stack' then known.has_tech
            when 'postal_address_business' then known.has_street and known.is_b2b
            when 'postal_address_home' then known.has_street and not known.is_b2b
        end
),

proofs as (
    select
        observed.*,
        greatest(observed.mailed_at, observed.called_at, observed.account_seen_at, observed.vendor_seen_at)
            as proven_at,
        -- what a vendor filled in was not known when the lead was made
        case
            when observed.written_at <= observed.as_of and not (observed.is_filled and observed.vendor_at is not null)
                then observed.written_at
        end as observed_at
    from observed
),

latest as (
    select
        proofs.*,
        greatest(proofs.proven_at, proofs.sent_form_at, proofs.observed_at) as evidence_at
    from proofs
),

ended as (
    select
        latest.*,
        case
            when latest.ends_email_bounce and (latest.cleared_at is null or latest.cleared_at <= latest.bounced_at)
                then latest.bounced_at
        end as bounce_ended_at,
        case
            when
                latest.ends_wrong_number
                and (latest.evidence_at is null or latest.evidence_at <= latest.wrong_number_at)
                then latest.wrong_number_at
        end as number_ended_at,
        case
            when latest.ends_job_left and (latest.evidence_at is null or latest.evidence_at <= latest.job_left_at)
                then latest.job_left_at
        end as job_ended_at,
        case
            when
                latest.ends_newer_employer and latest.written_at < latest.employer_named_at
                and (latest.proven_at is null or latest.proven_at <= latest.employer_named_at)
                and case
                    -- an address dies with the job only where the new employer's domain is known to be another
                    when latest.kind = 'email'
                        then
                            latest.employer_domain <> latest.email_domain
                            and not latest.email_domain like '%.' || latest.employer_domain
                            and coalesce(latest.company_domain <> latest.employer_domain, true)
                            and coalesce(latest.company_key <> latest.employer_key, true)
                    else
                        latest.company_key <> latest.employer_key
                        and coalesce(latest.company_domain <> latest.employer_domain, true)
                end
                then latest.employer_named_at
        end as employer_ended_at,
        case
            when
                latest.ends_domain_gone and latest.kind = 'email'
                and (latest.cleared_at is null or latest.cleared_at <= latest.mail_gone_at)
                then latest.mail_gone_at
            when latest.ends_domain_gone and latest.kind = 'company' then latest.site_gone_at
        end as domain_ended_at
    from latest
)

select
    ended.person_id,
    ended.field,
    ended.evidence_at,
    -- of several at the same time the one that proves most
    case ended.evidence_at
        when ended.account_seen_at then 'account'
        when ended.mailed_at
            then case ended.evidence_at
                when ended.golden_click_at then 'click'
                when ended.golden_delivered_at then 'delivered'
                when ended.golden_verified_at then 'email_verified'
                when ended.golden_opt_in_at then 'opt_in'
                else 'reply'
            end
        when ended.called_at
            then case when ended.evidence_at = ended.connected_at then 'connected' else 'phone_verified' end
        when ended.observed_at then case when ended.is_dated_by_update then 'updated' else 'created' end
        when ended.sent_form_at then 'form'
        when ended.vendor_seen_at then 'vendor'
    end as evidence,
    ended.proven_at is not null as is_proven,
    case
        when ended.bounce_ended_at is not null then 'email_bounce'
        when ended.number_ended_at is not null then 'wrong_number'
        when ended.job_ended_at is not null then 'job_left'
        when ended.employer_ended_at is not null then 'newer_employer'
        when ended.domain_ended_at is not null then 'domain_gone'
    end as ended_by,
    coalesce(
        ended.bounce_ended_at, ended.number_ended_at, ended.job_ended_at, ended.employer_ended_at, ended.domain_ended_at
    ) as ended_at,
    -- nothing tells the age, but a date that is yet to come
    ended.evidence_at is null and coalesce(ended.written_at > ended.as_of, false) as is_future,
    ended.segment_id,
    exp(ended.log_hazard) as hazard
from ended
