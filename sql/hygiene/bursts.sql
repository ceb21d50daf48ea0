-- hygiene.bursts: people who came from one network address together with many others within minutes
-- grain: person_id
-- reads: raw.events, raw.versions, people.links, config.risk_settings
with arrivals as (
    select
        events.ip,
        links.person_id,
        coalesce(lower(trim(events.subject_email)), events.subject_id, links.person_id) as subject,
        min(events.occurred_at) as arrived_at,
        min(events.record_id) as record_id
    from raw.events as events
    inner join raw.versions as versions
        on
            events.file_id = versions.file_id and events.row_number = versions.row_number
            and versions.object = 'events' and versions.state = 'current'
    inner join people.links as links on links.object = 'events' and events.record_id = links.record_id
    where
        events.ip is not null and events.occurred_at is not null and links.person_id is not null
        -- mail programs fetch through proxies that many people share
        and events.type not in ('email_open', 'email_click', 'email_delivered', 'email_bounce')
    group by all
),

numbered as (
    select
        arrivals.ip,
        arrivals.person_id,
        arrivals.record_id,
        arrivals.arrived_at,
        row_number() over (
            partition by arrivals.ip order by arrivals.arrived_at, arrivals.subject, arrivals.person_id
        ) as place
    from arrivals
),

-- the last arrival of each group that is large and fast enough
ends as (
    select
        numbered.ip,
        numbered.person_id,
        numbered.record_id,
        numbered.place,
        case
            when
                epoch(numbered.arrived_at) - epoch(lag(
                    numbered.arrived_at, cast(settings.burst_subjects - 1 as integer)
                ) over (partition by numbered.ip order by numbered.place)) <= settings.burst_seconds
                then numbered.place
        end as end_place,
        settings.burst_subjects
    from numbered
    cross join config.risk_settings as settings
),

followed as (
    select
        ends.person_id,
        ends.record_id,
        ends.place,
        ends.burst_subjects,
        min(ends.end_place) over (
            partition by ends.ip order by ends.place rows between current row and unbounded following
        ) as next_end
    from ends
)

select
    followed.person_id,
    min(followed.record_id) as record_id
from followed
where followed.next_end - followed.place < followed.burst_subjects
group by followed.person_id
