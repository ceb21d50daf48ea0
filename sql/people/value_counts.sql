-- people.value_counts: how many leads share a value, and how many initials their names have; rare values weigh more
-- grain: field, value
-- reads: people.normalised
-- a slip of the pen seldom changes the first letter, so other initials are other people;
-- the name key is the same for names in swapped boxes
with each_value as (
    select
        'first' as field,
        normalised.first as value,
        null as initial
    from people.normalised as normalised
    where normalised.first is not null
    union all
    select
        'name' as field,
        normalised.name_key as value,
        null as initial
    from people.normalised as normalised
    where normalised.name_key is not null
    union all
    select
        'last' as field,
        normalised.last as value,
        null as initial
    from people.normalised as normalised
    where normalised.last is not null
    union all
    select
        'company' as field,
        normalised.company as value,
        null as initial
    from people.normalised as normalised
    where normalised.company is not null
    union all
    select
        'domain' as field,
        normalised.domain as value,
        null as initial
    from people.normalised as normalised
    where normalised.domain is not null
    union all
    select
        'street' as field,
        normalised.street as value,
        null as initial
    from people.normalised as normalised
    where normalised.street is not null
    union all
    select
        'city' as field,
        normalised.city as value,
        null as initial
    from people.normalised as normalised
    where normalised.city is not null
    union all
    select
        'postal' as field,
        normalised.postal as value,
        null as initial
    from people.normalised as normalised
    where normalised.postal is not null
    union all
    select
        'title' as field,
        normalised.title as value,
        null as initial
    from people.normalised as normalised
    where normalised.title is not null
    union all
    select
        'dob' as field,
        normalised.dob as value,
        null as initial
    from people.normalised as normalised
    where normalised.dob is not null
    union all
    select
        'identifier' as field,
        normalised.identifier as value,
        left(coalesce(normalised.name_key, normalised.last), 1) as initial
    from people.normalised as normalised
    where normalised.identifier is not null
    union all
    select
        'other' as field,
        normalised.other as value,
        null as initial
    from people.normalised as normalised
    where normalised.other is not null
    union all
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
)

select
    each_value.field,
    each_value.value,
    count(*) as records,
    count(distinct each_value.initial) as names
from each_value
group by each_value.field, each_value.value
