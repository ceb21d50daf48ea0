-- hygiene.consent_links: whom an event of the ledger is about, and whether it is about the golden address or number
-- grain: entry, person_id
-- reads: hygiene.consent_ledger, hygiene.consent_said, hygiene.subjects, hygiene.points, people.links, people.members,
--   people.handles, raw.consents, raw.suppressions, raw.events
with events as (
    select
        said.entry,
        said.object,
        said.is_deleted,
        said.is_bound,
        said.meaning in ('stop', 'do_not_sell', 'gpc', 'erasure') as is_no,
        said.names_number,
        ledger.record_id,
        ledger.file_id,
        ledger.row_number,
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

-- a no that names an address or number is about everybody who has it, whatever id stands beside it: people share a
-- mailbox or a switchboard, and ids of two systems may be alike
typed as (
    select
        'consents' as object,
        consents.file_id,
        consents.row_number,
        consents.subject_email,
        consents.subject_phone
    from raw.consents as consents
    union all
    select
        'suppressions' as object,
        suppressions.file_id,
        suppressions.row_number,
        suppressions.subject_email,
        suppressions.subject_phone
    from raw.suppressions as suppressions
    union all
    select
        'events' as object,
        unsubscribed.file_id,
        unsubscribed.row_number,
        unsubscribed.subject_email,
        cast(null as varchar) as subject_phone
    from raw.events as unsubscribed
    where unsubscribed.type in ('unsubscribe', 'spam_report')
),

-- the same number with and without country code or trunk zero, as the records are linked
named_points as (
    select
        events.entry,
        events.subject_kind as kind,
        case
            when events.subject_kind = 'email' then lower(trim(typed.subject_email))
            else right(ltrim(regexp_replace(typed.subject_phone, '[^0-9]', '', 'g'), '0'), 10)
        end as value
    from events
    inner join typed
        on
            events.object = typed.object and events.file_id = typed.file_id
            and events.row_number = typed.row_number
    where events.is_no and not events.is_deleted and events.subject_kind in ('email', 'phone')
),

named_noes as (
    select
        named_points.entry,
        handles.person_id
    from named_points
    inner join people.handles as handles
        on named_points.kind = handles.kind and named_points.value = handles.value
    union
    select
        named_points.entry,
        subjects.person_id
    from named_points
    inner join hygiene.subjects as subjects
        on named_points.kind = 'email' and named_points.value = subjects.email_key
    union
    select
        named_points.entry,
        subjects.person_id
    from named_points
    inner join hygiene.subjects as subjects
        on named_points.kind = 'phone' and named_points.value = right(subjects.phone_key, 10)
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
