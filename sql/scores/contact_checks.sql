-- scores.contact_checks: which checks a person's address, number and consent pass
-- grain: person_id
-- reads: people.golden, contacts.emails, contacts.phones, hygiene.reach, hygiene.consent, scores.behaviour,
--   config.scoring, config.scoring_lists
with captured_consents as (
    select
        consent.person_id,
        min(consent.state || coalesce(' ' || consent.evidence, '')) as consent_evidence
    from hygiene.consent as consent
    inner join config.scoring_lists as states
        on consent.state = states.value and states.list = 'consent_states'
    cross join config.scoring as scoring
    where scoring.channel = 'any' or consent.channel = scoring.channel
    group by consent.person_id
),

contacts_in_trouble as (
    select
        reach.person_id,
        bool_or(reach.channel = 'email' and reach.is_bounced) as is_email_bounced,
        bool_or(reach.channel = 'phone' and reach.is_bounced) as is_phone_wrong,
        bool_or(reach.has_contact and (scoring.channel = 'any' or reach.channel = scoring.channel)) as has_dead
    from hygiene.reach as reach
    cross join config.scoring as scoring
    where reach.is_bounced or reach.why_not in ('bounced', 'dead')
    group by reach.person_id
),

-- on channel any, one living contact is enough
with_living_contact as (
    select distinct reach.person_id
    from hygiene.reach as reach
    inner join contacts_in_trouble
        on reach.person_id = contacts_in_trouble.person_id
    cross join config.scoring as scoring
    where
        reach.has_contact and not (reach.is_bounced or coalesce(reach.why_not, '') in ('bounced', 'dead'))
        and (scoring.channel = 'any' or reach.channel = scoring.channel)
),

contact_states as (
    select
        contacts_in_trouble.person_id,
        contacts_in_trouble.is_email_bounced,
        contacts_in_trouble.is_phone_wrong,
        contacts_in_trouble.has_dead and with_living_contact.person_id is null as is_contact_dead
    from contacts_in_trouble
    left join with_living_contact
        on contacts_in_trouble.person_id = with_living_contact.person_id
),

checked as (
    select
        golden.person_id,
        golden.email_id is not null as has_email,
        coalesce(emails.is_valid and not coalesce(emails.is_placeholder, false), false) as is_valid,
        coalesce(emails.is_corporate, false) as is_corporate,
        coalesce(emails.is_free and not coalesce(emails.is_disposable, false), false) as is_free_email,
        coalesce(emails.is_disposable, false) as is_disposable_email,
        coalesce(emails.is_role, false) as is_role_email,
        coalesce(emails.is_academic, false) as is_academic_email,
        coalesce(contact_states.is_email_bounced, false) as is_bounced,
        golden.phone_id is not null as has_phone,
        coalesce(phones.is_placeholder, false) as is_placeholder,
        case
            when phones.level in ('valid', 'line_type_ok') and behaviour.has_connected_call then 'evidence'
            else phones.level
        end as phone_level,
        coalesce(contact_states.is_phone_wrong, false) as is_phone_wrong,
        coalesce(contact_states.is_contact_dead, false) as is_contact_dead,
        captured_consents.consent_evidence
    from people.golden as golden
    left join contacts.emails as emails
        on golden.email_id = emails.email_id
    left join contacts.phones as phones
        on golden.phone_id = phones.phone_id
    left join scores.behaviour as behaviour
        on golden.person_id = behaviour.person_id
    left join contact_states
        on golden.person_id = contact_states.person_id
    left join captured_consents
        on golden.person_id = captured_consents.person_id
)

select
    checked.person_id,
    checked.has_email,
    checked.is_valid and not checked.is_bounced as is_email_valid,
    checked.is_corporate and checked.is_valid and not checked.is_bounced as is_corporate_email,
    checked.is_free_email,
    checked.is_disposable_email,
    checked.is_role_email,
    checked.is_academic_email,
    checked.is_bounced,
    checked.has_phone,
    checked.phone_level,
    levels.value is not null and not checked.is_placeholder and not checked.is_phone_wrong as is_phone_verified,
    checked.has_phone and (
        checked.is_phone_wrong
        or checked.is_placeholder
        or coalesce(checked.phone_level, 'invalid') = 'invalid'
    ) as is_phone_bad,
    checked.consent_evidence is not null as is_consent_captured,
    checked.consent_evidence,
    checked.is_contact_dead
from checked
left join config.scoring_lists as levels
    on checked.phone_level = levels.value and levels.list = 'phone_levels'
