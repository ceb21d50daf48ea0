-- hygiene.person_signs: what the golden values of a person show of spam, students and what cannot be
-- grain: person_id
-- reads: people.golden, contacts.emails, contacts.phones, hygiene.stated_places, config.same_numbering
with consent_countries as (
    select
        stated.person_id,
        upper(split_part(stated.stated, '-', 1)) as country
    from hygiene.stated_places as stated
    -- records that name several laws name no country
    where stated.stated not like '%,%'
),

known as (
    select
        golden.person_id,
        coalesce(config.is_spam_phrase(golden.free_text), false) as has_phrase,
        coalesce(regexp_matches(lower(golden.free_text), '(https?://|www\.)'), false) as has_url,
        config.is_spam_phrase(concat_ws(' ', golden.first_name, golden.last_name, golden.full_name))
            as has_phrase_in_name,
        coalesce(config.is_spam_phrase(golden.company_name), false) as has_phrase_in_company,
        lower(concat_ws(' ', golden.first_name, golden.last_name, golden.full_name)) as name,
        -- what the title alone does not say for sure, title and address say together
        coalesce(golden.seniority = 'student', false)
        or coalesce(emails.is_academic and config.is_student_title(golden.job_title), false) as is_student,
        coalesce(emails.is_academic, false) as is_academic,
        coalesce(emails.is_disposable, false) as is_disposable,
        coalesce(emails.is_placeholder, false) as is_placeholder_email,
        coalesce(phones.is_placeholder, false) as is_placeholder_phone,
        coalesce(golden.seniority in ('owner', 'c_level', 'vp', 'director'), false)
        and coalesce(emails.is_academic, false) and coalesce(config.is_student_domain(golden.email_domain), false)
            as is_senior_student,
        -- dates without a time may lie some hours off
        coalesce(epoch(golden.created_at) - epoch(golden.converted_at) > 86400, false) as is_converted_before_created,
        case when golden.country_from in ('field', 'region') then upper(golden.country) end as typed_country,
        upper(golden.phone_region) as phone_country,
        upper(emails.domain_country) as domain_country,
        consent_countries.country as consent_country
    from people.golden as golden
    left join contacts.emails as emails on golden.email_id = emails.email_id
    left join contacts.phones as phones on golden.phone_id = phones.phone_id
    left join consent_countries on golden.person_id = consent_countries.person_id
),

zoned as (
    select
        known.*,
        coalesce(typed.zone, known.typed_country) as typed_zone,
        coalesce(called.zone, known.phone_country) as phone_zone,
        coalesce(consents.zone, known.consent_country, domains.zone, known.domain_country) as third_zone
    from known
    left join config.same_numbering as typed on known.typed_country = typed.country
    left join config.same_numbering as called on known.phone_country = called.country
    left join config.same_numbering as consents on known.consent_country = consents.country
    left join config.same_numbering as domains on known.domain_country = domains.country
)

select
    zoned.person_id,
    zoned.has_phrase,
    zoned.has_url,
    zoned.has_phrase_in_name,
    zoned.has_phrase_in_company,
    regexp_matches(zoned.name, '(https?://|www\.|\.(com|net|org|ru|top|xyz|info)/)') as has_url_in_name,
    regexp_matches(zoned.name, '[a-z0-9]\.(com|net|org|ru|top|xyz|info)\b') as has_domain_in_name,
    zoned.is_student,
    zoned.is_academic,
    zoned.is_disposable,
    zoned.is_placeholder_email,
    zoned.is_placeholder_phone,
    zoned.is_senior_student,
    zoned.is_converted_before_created,
    -- two countries are an expatriate or a traveller; three in one record are made up
    coalesce(
        zoned.typed_zone <> zoned.phone_zone and zoned.typed_zone <> zoned.third_zone
        and zoned.phone_zone <> zoned.third_zone, false
    ) as is_of_three_countries
from zoned
where
    zoned.has_phrase or zoned.has_phrase_in_name or zoned.has_phrase_in_company or zoned.is_student
    or zoned.is_disposable or zoned.is_placeholder_email or zoned.is_placeholder_phone or zoned.is_senior_student
    or zoned.is_converted_before_created
    or regexp_matches(zoned.name, '(https?://|www\.|[a-z0-9]\.(com|net|org|ru|top|xyz|info)\b)')
    or (
        zoned.typed_zone <> zoned.phone_zone and zoned.typed_zone <> zoned.third_zone
        and zoned.phone_zone <> zoned.third_zone
    )
