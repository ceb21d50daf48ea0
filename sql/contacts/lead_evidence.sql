-- contacts.lead_evidence: what address and numbers add to a lead: fingerprints, its company's domain, its country
-- grain: lead_id
-- reads: contacts.lead_fields, contacts.emails, contacts.phones, meta.run
with keyed as (
    -- the fingerprints are made as leadgrade/contacts/build.py makes them
    select
        lead_fields.lead_id,
        lead_fields.company_domain,
        lead_fields.company_domain_from,
        lead_fields.country_field,
        lead_fields.region_country,
        lead_fields.source_country,
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
    keyed.email_id,
    keyed.phone_id,
    keyed.mobile_id,
    coalesce(keyed.company_domain, case when emails.is_corporate then emails.registrable_domain end) as company_domain,
    case
        when keyed.company_domain is not null then keyed.company_domain_from
        when emails.is_corporate and emails.registrable_domain is not null then 'email'
    end as company_domain_from,
    coalesce(
        keyed.country_field, keyed.region_country, phones.region, mobiles.region, emails.domain_country,
        keyed.source_country
    ) as country,
    case
        when keyed.country_field is not null then 'field'
        when keyed.region_country is not null then 'region'
        when coalesce(phones.region, mobiles.region) is not null then 'phone'
        when emails.domain_country is not null then 'domain'
        when keyed.source_country is not null then 'source'
    end as country_from
from keyed
left join contacts.emails as emails on keyed.email_id = emails.email_id
left join real_phones as phones on keyed.phone_id = phones.phone_id
left join real_phones as mobiles on keyed.mobile_id = mobiles.phone_id
