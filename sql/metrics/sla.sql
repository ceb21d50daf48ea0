-- metrics.sla: speed and number of sales touches
-- grain: person_id (people with a creation time)
-- reads: people.golden, metrics.touches, config.service_levels, config.business_days
with people as (
    select
        golden.person_id,
        golden.created_at,
        case when golden.first_response_at >= golden.created_at then golden.first_response_at end as first_response_at,
        -- who comes on a day off starts on the next business day
        business_days.number + case when business_days.is_business then 0 else 1 end as first_day_number
    from people.golden as golden
    cross join config.service_levels as service_levels
    left join config.business_days as business_days
        on cast(timezone(service_levels.time_zone, timezone('UTC', golden.created_at)) as date) = business_days.day
    where golden.created_at is not null
),

touches as (
    select
        touches.person_id,
        touches.occurred_at,
        case when business_days.is_business then business_days.number end as day_number
    from metrics.touches as touches
    cross join config.service_levels as service_levels
    left join config.business_days as business_days
        on cast(timezone(service_levels.time_zone, timezone('UTC', touches.occurred_at)) as date) = business_days.day
    where touches.is_outbound and touches.occurred_at is not null
),

counted as (
    select
        people.person_id,
        min(touches.occurred_at) as first_touch_at,
        count(case when epoch(touches.occurred_at) - epoch(people.created_at) <= 3600 then 1 end) as touches_first_hour,
        count(
            case
                when touches.day_number < people.first_day_number + service_levels.cadence_business_days then 1
            end
        ) as touches_10_business_days
    from people
    cross join config.service_levels as service_levels
    inner join touches
        on people.person_id = touches.person_id and people.created_at <= touches.occurred_at
    group by people.person_id
),

timed as (
    select
        people.person_id,
        (
            epoch(least(
                coalesce(counted.first_touch_at, people.first_response_at),
                coalesce(people.first_response_at, counted.first_touch_at)
            )) - epoch(people.created_at)
        ) / 60.0 as first_touch_minutes,
        coalesce(counted.touches_first_hour, 0) as touches_first_hour,
        coalesce(counted.touches_10_business_days, 0) as touches_10_business_days
    from people
    left join counted on people.person_id = counted.person_id
)

select
    timed.person_id,
    timed.first_touch_minutes,
    coalesce(timed.first_touch_minutes <= service_levels.first_touch_minutes, false) as is_first_touch_5m,
    timed.touches_first_hour,
    timed.touches_first_hour >= service_levels.touches_first_hour as is_first_hour_met,
    timed.touches_10_business_days,
    timed.touches_10_business_days >= service_levels.cadence_touches as is_cadence_met
from timed
cross join config.service_levels as service_levels
