-- hygiene.bursts: people who came from one block of network addresses together with many others within minutes
-- grain: person_id
-- reads: raw.events, raw.versions, people.links, config.risk_limits
with addresses as (
    select
        events.ip,
        regexp_replace(lower(trim(events.ip)), '^::ffff:', '') as plain
    from raw.events as events
    where events.ip is not null
    group by events.ip
),

split as (
    select
        addresses.ip,
        addresses.plain,
        case when addresses.plain like '%:%' then string_split(split_part(addresses.plain, '::', 1), ':') end as parts
    from addresses
),

-- what one program, company or house has: the last byte of version 4, the last half of version 6
blocks as (
    select
        split.ip,
        case
            when split.parts is null
                then
                    coalesce(
                        nullif(regexp_extract(split.plain, '^([0-9]+\.[0-9]+\.[0-9]+)\.[0-9]+$', 1), ''), split.plain
                    )
            else concat_ws(
                ':',
                ltrim(coalesce(list_extract(split.parts, 1), ''), '0'),
                ltrim(coalesce(list_extract(split.parts, 2), ''), '0'),
                ltrim(coalesce(list_extract(split.parts, 3), ''), '0'),
                ltrim(coalesce(list_extract(split.parts, 4), ''), '0')
            )
        end as block
    from split
),

-- the first time that somebody came from a block
arrivals as (
    select
        blocks.block,
        coalesce(lower(trim(events.subject_email)), events.subject_id) as subject,
        min(events.occurred_at) as arrived_at,
        min(events.record_id) as record_id
    from raw.events as events
    inner join blocks on events.ip = blocks.ip
    where
        events.occurred_at is not null
        -- mail programs fetch through proxies that many people share
        and events.type not in ('email_open', 'email_click', 'email_delivered', 'email_bounce')
        and (events.file_id, events.row_number) not in (
            select (versions.file_id, versions.row_number)
            from raw.versions as versions
            where versions.object = 'events' and versions.state <> 'current'
        )
    group by blocks.block, coalesce(lower(trim(events.subject_email)), events.subject_id)
),

-- a burst lies in one stretch of time or in two neighbours: the others need not be looked at closer
stretches as (
    select
        arrivals.block,
        cast(floor(epoch(arrivals.arrived_at) / limits.burst_seconds) as bigint) as stretch,
        count(*) as people,
        limits.burst_people
    from arrivals
    cross join config.risk_limits as limits
    where arrivals.subject is not null
    group by
        arrivals.block, cast(floor(epoch(arrivals.arrived_at) / limits.burst_seconds) as bigint), limits.burst_people
),

crowded as (
    select
        stretches.block,
        stretches.stretch
    from stretches
    left join stretches as befores
        on stretches.block = befores.block and stretches.stretch = befores.stretch + 1
    left join stretches as afters
        on stretches.block = afters.block and stretches.stretch = afters.stretch - 1
    where
        stretches.people + greatest(coalesce(befores.people, 0), coalesce(afters.people, 0)) >= stretches.burst_people
),

suspects as (
    select
        arrivals.block,
        links.person_id,
        arrivals.record_id,
        arrivals.arrived_at,
        arrivals.subject
    from arrivals
    cross join config.risk_limits as limits
    inner join crowded
        on
            arrivals.block = crowded.block
            and cast(floor(epoch(arrivals.arrived_at) / limits.burst_seconds) as bigint) = crowded.stretch
    inner join people.links as links on links.object = 'events' and arrivals.record_id = links.record_id
    where links.person_id is not null
),

numbered as (
    select
        suspects.block,
        suspects.person_id,
        suspects.record_id,
        suspects.arrived_at,
        row_number() over (
            partition by suspects.block order by suspects.arrived_at, suspects.subject, suspects.person_id
        ) as place
    from suspects
),

-- the last arrival of each group that is large and fast enough
ends as (
    select
        numbered.block,
        numbered.person_id,
        numbered.record_id,
        numbered.place,
        case
            when
                epoch(numbered.arrived_at) - epoch(lag(
                    numbered.arrived_at, cast(limits.burst_people - 1 as integer)
                ) over (partition by numbered.block order by numbered.place)) <= limits.burst_seconds
                then numbered.place
        end as end_place,
        limits.burst_people
    from numbered
    cross join config.risk_limits as limits
),

followed as (
    select
        ends.person_id,
        ends.record_id,
        ends.place,
        ends.burst_people,
        min(ends.end_place) over (
            partition by ends.block order by ends.place rows between current row and unbounded following
        ) as next_end
    from ends
)

select
    followed.person_id,
    min(followed.record_id) as record_id
from followed
where followed.next_end - followed.place < followed.burst_people
group by followed.person_id
