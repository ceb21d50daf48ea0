-- scores.event_facts: how often, and when last, a person did each thing that a rule or checklist asks for
-- grain: person_id, type, page_class, lookback_days
-- reads: scores.person_events, config.scoring_events
select
    person_events.person_id,
    person_events.type,
    person_events.page_class,
    asked.lookback_days,
    count(*) as events,
    max(person_events.occurred_at) as latest_at,
    -- the id decides between events of the same moment
    max(struct_pack(
        occurred_at := person_events.occurred_at, record_id := person_events.record_id
    )).record_id as record_id
from scores.person_events as person_events
inner join config.scoring_events as asked
    on
        person_events.type = asked.type
        and (asked.page_class is null or person_events.page_class = asked.page_class)
        and person_events.occurred_at >= asked.since
where person_events.person_id is not null
group by person_events.person_id, person_events.type, person_events.page_class, asked.lookback_days
