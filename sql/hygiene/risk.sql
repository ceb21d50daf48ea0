-- hygiene.risk: bots, spam, tests, students, competitors, with the class of value that shows it
-- grain: person_id, signal
-- reads: people.golden, people.members, people.links, people.accounts, contacts.leads, contacts.emails,
--   contacts.phones, raw.events, raw.versions, raw.accounts, hygiene.bursts, config.own_domains
with texts as (
    select
        golden.person_id,
        coalesce(config.matches_spam_phrases(golden.free_text), false) as has_phrase,
        regexp_matches(lower(coalesce(golden.free_text, '')), '(https?://|www\.)') as has_url,
        config.matches_spam_phrases(
            concat_ws(' ', golden.first_name, golden.last_name, golden.full_name, golden.company_name)
        ) as has_phrase_in_name,
        regexp_matches(
            lower(concat_ws(' ', golden.first_name, golden.last_name, golden.full_name)),
            '(https?://|www\.|\.(com|ru|top|xyz|net)\b)'
        ) as has_url_in_name,
        golden.seniority = 'student'
        or (coalesce(emails.is_academic, false) and config.matches_student_titles(golden.job_title))
            as is_student,
        coalesce(emails.is_disposable, false) as is_disposable,
        coalesce(emails.is_placeholder, false) as is_placeholder_email,
        coalesce(phones.is_placeholder, false) as is_placeholder_phone
    from people.golden as golden
    left join contacts.emails as emails on golden.email_id = emails.email_id
    left join contacts.phones as phones on golden.phone_id = phones.phone_id
),

-- a person with one good name, address or number is not what the other lead typed
lead_signs as (
    select
        members.person_id,
        max(case when leads.name_issue is null and leads.full_name is not null then 1 else 0 end) as has_good_name,
        max(case when leads.name_issue = 'gibberish' then 1 else 0 end) as is_gibberish,
        max(case when leads.name_issue = 'placeholder' then 1 else 0 end) as is_placeholder,
        max(case when emails.is_placeholder then 1 else 0 end) as has_placeholder_email,
        max(case when emails.is_valid and not emails.is_placeholder then 1 else 0 end) as has_good_email,
        max(case when phones.is_placeholder then 1 else 0 end) as has_placeholder_phone,
        max(case when phones.is_valid and not phones.is_placeholder then 1 else 0 end) as has_good_phone,
        min(case when config.matches_honeypot_keys(leads.answers) then leads.lead_id end) as honeypot_lead
    from people.members as members
    inner join contacts.leads as leads on members.lead_id = leads.lead_id
    left join contacts.emails as emails on leads.email_id = emails.email_id
    left join contacts.phones as phones on coalesce(leads.phone_id, leads.mobile_id) = phones.phone_id
    group by members.person_id
),

-- link scanners click in the name of real people: only a form filled by a program says that the lead is one
bots as (
    select
        links.person_id,
        max(case when events.type in ('form_submit', 'demo_request', 'trial_start') then 1 else 0 end) as is_form,
        min(events.record_id) as record_id
    from raw.events as events
    inner join raw.versions as versions
        on
            events.file_id = versions.file_id and events.row_number = versions.row_number
            and versions.object = 'events' and versions.state = 'current'
    inner join people.links as links on links.object = 'events' and events.record_id = links.record_id
    where
        links.person_id is not null
        and (events.type = 'web_visit_bot' or config.matches_bot_agents(events.user_agent))
    group by links.person_id
),

owned as (
    select
        golden.person_id,
        domains.signal,
        'domain' as evidence
    from people.golden as golden
    inner join config.own_domains as domains
        on
            golden.email_domain = domains.domain or golden.company_domain = domains.domain
            or golden.email_domain like '%.' || domains.domain
    union all
    select
        matches.person_id,
        'competitor' as signal,
        accounts.record_id as evidence
    from people.accounts as matches
    inner join raw.accounts as accounts on matches.account_id = accounts.record_id and accounts.is_competitor
    inner join raw.versions as versions
        on
            accounts.file_id = versions.file_id and accounts.row_number = versions.row_number
            and versions.object = 'accounts' and versions.state = 'current'
),

signals as (
    select
        texts.person_id,
        'disposable_email' as signal,
        'email_domain' as evidence,
        true as is_hard
    from texts
    where texts.is_disposable
    union all
    select
        texts.person_id,
        'spam_text' as signal,
        case
            when texts.has_url_in_name then 'url_in_name'
            when texts.has_phrase_in_name then 'phrase_in_name'
            when texts.has_url then 'phrase_and_url'
            else 'phrase'
        end as evidence,
        texts.has_url_in_name or texts.has_phrase_in_name or texts.has_url as is_hard
    from texts
    where texts.has_url_in_name or texts.has_phrase_in_name or texts.has_phrase
    union all
    select
        texts.person_id,
        'student' as signal,
        'job_title' as evidence,
        false as is_hard
    from texts
    where texts.is_student
    union all
    select
        lead_signs.person_id,
        'gibberish_name' as signal,
        'name' as evidence,
        true as is_hard
    from lead_signs
    where lead_signs.is_gibberish = 1 and lead_signs.has_good_name = 0
    union all
    select
        lead_signs.person_id,
        'placeholder_contact' as signal,
        case
            when
                texts.is_placeholder_email or (lead_signs.has_placeholder_email = 1 and lead_signs.has_good_email = 0)
                then 'email'
            when
                texts.is_placeholder_phone or (lead_signs.has_placeholder_phone = 1 and lead_signs.has_good_phone = 0)
                then 'phone'
            when lead_signs.is_placeholder = 1 and lead_signs.has_good_name = 0 then 'name'
        end as evidence,
        false as is_hard
    from lead_signs
    inner join texts on lead_signs.person_id = texts.person_id
    union all
    select
        lead_signs.person_id,
        'honeypot' as signal,
        lead_signs.honeypot_lead as evidence,
        true as is_hard
    from lead_signs
    where lead_signs.honeypot_lead is not null
    union all
    select
        bots.person_id,
        'bot_user_agent' as signal,
        bots.record_id as evidence,
        bots.is_form = 1 as is_hard
    from bots
    union all
    select
        bursts.person_id,
        'fast_burst' as signal,
        bursts.record_id as evidence,
        false as is_hard
    from hygiene.bursts as bursts
    union all
    select
        owned.person_id,
        owned.signal,
        owned.evidence,
        true as is_hard
    from owned
)

select
    signals.person_id,
    signals.signal,
    min(signals.evidence) as evidence,
    max(case when signals.is_hard then 1 else 0 end) = 1 as is_hard
from signals
where signals.evidence is not null
group by signals.person_id, signals.signal
