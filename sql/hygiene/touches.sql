-- hygiene.touches: what happened between us and a person, and whether it concerns the golden address
-- grain: object, record_id, kind
-- reads: raw.versions, raw.events, raw.activities, raw.consents, raw.suppressions, people.links, people.members,
--   contacts.leads, hygiene.subjects, hygiene.points, meta.run
with linked as (
    select
        links.object,
        links.record_id,
        links.person_id
    from people.links as links
    where links.person_id is not null
),

current_rows as (
    select
        versions.object,
        versions.file_id,
        versions.row_number
    from raw.versions as versions
    where versions.state = 'current' and versions.object in ('events', 'activities', 'consents', 'suppressions')
),

event_touches as (
    select
        'events' as object,
        events.record_id,
        events.file_id,
        events.row_number,
        case
            when events.type in (
                'form_submit', 'demo_request', 'trial_start', 'webinar', 'download', 'calculator', 'rfp', 'trade_show'
            ) then 'form'
            when events.type = 'email_reply' then 'reply'
            when events.type = 'email_click' then 'click'
            when events.type = 'email_delivered' then 'delivered'
            when events.type = 'email_bounce' and events.bounce_kind = 'soft' then 'bounce_soft'
            when events.type = 'email_bounce' then 'bounce_hard'
            when events.type = 'call_connected' then 'connected'
            when events.type = 'product_use' then 'inbound'
            when events.type in ('job_left', 'unsubscribe', 'spam_report') then events.type
        end as kind,
        events.occurred_at as touched_at,
        events.subject_id,
        events.subject_email
    from raw.events as events
    where events.type not in ('page_view', 'email_open', 'ad_click', 'web_visit_bot', 'other')
),

-- an activity says how it ended, and also who reached out
outcomes as (
    select
        'activities' as object,
        activities.record_id,
        activities.file_id,
        activities.row_number,
        case
            when activities.outcome = 'wrong_number' then 'wrong_number'
            when activities.outcome = 'bounced' then 'bounce_hard'
            when activities.outcome = 'replied' and activities.channel in ('email', 'other') then 'reply'
            when activities.outcome = 'connected' and activities.channel = 'call' then 'connected'
            when activities.direction = 'in' and activities.channel = 'email' then 'reply'
            when activities.direction = 'in' and activities.channel = 'call' then 'connected'
            when activities.direction = 'in' or activities.outcome in ('held', 'replied') then 'inbound'
        end as kind,
        activities.occurred_at as touched_at,
        activities.subject_id,
        activities.subject_email
    from raw.activities as activities
),

outbound as (
    select
        'activities' as object,
        activities.record_id,
        activities.file_id,
        activities.row_number,
        case when activities.channel = 'email' then 'outbound_email' else 'outbound_phone' end as kind,
        activities.occurred_at as touched_at,
        activities.subject_id,
        activities.subject_email
    from raw.activities as activities
    where activities.direction = 'out' and activities.channel in ('email', 'call', 'sms')
),

opt_ins as (
    select
        'consents' as object,
        consents.record_id,
        consents.file_id,
        consents.row_number,
        case when consents.double_opt_in_at is not null then 'opt_in' else 'form' end as kind,
        coalesce(consents.double_opt_in_at, consents.captured_at) as touched_at,
        consents.subject_id,
        consents.subject_email
    from raw.consents as consents
    where
        consents.double_opt_in_at is not null or (consents.action = 'granted' and consents.capture_method = 'web_form')
),

bounces_listed as (
    select
        'suppressions' as object,
        suppressions.record_id,
        suppressions.file_id,
        suppressions.row_number,
        'bounce_hard' as kind,
        suppressions.added_at as touched_at,
        suppressions.subject_id,
        suppressions.subject_email
    from raw.suppressions as suppressions
    where suppressions.reason = 'hard_bounce'
),

records as (
    select * from event_touches
    union all
    select * from outcomes
    union all
    select * from outbound
    union all
    select * from opt_ins
    union all
    select * from bounces_listed
),

record_touches as (
    select
        linked.person_id,
        records.object,
        records.record_id,
        records.kind,
        records.touched_at,
        coalesce(lower(trim(records.subject_email)) = subjects.email_key, points.is_golden_email, false)
            as is_golden_email
    from records
    inner join linked on records.object = linked.object and records.record_id = linked.record_id
    inner join current_rows
        on
            records.object = current_rows.object and records.file_id = current_rows.file_id
            and records.row_number = current_rows.row_number
    inner join hygiene.subjects as subjects on linked.person_id = subjects.person_id
    left join hygiene.points as points
        on linked.person_id = points.person_id and records.subject_id = points.source_record_id
    where records.kind is not null and records.touched_at is not null
),

-- flags of the leads themselves: undated ones count as of now, for nothing is known to have cleared them
lead_touches as (
    select
        members.person_id,
        'leads' as object,
        leads.lead_id as record_id,
        'bounce_hard' as kind,
        least(coalesce(leads.updated_at, leads.created_at, run.as_of), run.as_of) as touched_at,
        lower(leads.email) = subjects.email_key as is_golden_email
    from people.members as members
    inner join contacts.leads as leads on members.lead_id = leads.lead_id
    inner join hygiene.subjects as subjects on members.person_id = subjects.person_id
    cross join meta.run as run
    where leads.email_bounced
    union all
    select
        members.person_id,
        'leads' as object,
        leads.lead_id as record_id,
        'opt_in' as kind,
        leads.double_opt_in_at as touched_at,
        lower(leads.email) = subjects.email_key as is_golden_email
    from people.members as members
    inner join contacts.leads as leads on members.lead_id = leads.lead_id
    inner join hygiene.subjects as subjects on members.person_id = subjects.person_id
    where leads.double_opt_in_at is not null
),

touches as (
    select * from record_touches
    union all
    select * from lead_touches
)

select
    touches.person_id,
    touches.object,
    touches.record_id,
    touches.kind,
    touches.touched_at,
    coalesce(touches.is_golden_email, false) as is_golden_email
from touches
cross join meta.run as run
where touches.touched_at <= run.as_of
