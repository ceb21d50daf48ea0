-- metrics.sla: speed and number of sales touches
-- grain: person_id (people with a creation time)
-- reads: people.golden, metrics.touches
with people as (
    select
        golden.person_id,
        golden.created_at,
        case when golden.first_response_at >= golden.created_at then golden.first_response_at end as first_response_at,
        cast(golden.created_at as date) as created_date,
        -- Monday 0 to Sunday 6, counted from a Monday; the second remainder is for days before it
        (datediff('day', date '1970-01-05', cast(golden.created_at as date)) % 7 + 7) % 7 as created_weekday
    from people.golden as golden
    where golden.created_at is not null
),

people_with_window as (
    select
        people.*,
        -- ten business days are two weeks from the first of them on; who comes on a weekend starts on Monday
        people.created_date
        + cast(case when people.created_weekday >= 5 then 7 - people.created_weekday else 0 end as integer)
        + 14 as window_end_date
    from people
),

touches as (
    select
        touches.person_id,
        touches.occurred_at,
        (datediff('day', date '1970-01-05', cast(touches.occurred_at as date)) % 7 + 7) % 7 < 5 as is_business_day
    from metrics.touches as touches
    where touches.is_outbound and touches.occurred_at is not null
),

counted as (
    select
        people.person_id,
        min(touches.occurred_at) as first_touch_at,
        count(case when epoch(touches.occurred_at) - epoch(people.created_at) <= 3600 then 1 end) as touches_first_hour,
        count(
            case
                when touches.is_business_day and cast(touches.occurred_at as date) < people.window_end_date then 1
            end
        ) as touches_10_business_days
    from people_with_window as people
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
    from people_with_window as people
    left join counted on people.person_id = counted.person_id
)

select
    timed.person_id,
    timed.first_touch_minutes,
    coalesce(timed.first_touch_minutes <= 5, false) as is_first_touch_5m,
    timed.touches_first_hour,
    timed.touches_10_business_days,
    timed.touches_10_business_days >= 12 as is_cadence_met
from timed
