-- hygiene.consent_links: whom an event of the ledger is about, and whether it is about the golden address or number
-- grain: entry, person_id
-- reads: hygiene.consent_ledger, hygiene.consent_said, hygiene.subjects, hygiene.points, people.links, people.members,
--   people.subjects, people.handles
with events as (
    select
        said.entry,
        said.object,
        said.is_deleted,
        said.is_bound,
        said.meaning in ('stop', 'do_not_sell', 'gpc', 'erasure') as is_no,
        said.names_number,
        ledger.record_id,
        ledger.source,
        ledger.subject_kind,
        -- what holds for the person is compared with nothing
        case
            when said.is_bound or said.is_deleted or ledger.subject_kind = 'domain' then ledger.subject_key
        end as subject_key
    from hygiene.consent_said as said
    inner join hygiene.consent_ledger as ledger on said.entry = ledger.entry
),

-- a suppression of a whole domain is about everybody there, also when its source has deleted it
domain_entries as (
    select
        events.entry,
        events.subject_key
    from events
    where events.subject_kind = 'domain'
),

domain_keys as (
    select
        domains.domain,
        config.subject_key('domain', domains.domain) as subject_key
    from (
        select distinct split_part(subjects.email_key, '@', 2) as domain
        from hygiene.subjects as subjects
        where exists (select 1 from domain_entries)
    ) as domains
),

-- a stop that its source deleted is about whoever has the address or number; there are few, so nobody's keys are
-- computed where there is none
deleted_stops as (
    select
        events.entry,
        events.subject_kind,
        events.subject_key
    from events
    where events.is_deleted and events.subject_kind in ('email', 'phone')
),

golden_points as (
    select
        subjects.person_id,
        config.subject_key('email', subjects.email_key) as subject_key
    from hygiene.subjects as subjects
    where
        exists (
            select 1 from deleted_stops
            where deleted_stops.subject_kind = 'email'
        )
    union all
    select
        subjects.person_id,
        config.subject_key('phone', '+' || subjects.phone_key) as subject_key
    from hygiene.subjects as subjects
    where
        exists (
            select 1 from deleted_stops
            where deleted_stops.subject_kind = 'phone'
        )
),

-- the person of the record, or of the lead
linked as (
    select
        events.entry,
        links.person_id,
        events.is_bound,
        events.names_number,
        events.source,
        events.subject_kind,
        events.subject_key
    from events
    inner join people.links as links on events.record_id = links.record_id
    where
        links.person_id is not null and links.object in ('consents', 'suppressions', 'events')
        and events.object <> 'leads' and not events.is_deleted
    union all
    select
        events.entry,
        members.person_id,
        events.is_bound,
        events.names_number,
        events.source,
        events.subject_kind,
        events.subject_key
    from events
    inner join people.members as members on events.record_id = members.lead_id
    where events.object = 'leads'
),

-- ids of two systems may be alike: a no that names an address or number beside an id is about whoever has that, too
named_beside_an_id as (
    select
        events.entry,
        subjects.subject_email,
        subjects.subject_phone
    from events
    inner join people.links as links on events.record_id = links.record_id and events.object = links.object
    inner join people.subjects as subjects on links.object = subjects.object and links.record_id = subjects.record_id
    where events.is_no and not events.is_deleted and links.method = 'source_id'
),

named_noes as (
    select
        named_beside_an_id.entry,
        handles.person_id
    from named_beside_an_id
    inner join people.handles as handles on named_beside_an_id.subject_email = handles.value
    where handles.kind = 'email'
    union
    select
        named_beside_an_id.entry,
        handles.person_id
    from named_beside_an_id
    inner join people.handles as handles on named_beside_an_id.subject_phone = handles.value
    where handles.kind = 'phone'
),

-- records that name nothing but an id that no lead had when they came, and that one has by now
named_by_id as (
    select
        linked.entry,
        linked.person_id,
        linked.source,
        linked.subject_key
    from linked
    where linked.subject_kind = 'id' and linked.is_bound
),

by_id as (
    select
        named_by_id.entry,
        named_by_id.person_id,
        points.is_golden_email,
        points.is_golden_phone
    from named_by_id
    inner join hygiene.points as points on named_by_id.person_id = points.person_id
    where
        named_by_id.subject_key
        = config.subject_key('id', coalesce(named_by_id.source, '') || ':' || points.source_record_id)
),

-- the keys are computed for what is bound to a contact point alone
matched as (
    select
        linked.entry,
        linked.person_id,
        linked.is_bound,
        linked.names_number,
        case
            when linked.is_bound and linked.subject_kind = 'email'
                then linked.subject_key = config.subject_key('email', subjects.email_key)
        end as is_golden_email,
        case
            when linked.is_bound and linked.subject_kind = 'phone'
                then linked.subject_key = config.subject_key('phone', '+' || subjects.phone_key)
        end as is_golden_phone
    from linked
    inner join hygiene.subjects as subjects on linked.person_id = subjects.person_id
)

-- consent does not pass from one address or number to another; a no and a notice hold for the person
select
    matched.entry,
    matched.person_id,
    not matched.is_bound or coalesce(matched.is_golden_email, by_id.is_golden_email, false) as holds_for_mail,
    -- who is named by the address alone means the own number
    not matched.is_bound
    or coalesce(
        matched.is_golden_phone, matched.is_golden_email and not matched.names_number, by_id.is_golden_phone, false
    ) as holds_for_calls
from matched
left join by_id on matched.entry = by_id.entry and matched.person_id = by_id.person_id
union all
select
    domain_entries.entry,
    subjects.person_id,
    true as holds_for_mail,
    true as holds_for_calls
from domain_entries
inner join domain_keys on domain_entries.subject_key = domain_keys.subject_key
inner join hygiene.subjects as subjects on domain_keys.domain = split_part(subjects.email_key, '@', 2)
union all
select
    named_noes.entry,
    named_noes.person_id,
    true as holds_for_mail,
    true as holds_for_calls
from named_noes
where (named_noes.entry, named_noes.person_id) not in (select (linked.entry, linked.person_id) from linked)
union all
select
    deleted_stops.entry,
    golden_points.person_id,
    true as holds_for_mail,
    true as holds_for_calls
from deleted_stops
inner join golden_points on deleted_stops.subject_key = golden_points.subject_key
