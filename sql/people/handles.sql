-- people.handles: what other records may call a person by, each with the one person that it stands for
-- grain: kind, scope, value
-- reads: contacts.leads, raw.leads, people.members
with each as (
    select
        'id' as kind,
        'system:' || leads.system as scope,
        leads.source_record_id as value,
        leads.lead_id,
        true as is_current
    from contacts.leads as leads
    union all
    select
        'id' as kind,
        'source:' || leads.source as scope,
        leads.source_record_id as value,
        leads.lead_id,
        true as is_current
    from contacts.leads as leads
    union all
    select
        'id' as kind,
        'any' as scope,
        leads.source_record_id as value,
        leads.lead_id,
        true as is_current
    from contacts.leads as leads
    union all
    select
        'email' as kind,
        'any' as scope,
        lower(trim(leads.email_raw)) as value,
        leads.lead_id,
        true as is_current
    from contacts.leads as leads
    union all
    select
        'email' as kind,
        'any' as scope,
        lower(leads.email) as value,
        leads.lead_id,
        true as is_current
    from contacts.leads as leads
    union all
    -- an address that the lead had before still is the person's, unless another has it now
    select
        'email' as kind,
        'any' as scope,
        lower(trim(versions.email)) as value,
        versions.lead_id,
        false as is_current
    from raw.leads as versions
    union all
    select
        'phone' as kind,
        'any' as scope,
        right(ltrim(leads.phone_e164, '+'), 10) as value,
        leads.lead_id,
        true as is_current
    from contacts.leads as leads
    union all
    select
        'phone' as kind,
        'any' as scope,
        right(ltrim(leads.mobile_e164, '+'), 10) as value,
        leads.lead_id,
        true as is_current
    from contacts.leads as leads
),

called as not materialized (
    select
        each.*,
        members.person_id
    from each
    inner join people.members as members on each.lead_id = members.lead_id
    where each.value is not null and each.scope is not null
),

-- most stand for one person: only the others need to be ranked
by_value as (
    select
        called.kind,
        called.scope,
        called.value,
        min(called.person_id) as person_id,
        max(called.person_id) as last_person_id
    from called
    group by called.kind, called.scope, called.value
),

of_people as (
    select
        called.kind,
        called.scope,
        called.value,
        called.person_id,
        count(distinct called.lead_id) as leads,
        min(called.lead_id) as lead_id,
        bool_or(called.is_current) as is_current
    from called
    where
        called.kind <> 'id'
        and (called.kind, called.scope, called.value) in (
            select (by_value.kind, by_value.scope, by_value.value) from by_value
            where by_value.person_id <> by_value.last_person_id and by_value.kind <> 'id'
        )
    group by called.kind, called.scope, called.value, called.person_id
),

ranked as (
    select
        of_people.*,
        count(*) over (partition by of_people.kind, of_people.scope, of_people.value) as people,
        row_number() over (
            partition by of_people.kind, of_people.scope, of_people.value
            -- of equals by their leads and not by their ids: an id may be another at another time, and a night that is
            -- made again has to decide as it did
            order by of_people.is_current desc, of_people.leads desc, of_people.lead_id asc
        ) as place
    from of_people
)

-- an id counts only where it is one person's; an address or number of several is the one's with most leads under it
select
    by_value.kind,
    by_value.scope,
    by_value.value,
    by_value.person_id,
    1 as people
from by_value
where by_value.person_id = by_value.last_person_id
union all
select
    ranked.kind,
    ranked.scope,
    ranked.value,
    ranked.person_id,
    ranked.people
from ranked
where ranked.place = 1
