-- metrics.touches: current sales activities with the person they were about
-- grain: current activity about a known person
-- reads: raw.activities, raw.versions, people.links
-- few rows are not current: it is cheaper to leave them out than to look for the others
with past_rows as (
    select
        versions.file_id,
        versions.row_number
    from raw.versions as versions
    where versions.state <> 'current' and versions.object = 'activities'
)

select
    links.person_id,
    activities.channel,
    -- sales tools seldom write a direction for what their own people do; a task is a note, not a touch
    coalesce(activities.direction, 'out') = 'out' and coalesce(activities.channel, 'other') <> 'task' as is_outbound,
    activities.outcome,
    activities.occurred_at
from raw.activities as activities
inner join people.links as links
    on activities.record_id = links.record_id and links.object = 'activities'
where
    links.person_id is not null
    and (activities.file_id, activities.row_number) not in (
        select (past_rows.file_id, past_rows.row_number) from past_rows
    )
