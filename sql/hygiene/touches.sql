-- hygiene.touches: what happened between us and a person, and whether it concerns the golden address
-- grain: touch
-- reads: raw.versions, raw.events, raw.activities, raw.consents, raw.suppressions, people.links, people.members,
--   contacts.leads, hygiene.subjects, hygiene.points, meta.run
with event_touches as (
    select
        events.record_id,
        events.file_id,
        events.row_number,
        events.source,
        case
            when events.type in (
                'form_submit', 'demo_request', 'trial_start', 'webinar', 'download', 'calculator', 'rfp', 'trade_show'
            ) then 'form'
            when events.type = 'email_reply' then 'reply'
            when events.type = 'email_click' then 'click'
            when events.type = 'email_delivered' then 'delivered'
            when events.type = 'email_bounce' and events.bounce_kind = 'soft' then 'bounce_soft'
            when events.type in ('email_bounce', 'email_invalid') then 'bounce_hard'
            when events.type = 'call_connected' then 'connected'
            when events.type = 'phone_invalid' then 'wrong_number'
            when events.type = 'product_use' then 'inbound'
            when events.type in ('job_left', 'unsubscribe', 'spam_report', 'email_verified', 'phone_verified')
                then events.type
        end as kind,
        events.occurred_at as touched_at,
        events.subject_id,
        events.subject_email
    from raw.events as events
    where events.type not in ('page_view', 'email_open', 'ad_click', 'web_visit_bot', 'other')
),

-- an activity says how it ended
activity_outcomes as (
    select
        activities.record_id,
        activities.file_id,
        activities.row_number,
        activities.source,
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

-- and also who reached out
activity_directions as (
    select
        activities.record_id,
        activities.file_id,
        activities.row_number,
        activities.source,
        case when activities.channel = 'email' then 'outbound_email' else 'outbound_phone' end as kind,
        activities.occurred_at as touched_at,
        cast(null as varchar) as subject_id,
        cast(null as varchar) as subject_email
    from raw.activities as activities
    where activities.direction = 'out' and activities.channel in ('email', 'call', 'sms')
),

consent_touches as (
    select
        consents.record_id,
        consents.file_id,
        consents.row_number,
        consents.source,
        case when consents.double_opt_in_at is not null then 'opt_in' else 'form' end as kind,
        coalesce(consents.double_opt_in_at, consents.captured_at) as touched_at,
        consents.subject_id,
        consents.subject_email
    from raw.consents as consents
    where
        consents.double_opt_in_at is not null or (consents.action = 'granted' and consents.capture_method = 'web_form')
),

suppression_touches as (
    select
        suppressions.record_id,
        suppressions.file_id,
        suppressions.row_number,
        suppressions.source,
        'bounce_hard' as kind,
        suppressions.added_at as touched_at,
        suppressions.subject_id,
        suppressions.subject_email
    from raw.suppressions as suppressions
    where suppressions.reason = 'hard_bounce'
),

activity_touches as (
    select outcomes.* from activity_outcomes as outcomes
    where outcomes.kind is not null
    union all
    select directions.* from activity_directions as directions
),

-- object by object, so that the links of one alone are held at a time
linked as (
    select
        links.person_id,
        'events' as object,
        events.*
    from event_touches as events
    inner join people.links as links on links.object = 'events' and events.record_id = links.record_id
    where links.person_id is not null
    union all
    select
        links.person_id,
        'activities' as object,
        activities.*
    from activity_touches as activities
    inner join people.links as links on links.object = 'activities' and activities.record_id = links.record_id
    where links.person_id is not null
    union all
    select
        links.person_id,
        'consents' as object,
        consents.*
    from consent_touches as consents
    inner join people.links as links on links.object = 'consents' and consents.record_id = links.record_id
    where links.person_id is not null
    union all
    select
        links.person_id,
        'suppressions' as object,
        suppressions.*
    from suppression_touches as suppressions
    inner join people.links as links on links.object = 'suppressions' and suppressions.record_id = links.record_id
    where links.person_id is not null
),

-- few rows are not current: it is cheaper to leave them out than to look for the others
past_rows as (
    select
        versions.file_id,
        versions.row_number
    from raw.versions as versions
    where versions.state <> 'current' and versions.object in ('events', 'activities', 'consents', 'suppressions')
),

record_touches as (
    select
        linked.person_id,
        linked.object,
        linked.record_id,
        linked.source,
        linked.kind,
        linked.touched_at,
        lower(trim(linked.subject_email)) as named_email,
        case when linked.subject_email is null then linked.subject_id end as named_id,
        -- half of the touches concern no address, and most others name theirs: without a key they are not looked up
        case
            when linked.kind in (
                'form', 'reply', 'click', 'delivered', 'opt_in', 'email_verified', 'bounce_hard', 'bounce_soft'
            ) then linked.person_id
        end as addressed_person
    from linked
    cross join meta.run as run
    where
        -- a stop never waits for its date
        (linked.touched_at <= run.as_of or linked.kind in ('unsubscribe', 'spam_report'))
        and (linked.file_id, linked.row_number) not in (
            select (past_rows.file_id, past_rows.row_number) from past_rows
        )
),

addressed as (
    select
        record_touches.person_id,
        record_touches.object,
        record_touches.record_id,
        record_touches.source,
        record_touches.kind,
        record_touches.touched_at,
        coalesce(record_touches.named_email = subjects.email_key, points.is_golden_email, false) as is_golden_email,
        case
            when record_touches.addressed_person is not null
                then coalesce(record_touches.named_email, points.email_key)
        end as email_key
    from record_touches
    left join hygiene.subjects as subjects on record_touches.addressed_person = subjects.person_id
    left join hygiene.points as points
        on
            record_touches.named_id = points.source_record_id
            and record_touches.addressed_person = points.person_id
),

-- flags of the leads themselves: undated ones count as of now, for nothing is known to have cleared them
lead_touches as (
    select
        members.person_id,
        'leads' as object,
        leads.lead_id as record_id,
        leads.source,
        'bounce_hard' as kind,
        least(coalesce(leads.updated_at, leads.created_at, run.as_of), run.as_of) as touched_at,
        coalesce(lower(leads.email) = subjects.email_key, false) as is_golden_email,
        lower(leads.email) as email_key
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
        leads.source,
        'opt_in' as kind,
        leads.double_opt_in_at as touched_at,
        coalesce(lower(leads.email) = subjects.email_key, false) as is_golden_email,
        lower(leads.email) as email_key
    from people.members as members
    inner join contacts.leads as leads on members.lead_id = leads.lead_id
    inner join hygiene.subjects as subjects on members.person_id = subjects.person_id
    cross join meta.run as run
    where leads.double_opt_in_at <= run.as_of
),

touches as (
    select
        addressed.person_id,
        addressed.object,
        addressed.record_id,
        addressed.source,
        addressed.kind,
        addressed.touched_at,
        addressed.is_golden_email,
        addressed.email_key
    from addressed
    union all
    select
        lead_touches.person_id,
        lead_touches.object,
        lead_touches.record_id,
        lead_touches.source,
        lead_touches.kind,
        lead_touches.touched_at,
        lead_touches.is_golden_email,
        lead_touches.email_key
    from lead_touches
)

select
    touches.person_id,
    touches.object,
    -- only a stop is called upon later
    case when touches.kind in ('unsubscribe', 'spam_report') then touches.record_id end as record_id,
    touches.source,
    touches.kind,
    touches.touched_at,
    touches.is_golden_email,
    case when not touches.is_golden_email then touches.email_key end as other_email_key
from touches
