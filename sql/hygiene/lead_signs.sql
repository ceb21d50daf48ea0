-- hygiene.lead_signs: what a person's leads show of bots, tests and mistakes, where no other lead of theirs is sound
-- grain: person_id
-- reads: people.members, contacts.leads, contacts.emails, contacts.phones, meta.run, config.risk_limits,
--   config.test_values
with odd_emails as (
    select emails.email_id
    from contacts.emails as emails
    where emails.is_placeholder
),

odd_phones as (
    select phones.phone_id
    from contacts.phones as phones
    where phones.is_placeholder
),

-- many leads name the same company and title: each is looked at once
texts as (
    select leads.company_name as written
    from contacts.leads as leads
    where leads.company_name is not null
    union
    select leads.job_title as written
    from contacts.leads as leads
    where leads.job_title is not null
),

mashed as (
    select texts.written
    from texts
    where config.is_mash(texts.written)
),

signs as (
    select
        leads.lead_id,
        leads.name_issue = 'gibberish' as is_gibberish,
        leads.name_issue = 'placeholder' as is_placeholder,
        odd_emails.email_id is not null as has_placeholder_email,
        odd_phones.phone_id is not null as has_placeholder_phone,
        companies.value is not null as has_test_company,
        titles.value is not null as has_test_title,
        mashed_companies.written is not null as has_mashed_company,
        mashed_titles.written is not null as has_mashed_title,
        coalesce(config.has_honeypot(leads.answers), false) as has_honeypot,
        coalesce(config.submit_seconds(leads.answers) < limits.submit_seconds, false) as is_fast,
        coalesce(leads.created_at > run.as_of, false) as is_of_tomorrow,
        -- dates without a time may lie some hours off
        coalesce(epoch(leads.created_at) - epoch(leads.updated_at) > 86400, false) as is_changed_before_created
    from contacts.leads as leads
    cross join config.risk_limits as limits
    cross join meta.run as run
    left join odd_emails on leads.email_id = odd_emails.email_id
    left join odd_phones on coalesce(leads.phone_id, leads.mobile_id) = odd_phones.phone_id
    left join mashed as mashed_companies on leads.company_name = mashed_companies.written
    left join mashed as mashed_titles on leads.job_title = mashed_titles.written
    left join config.test_values as companies on lower(trim(leads.company_name)) = companies.value
    left join config.test_values as titles on lower(trim(leads.job_title)) = titles.value
),

shown as (
    select
        members.person_id,
        signs.*
    from signs
    inner join people.members as members on signs.lead_id = members.lead_id
    where
        signs.is_gibberish or signs.is_placeholder or signs.has_placeholder_email or signs.has_placeholder_phone
        or signs.has_test_company or signs.has_test_title or signs.has_mashed_company or signs.has_mashed_title
        or signs.has_honeypot or signs.is_fast or signs.is_of_tomorrow or signs.is_changed_before_created
),

summed as (
    select
        shown.person_id,
        coalesce(bool_or(shown.is_gibberish), false) as is_gibberish,
        coalesce(bool_or(shown.is_placeholder), false) as is_placeholder,
        bool_or(shown.has_placeholder_email) as has_placeholder_email,
        bool_or(shown.has_placeholder_phone) as has_placeholder_phone,
        bool_or(shown.has_test_company) as has_test_company,
        bool_or(shown.has_test_title) as has_test_title,
        bool_or(shown.has_mashed_company) as has_mashed_company,
        bool_or(shown.has_mashed_title) as has_mashed_title,
        min(case when shown.has_honeypot then shown.lead_id end) as honeypot_lead,
        min(case when shown.is_fast then shown.lead_id end) as fast_lead,
        bool_or(shown.is_of_tomorrow) as is_of_tomorrow,
        bool_or(shown.is_changed_before_created) as is_changed_before_created
    from shown
    group by shown.person_id
),

-- a person with one good name, address or number is not what the other lead typed
sound as (
    select
        members.person_id,
        bool_or(leads.name_issue is null and leads.full_name is not null) as has_good_name,
        bool_or(coalesce(emails.is_valid and not emails.is_placeholder, false)) as has_good_email,
        bool_or(coalesce(phones.is_valid and not phones.is_placeholder, false)) as has_good_phone
    from summed
    inner join people.members as members on summed.person_id = members.person_id
    inner join contacts.leads as leads on members.lead_id = leads.lead_id
    left join contacts.emails as emails on leads.email_id = emails.email_id
    left join contacts.phones as phones on coalesce(leads.phone_id, leads.mobile_id) = phones.phone_id
    group by members.person_id
)

select
    summed.person_id,
    summed.is_gibberish and not sound.has_good_name as has_only_gibberish,
    summed.is_placeholder and not sound.has_good_name as has_only_placeholder_name,
    summed.has_placeholder_email and not sound.has_good_email as has_only_placeholder_email,
    summed.has_placeholder_phone and not sound.has_good_phone as has_only_placeholder_phone,
    summed.has_test_company,
    summed.has_test_title,
    summed.has_mashed_company,
    summed.has_mashed_title,
    summed.honeypot_lead,
    summed.fast_lead,
    summed.is_of_tomorrow,
    summed.is_changed_before_created
from summed
inner join sound on summed.person_id = sound.person_id
