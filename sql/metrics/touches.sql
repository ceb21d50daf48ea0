-- metrics.touches: current sales activities with the person they were about
-- grain: record_id
-- reads: raw.activities, raw.versions, people.links
with current_activities as (
    select
        activities.record_id,
        activities.channel,
        activities.outcome,
        activities.occurred_at,
        -- sales tools seldom write a direction for what their own people do; a task is a note, not a touch
        coalesce(activities.direction, 'out') = 'out' and coalesce(activities.channel, 'other') <> 'task' as is_outbound
    from raw.activities as activities
    inner join raw.versions as versions
        on activities.file_id = versions.file_id and activities.row_number = versions.row_number
    where versions.object = 'activities' and versions.state = 'current'
),

touch_people as (
    select
        links.record_id,
        min(links.person_id) as person_id
    from people.links as links
    where links.object = 'activities' and links.person_id is not null
    group by links.record_id
)

select
    current_activities.record_id,
    touch_people.person_id,
    current_activities.channel,
    current_activities.is_outbound,
    current_activities.outcome,
    current_activities.occurred_at
from current_activities
inner join touch_people on current_activities.record_id = touch_people.record_id
