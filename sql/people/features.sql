-- people.features: the forms that are compared, with how often each value occurs
-- grain: lead_id
-- reads: people.normalised, people.value_counts
-- numbered apart: a window over whole rows would carry every column through its sort
with numbered as (
    select
        normalised.lead_id,
        row_number() over (order by normalised.lead_id) as record
    from people.normalised as normalised
)

select
    numbered.record,
    normalised.lead_id,
    normalised.first,
    normalised.last,
    normalised.middle,
    normalised.gender,
    normalised.first_sound,
    normalised.last_sound,
    normalised.name_key,
    normalised.email,
    normalised.local,
    normalised.email_is_role,
    normalised.phone,
    normalised.mobile,
    normalised.company,
    normalised.domain,
    normalised.title,
    normalised.street,
    normalised.city,
    normalised.region,
    normalised.postal,
    normalised.country,
    normalised.dob,
    normalised.identifier,
    normalised.other,
    coalesce(full_names.records, 0) as name_records,
    coalesce(firsts.records, 0) as first_records,
    coalesce(lasts.records, 0) as last_records,
    coalesce(emails.records, 0) as email_records,
    coalesce(emails.names, 0) as email_names,
    coalesce(phones.records, 0) as phone_records,
    coalesce(phones.names, 0) as phone_names,
    coalesce(mobiles.records, 0) as mobile_records,
    coalesce(mobiles.names, 0) as mobile_names,
    coalesce(companies.records, 0) as company_records,
    coalesce(domains.records, 0) as domain_records,
    coalesce(streets.records, 0) as street_records,
    coalesce(cities.records, 0) as city_records,
    coalesce(postals.records, 0) as postal_records,
    coalesce(titles.records, 0) as title_records,
    coalesce(dobs.records, 0) as dob_records,
    coalesce(identifiers.names, 0) as identifier_names,
    coalesce(others.records, 0) as other_records
from people.normalised as normalised
inner join numbered
    on normalised.lead_id = numbered.lead_id
left join people.value_counts as firsts
    on firsts.field = 'first' and normalised.first = firsts.value
left join people.value_counts as full_names
    on full_names.field = 'name' and normalised.name_key = full_names.value
left join people.value_counts as lasts
    on lasts.field = 'last' and normalised.last = lasts.value
left join people.value_counts as emails
    on emails.field = 'email' and normalised.email = emails.value
left join people.value_counts as phones
    on phones.field = 'phone' and normalised.phone = phones.value
left join people.value_counts as mobiles
    on mobiles.field = 'phone' and normalised.mobile = mobiles.value
left join people.value_counts as companies
    on companies.field = 'company' and normalised.company = companies.value
left join people.value_counts as domains
    on domains.field = 'domain' and normalised.domain = domains.value
left join people.value_counts as streets
    on streets.field = 'street' and normalised.street = streets.value
left join people.value_counts as cities
    on cities.field = 'city' and normalised.city = cities.value
left join people.value_counts as postals
    on postals.field = 'postal' and normalised.postal = postals.value
left join people.value_counts as titles
    on titles.field = 'title' and normalised.title = titles.value
left join people.value_counts as dobs
    on dobs.field = 'dob' and normalised.dob = dobs.value
left join people.value_counts as identifiers
    on identifiers.field = 'identifier' and normalised.identifier = identifiers.value
left join people.value_counts as others
    on others.field = 'other' and normalised.other = others.value
-- slices of the numbers are read: rows that lie in their order are found without reading the others
order by numbered.record
