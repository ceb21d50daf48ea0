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

-- an activity says how it ended, and also who reached out
activity_touches as (
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
        case
            when activities.direction = 'out' and activities.channel = 'email' then 'outbound_email'
            when activities.direction = 'out' and activities.channel in ('call', 'sms') then 'outbound_phone'
        end as second_kind,
        activities.occurred_at as touched_at,
        activities.subject_id,
        activities.subject_email
    from raw.activities as activities
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
        suppressions.added_at as touched_at,
        suppressions.subject_id,
        suppressions.subject_email
    from raw.suppressions as suppressions
    where suppressions.reason = 'hard_bounce'
),

records as (
    select
        'events' as object,
        events.record_id,
        events.file_id,
        events.row_number,
        events.source,
        events.kind,
        cast(null as varchar) as second_kind,
        events.touched_at,
        events.subject_id,
        events.subject_email
    from event_touches as events
    union all
    select
        'activities' as object,
        activities.record_id,
        activities.file_id,
        activities.row_number,
        activities.source,
        activities.kind,
        activities.second_kind,
        activities.touched_at,
        activities.subject_id,
        activities.subject_email
    from activity_touches as activities
    where activities.kind is not null or activities.second_kind is not null
    union all
    select
        'consents' as object,
        consents.record_id,
        consents.file_id,
        consents.row_number,
        consents.source,
        consents.kind,
        cast(null as varchar) as second_kind,
        consents.touched_at,
        consents.subject_id,
        consents.subject_email
    from consent_touches as consents
    union all
    select
        'suppressions' as object,
        suppressions.record_id,
        suppressions.file_id,
        suppressions.row_number,
        suppressions.source,
        'bounce_hard' as kind,
        cast(null as varchar) as second_kind,
        suppressions.touched_at,
        suppressions.subject_id,
        suppressions.subject_email
    from suppression_touches as suppressions
),

-- few rows are not current: it is cheaper to leave them out than to look for the others
past_rows as (
    select
        versions.file_id,
        versions.row_number
    from raw.versions as versions
    where versions.state <> 'current' and versions.object in ('events', 'activities', 'consents', 'suppressions')
),

-- record ids tell their object
linked as (
    select
        links.record_id,
        links.person_id
    from people.links as links
    where
        links.person_id is not null and links.object in ('events', 'activities', 'consents', 'suppressions')
),

record_touches as (
    select
        linked.person_id,
        records.object,
        records.record_id,
        records.source,
        records.kind,
        records.second_kind,
        records.touched_at,
        lower(trim(records.subject_email)) as named_email,
        case when records.subject_email is null then records.subject_id end as named_id
    from records
    inner join linked on records.record_id = linked.record_id
    cross join meta.run as run
    where
        (records.file_id, records.row_number) not in (
            select (past_rows.file_id, past_rows.row_number) from past_rows
        )
        -- a stop never waits for its date
        and (records.touched_at <= run.as_of or records.kind in ('unsubscribe', 'spam_report'))
),

unfolded as (
    select
        record_touches.person_id,
        record_touches.object,
        record_touches.record_id,
        record_touches.source,
        unnest([record_touches.kind, record_touches.second_kind]) as kind,
        record_touches.touched_at,
        record_touches.named_email,
        record_touches.named_id
    from record_touches
),

told as (
    select
        unfolded.*,
        unfolded.kind in (
            'form', 'reply', 'click', 'delivered', 'opt_in', 'email_verified', 'bounce_hard', 'bounce_soft'
        ) as is_about_address
    from unfolded
    where unfolded.kind is not null
),

-- half of the touches concern no address, and most others name theirs: only the rest has to be looked up by its id
addressed as (
    select
        told.person_id,
        told.object,
        told.record_id,
        told.source,
        told.kind,
        told.touched_at,
        coalesce(told.named_email = subjects.email_key, false) as is_golden_email,
        told.named_email as email_key
    from told
    inner join hygiene.subjects as subjects on told.person_id = subjects.person_id
    where told.is_about_address and told.named_email is not null
    union all
    select
        told.person_id,
        told.object,
        told.record_id,
        told.source,
        told.kind,
        told.touched_at,
        coalesce(points.is_golden_email, false) as is_golden_email,
        points.email_key
    from told
    left join hygiene.points as points
        on told.person_id = points.person_id and told.named_id = points.source_record_id
    where told.is_about_address and told.named_email is null
    union all
    select
        told.person_id,
        told.object,
        told.record_id,
        told.source,
        told.kind,
        told.touched_at,
        false as is_golden_email,
        cast(null as varchar) as email_key
    from told
    where not told.is_about_address
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
