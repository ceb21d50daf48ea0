-- scores.behaviour: facts that several events make together: page pairs, follow-ups, committees, product use
-- grain: person_id
-- reads: scores.person_events, scores.page_pairs, scores.follow_ups, scores.person_committees, config.scoring
-- views: scores.person_committees
with activity as (
    select
        person_events.person_id,
        count(*) filter (person_events.type = 'product_use' and person_events.occurred_at >= scoring.lookback_from)
            as product_events,
        bool_or(person_events.type = 'call_connected') as has_connected_call
    from scores.person_events as person_events
    cross join config.scoring as scoring
    where person_events.person_id is not null and person_events.type in ('product_use', 'call_connected')
    group by person_events.person_id
),

people as (
    select person_events.person_id
    from scores.person_events as person_events
    where person_events.person_id is not null
    union
    select committees.person_id
    from scores.person_committees as committees
)

select
    people.person_id,
    page_pairs.record_id is not null as has_multi_page,
    page_pairs.record_id as multi_page_record,
    follow_ups.record_id is not null as has_follow_up,
    follow_ups.record_id as follow_up_record,
    committees.account_id is not null as has_committee,
    committees.account_id as committee_account,
    coalesce(committees.engaged_people, 0) as engaged_people,
    coalesce(activity.product_events, 0) as product_events,
    coalesce(activity.has_connected_call, false) as has_connected_call
from people
left join activity
    on people.person_id = activity.person_id
left join scores.page_pairs as page_pairs
    on people.person_id = page_pairs.person_id
left join scores.follow_ups as follow_ups
    on people.person_id = follow_ups.person_id
left join scores.person_committees as committees
    on people.person_id = committees.person_id
