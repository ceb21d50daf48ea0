-- hygiene.evidence_faults: evidence that was not used because its date lies in the future or is missing
-- grain: object, record_id, fault
-- reads: raw.events, raw.activities, raw.consents, raw.suppressions, raw.versions, people.links, people.members,
--   contacts.leads, meta.run
with told as (
    select
        'events' as object,
        events.record_id,
        events.file_id,
        events.row_number,
        events.occurred_at as told_at
    from raw.events as events
    cross join meta.run as run
    where events.occurred_at is null or events.occurred_at > run.as_of
    union all
    select
        'activities' as object,
        activities.record_id,
        activities.file_id,
        activities.row_number,
        activities.occurred_at as told_at
    from raw.activities as activities
    cross join meta.run as run
    where activities.occurred_at is null or activities.occurred_at > run.as_of
    union all
    select
        'consents' as object,
        consents.record_id,
        consents.file_id,
        consents.row_number,
        coalesce(consents.double_opt_in_at, consents.captured_at) as told_at
    from raw.consents as consents
    cross join meta.run as run
    where
        coalesce(consents.double_opt_in_at, consents.captured_at) is null
        or coalesce(consents.double_opt_in_at, consents.captured_at) > run.as_of
    union all
    select
        'suppressions' as object,
        suppressions.record_id,
        suppressions.file_id,
        suppressions.row_number,
        suppressions.added_at as told_at
    from raw.suppressions as suppressions
    cross join meta.run as run
    where
        suppressions.reason = 'hard_bounce'
        and (suppressions.added_at is null or suppressions.added_at > run.as_of)
),

-- few records are faulty: the large table is walked through once, for them alone
linked as (
    select
        told.object,
        told.record_id,
        links.person_id
    from people.links as links
    inner join told on links.record_id = told.record_id and links.object = told.object
)

select
    told.object,
    told.record_id,
    linked.person_id,
    case when told.told_at is null then 'no_date' else 'in_future' end as fault,
    told.told_at
from told
left join linked on told.object = linked.object and told.record_id = linked.record_id
where
    (told.file_id, told.row_number) not in (
        select (versions.file_id, versions.row_number)
        from raw.versions as versions
        where versions.state <> 'current'
    )
union all
select
    'leads' as object,
    leads.lead_id as record_id,
    members.person_id,
    'in_future' as fault,
    greatest(leads.created_at, leads.double_opt_in_at) as told_at
from contacts.leads as leads
inner join people.members as members on leads.lead_id = members.lead_id
cross join meta.run as run
where leads.created_at > run.as_of or leads.double_opt_in_at > run.as_of
union all
select
    'leads' as object,
    leads.lead_id as record_id,
    members.person_id,
    'no_date' as fault,
    cast(null as timestamp) as told_at
from contacts.leads as leads
inner join people.members as members on leads.lead_id = members.lead_id
where leads.created_at is null and leads.updated_at is null
