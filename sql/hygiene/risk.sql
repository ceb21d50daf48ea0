-- hygiene.risk: bots, spam, tests, students, competitors, with the class of value that shows it
-- grain: person_id, signal
-- reads: hygiene.person_signs, hygiene.lead_signs, hygiene.bots, hygiene.bursts, hygiene.owned_domains
with signals as (
    select
        persons.person_id,
        'disposable_email' as signal,
        'email_domain' as evidence,
        true as is_hard
    from hygiene.person_signs as persons
    where persons.is_disposable
    union all
    select
        persons.person_id,
        'spam_text' as signal,
        case
            when persons.has_url_in_name then 'url_in_name'
            when persons.has_phrase_in_name then 'phrase_in_name'
            when persons.has_phrase and persons.has_url then 'phrase_and_url'
            when persons.has_phrase then 'phrase'
            when persons.has_phrase_in_company then 'phrase_in_company'
            else 'domain_in_name'
        end as evidence,
        persons.has_url_in_name or persons.has_phrase_in_name or (persons.has_phrase and persons.has_url) as is_hard
    from hygiene.person_signs as persons
    where
        persons.has_phrase or persons.has_phrase_in_name or persons.has_phrase_in_company
        or persons.has_url_in_name or persons.has_domain_in_name
    union all
    select
        persons.person_id,
        'student' as signal,
        case when persons.is_academic then 'job_title_and_academic_domain' else 'job_title' end as evidence,
        false as is_hard
    from hygiene.person_signs as persons
    where persons.is_student
    union all
    select
        persons.person_id,
        'placeholder_contact' as signal,
        case when persons.is_placeholder_email then 'email' else 'phone' end as evidence,
        false as is_hard
    from hygiene.person_signs as persons
    where persons.is_placeholder_email or persons.is_placeholder_phone
    union all
    select
        leads.person_id,
        'placeholder_contact' as signal,
        case
            when leads.has_only_placeholder_email then 'email'
            when leads.has_only_placeholder_phone then 'phone'
            when leads.has_only_placeholder_name then 'name'
            when leads.has_test_company then 'company'
            else 'job_title'
        end as evidence,
        false as is_hard
    from hygiene.lead_signs as leads
    where
        leads.has_only_placeholder_email or leads.has_only_placeholder_phone or leads.has_only_placeholder_name
        or leads.has_test_company or leads.has_test_title
    union all
    select
        leads.person_id,
        'gibberish_name' as signal,
        'name' as evidence,
        true as is_hard
    from hygiene.lead_signs as leads
    where leads.has_only_gibberish
    union all
    select
        leads.person_id,
        'gibberish_text' as signal,
        case when leads.has_mashed_company then 'company' else 'job_title' end as evidence,
        false as is_hard
    from hygiene.lead_signs as leads
    where leads.has_mashed_company or leads.has_mashed_title
    union all
    select
        leads.person_id,
        'honeypot' as signal,
        leads.honeypot_lead as evidence,
        true as is_hard
    from hygiene.lead_signs as leads
    where leads.honeypot_lead is not null
    union all
    select
        leads.person_id,
        'fast_submit' as signal,
        leads.fast_lead as evidence,
        false as is_hard
    from hygiene.lead_signs as leads
    where leads.fast_lead is not null
    union all
    select
        bots.person_id,
        bots.signal,
        bots.record_id as evidence,
        bots.is_form as is_hard
    from hygiene.bots as bots
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
    from hygiene.owned_domains as owned
    union all
    select
        persons.person_id,
        'impossible_combination' as signal,
        case
            when persons.is_of_three_countries then 'three_countries'
            when persons.is_senior_student then 'senior_student'
            else 'converted_before_created'
        end as evidence,
        false as is_hard
    from hygiene.person_signs as persons
    where persons.is_of_three_countries or persons.is_senior_student or persons.is_converted_before_created
    union all
    select
        leads.person_id,
        'impossible_combination' as signal,
        case when leads.is_of_tomorrow then 'created_in_future' else 'changed_before_created' end as evidence,
        false as is_hard
    from hygiene.lead_signs as leads
    where leads.is_of_tomorrow or leads.is_changed_before_created
)

select
    signals.person_id,
    signals.signal,
    min(signals.evidence) as evidence,
    bool_or(signals.is_hard) as is_hard
from signals
group by signals.person_id, signals.signal
