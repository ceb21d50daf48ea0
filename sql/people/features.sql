-- people.features: the forms that are compared, with how often each value occurs; rare values weigh more
-- grain: lead_id
-- reads: people.normalised
with name_of_record as (
    select
        n.*,
        -- a slip of the pen seldom changes the first letter, so other initials are other people; names in swapped boxes have one
        left(coalesce(n.name_key, n.last), 1) as initial,
    from people.normalised as n
),

phones as (
    select n.phone as phone, n.initial as initial from name_of_record as n where n.phone is not null
    union all
    select n.mobile as phone, n.initial as initial from name_of_record as n where n.mobile is not null
),

phone_counts as (
    select p.phone as phone, count(*) as records, count(distinct p.initial) as names from phones as p group by p.phone
),

email_counts as (
    select n.email as email, count(*) as records, count(distinct n.initial) as names
    from name_of_record as n
    where n.email is not null
    group by n.email
),

value_counts as (
    select 'first' as field, n.first as value, count(*) as records from people.normalised as n group by n.first
    union all
    select 'last' as field, n.last as value, count(*) as records from people.normalised as n group by n.last
    union all
    select 'company' as field, n.company as value, count(*) as records from people.normalised as n group by n.company
    union all
    select 'domain' as field, n.domain as value, count(*) as records from people.normalised as n group by n.domain
    union all
    select 'street' as field, n.street as value, count(*) as records from people.normalised as n group by n.street
    union all
    select 'city' as field, n.city as value, count(*) as records from people.normalised as n group by n.city
    union all
    select 'postal' as field, n.postal as value, count(*) as records from people.normalised as n group by n.postal
    union all
    select 'title' as field, n.title as value, count(*) as records from people.normalised as n group by n.title
    union all
    select 'dob' as field, n.dob as value, count(*) as records from people.normalised as n group by n.dob
    union all
    select 'identifier' as field, n.identifier as value, count(*) as records
    from people.normalised as n
    group by n.identifier
    union all
    select 'other' as field, n.other as value, count(*) as records from people.normalised as n group by n.other
)

select
    n.*,
    row_number() over (order by n.lead_id) as record,
    coalesce(f.records, 0) as first_records,
    coalesce(l.records, 0) as last_records,
    coalesce(e.records, 0) as email_records,
    coalesce(e.names, 0) as email_names,
    coalesce(p.records, 0) as phone_records,
    coalesce(p.names, 0) as phone_names,
    coalesce(m.records, 0) as mobile_records,
    coalesce(m.names, 0) as mobile_names,
    coalesce(c.records, 0) as company_records,
    coalesce(d.records, 0) as domain_records,
    coalesce(s.records, 0) as street_records,
    coalesce(t.records, 0) as city_records,
    coalesce(z.records, 0) as postal_records,
    coalesce(j.records, 0) as title_records,
    coalesce(b.records, 0) as dob_records,
    coalesce(i.records, 0) as identifier_records,
    coalesce(o.records, 0) as other_records,
from people.normalised as n
left join value_counts as f on f.field = 'first' and n.first = f.value
left join value_counts as l on l.field = 'last' and n.last = l.value
left join email_counts as e on n.email = e.email
left join phone_counts as p on n.phone = p.phone
left join phone_counts as m on n.mobile = m.phone
left join value_counts as c on c.field = 'company' and n.company = c.value
left join value_counts as d on d.field = 'domain' and n.domain = d.value
left join value_counts as s on s.field = 'street' and n.street = s.value
left join value_counts as t on t.field = 'city' and n.city = t.value
left join value_counts as z on z.field = 'postal' and n.postal = z.value
left join value_counts as j on j.field = 'title' and n.title = j.value
left join value_counts as b on b.field = 'dob' and n.dob = b.value
left join value_counts as i on i.field = 'identifier' and n.identifier = i.value
left join value_counts as o on o.field = 'other' and n.other = o.value
