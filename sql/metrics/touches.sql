-- metrics.touches: current sales activities with the person they were about
-- grain: current activity about a known person
-- reads: raw.activities, raw.versions, people.links
select
    links.person_id,
    activities.channel,
    -- sales tools seldom write a direction for what their own people do; a task is a note, not a touch
    coalesce(activities.direction, 'out') = 'out' and coalesce(activities.channel, 'other') <> 'task' as is_outbound,
    activities.outcome,
    activities.occurred_at
from raw.activities as activities
inner join raw.versions as versions
    on activities.file_id = versions.file_id and activities.row_number = versions.row_number
inner join people.links as links
    on activities.record_id = links.record_id and links.object = 'activities'
where versions.object = 'activities' and versions.state = 'current' and links.person_id is not null
