-- hygiene.bots: people whose events a program made, or who filled in a form faster than anybody can
-- grain: person_id, signal
-- reads: raw.events, raw.versions, people.links, config.risk_limits
with agents as (
    select distinct events.user_agent
    from raw.events as events
    where events.user_agent is not null
),

programs as (
    select agents.user_agent
    from agents
    where config.is_bot_agent(agents.user_agent)
),

forms as (
    select
        events.record_id,
        events.file_id,
        events.row_number,
        events.source,
        coalesce(lower(trim(events.subject_email)), events.subject_id) as subject,
        events.occurred_at,
        events.answers
    from raw.events as events
    where events.type in ('form_submit', 'demo_request', 'trial_start')
),

visitors as (
    select distinct
        forms.source,
        forms.subject
    from forms
    where forms.occurred_at is not null
),

-- pages and forms of those who filled in any
steps as (
    select
        visitors.source,
        visitors.subject,
        views.occurred_at,
        true as is_view,
        cast(null as varchar) as record_id,
        cast(null as varchar) as file_id,
        cast(null as bigint) as row_number
    from visitors
    inner join raw.events as views
        on
            visitors.source = views.source
            and visitors.subject = coalesce(lower(trim(views.subject_email)), views.subject_id)
    where views.type = 'page_view' and views.occurred_at is not null
    union all
    select
        forms.source,
        forms.subject,
        forms.occurred_at,
        false as is_view,
        forms.record_id,
        forms.file_id,
        forms.row_number
    from forms
    where forms.occurred_at is not null
),

-- the first page of the visit that ended in the form
visits as (
    select
        steps.is_view,
        steps.record_id,
        steps.file_id,
        steps.row_number,
        steps.occurred_at,
        min(case when steps.is_view then steps.occurred_at end) over (
            partition by steps.source, steps.subject order by steps.occurred_at
            range between interval 30 minute preceding and current row
        ) as began_at
    from steps
),

found as (
    select
        events.record_id,
        events.file_id,
        events.row_number,
        'bot_user_agent' as signal,
        -- link scanners click in the name of real people: only a form filled by a program says that the lead is one
        events.type in ('form_submit', 'demo_request', 'trial_start') as is_form
    from raw.events as events
    left join programs on events.user_agent = programs.user_agent
    where events.type = 'web_visit_bot' or programs.user_agent is not null
    union all
    select
        visits.record_id,
        visits.file_id,
        visits.row_number,
        'fast_submit' as signal,
        false as is_form
    from visits
    cross join config.risk_limits as limits
    where
        -- what was logged at the same moment tells of no visit
        not visits.is_view and visits.began_at < visits.occurred_at
        and epoch(visits.occurred_at) - epoch(visits.began_at) < limits.submit_seconds
    union all
    select
        forms.record_id,
        forms.file_id,
        forms.row_number,
        'fast_submit' as signal,
        false as is_form
    from forms
    cross join config.risk_limits as limits
    where config.submit_seconds(forms.answers) < limits.submit_seconds
)

select
    links.person_id,
    found.signal,
    min(found.record_id) as record_id,
    bool_or(found.is_form) as is_form
from found
inner join people.links as links on links.object = 'events' and found.record_id = links.record_id
where
    links.person_id is not null
    and (found.file_id, found.row_number) not in (
        select (versions.file_id, versions.row_number)
        from raw.versions as versions
        where versions.object = 'events' and versions.state <> 'current'
    )
group by links.person_id, found.signal
