-- people.value_counts: how many leads share a value, and how many initials their names have; rare values weigh more
-- grain: field, value
-- reads: people.normalised
-- a slip of the pen seldom changes the first letter, so other initials are other people;
-- the name key is the same for names in swapped boxes
with owned as (
    select
        'email' as field,
        normalised.email as value,
        left(coalesce(normalised.name_key, normalised.last), 1) as initial
    from people.normalised as normalised
    where normalised.email is not null
    union all
    select
        'phone' as field,
        normalised.phone as value,
        left(coalesce(normalised.name_key, normalised.last), 1) as initial
    from people.normalised as normalised
    where normalised.phone is not null
    union all
    select
        'phone' as field,
        normalised.mobile as value,
        left(coalesce(normalised.name_key, normalised.last), 1) as initial
    from people.normalised as normalised
    where normalised.mobile is not null
    union all
    select
        'identifier' as field,
        normalised.identifier as value,
        left(coalesce(normalised.name_key, normalised.last), 1) as initial
    from people.normalised as normalised
    where normalised.identifier is not null
),

-- a third of the cost of counting distinct initials value by value
by_initial as (
    select
        owned.field,
        owned.value,
        owned.initial,
        count(*) as records
    from owned
    group by owned.field, owned.value, owned.initial
)

select
    by_initial.field,
    by_initial.value,
    sum(by_initial.records)::bigint as records,
    count(by_initial.initial) as names
from by_initial
group by by_initial.field, by_initial.value
union all
select
    'first' as field,
    normalised.first as value,
    count(*) as records,
    0 as names
from people.normalised as normalised
where normalised.first is not null
group by normalised.first
union all
select
    'name' as field,
    normalised.name_key as value,
    count(*) as records,
    0 as names
from people.normalised as normalised
where normalised.name_key is not null
group by normalised.name_key
union all
select
    'last' as field,
    normalised.last as value,
    count(*) as records,
    0 as names
from people.normalised as normalised
where normalised.last is not null
group by normalised.last
union all
select
    'company' as field,
    normalised.company as value,
    count(*) as records,
    0 as names
from people.normalised as normalised
where normalised.company is not null
group by normalised.company
union all
select
    'domain' as field,
    normalised.domain as value,
    count(*) as records,
    0 as names
from people.normalised as normalised
where normalised.domain is not null
group by normalised.domain
union all
select
    'street' as field,
    normalised.street as value,
    count(*) as records,
    0 as names
from people.normalised as normalised
where normalised.street is not null
group by normalised.street
union all
select
    'city' as field,
    normalised.city as value,
    count(*) as records,
    0 as names
from people.normalised as normalised
where normalised.city is not null
group by normalised.city
union all
select
    'postal' as field,
    normalised.postal as value,
    count(*) as records,
    0 as names
from people.normalised as normalised
where normalised.postal is not null
group by normalised.postal
union all
select
    'title' as field,
    normalised.title as value,
    count(*) as records,
    0 as names
from people.normalised as normalised
where normalised.title is not null
group by normalised.title
union all
select
    'dob' as field,
    normalised.dob as value,
    count(*) as records,
    0 as names
from people.normalised as normalised
where normalised.dob is not null
group by normalised.dob
union all
select
    'other' as field,
    normalised.other as value,
    count(*) as records,
    0 as names
from people.normalised as normalised
where normalised.other is not null
group by normalised.other
