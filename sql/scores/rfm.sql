-- scores.rfm: recency, frequency and amount of the orders of each person who ordered, each as a fifth of all who did
-- grain: person_id
-- reads: raw.orders, raw.versions, people.links, meta.run
with paid_orders as (
    select
        links.person_id,
        orders.amount,
        coalesce(orders.currency, '') as currency,
        orders.ordered_at
    from raw.orders as orders
    inner join raw.versions as versions
        on orders.file_id = versions.file_id and orders.row_number = versions.row_number
    inner join people.links as links
        on orders.record_id = links.record_id and links.object = 'orders'
    cross join meta.run as run
    where
        versions.object = 'orders' and versions.state = 'current' and links.person_id is not null
        and orders.ordered_at <= run.as_of and coalesce(orders.status, 'paid') not in ('cancelled', 'refunded')
),

-- amounts of different currencies do not add up: the one of most orders counts
main_currency as (
    select paid_orders.currency
    from paid_orders
    group by paid_orders.currency
    order by count(*) desc, paid_orders.currency asc
    limit 1
),

by_person as (
    select
        paid_orders.person_id,
        count(*) as order_count,
        coalesce(
            sum(paid_orders.amount) filter (where paid_orders.currency = main_currency.currency), 0
        ) as order_amount,
        nullif(min(main_currency.currency), '') as currency,
        min(paid_orders.ordered_at) as first_ordered_at,
        max(paid_orders.ordered_at) as last_ordered_at
    from paid_orders
    cross join main_currency
    group by paid_orders.person_id
),

-- people of equal value share a fifth, and the least of all is 1
ranked as (
    select
        by_person.*,
        percent_rank() over (order by by_person.last_ordered_at) as recency_share,
        percent_rank() over (order by by_person.order_count) as frequency_share,
        percent_rank() over (order by by_person.order_amount) as monetary_share
    from by_person
),

fifths as (
    select
        ranked.*,
        cast(least(floor(ranked.recency_share * 5), 4) as bigint) + 1 as recency,
        cast(least(floor(ranked.frequency_share * 5), 4) as bigint) + 1 as frequency,
        cast(least(floor(ranked.monetary_share * 5), 4) as bigint) + 1 as monetary
    from ranked
)

select
    fifths.person_id,
    fifths.order_count,
    fifths.order_amount,
    fifths.currency,
    fifths.first_ordered_at,
    fifths.last_ordered_at,
    datediff('day', fifths.last_ordered_at::date, run.as_of::date) as days_since_order,
    fifths.recency,
    fifths.frequency,
    fifths.monetary,
    case
        when fifths.recency >= 4 and fifths.frequency >= 4 then 'champion'
        when fifths.recency >= 4 and fifths.order_count = 1 then 'new'
        when fifths.recency >= 3 then 'active'
        when fifths.frequency >= 4 or fifths.monetary >= 4 then 'at_risk'
        else 'lapsed'
    end as segment
from fifths
cross join meta.run as run
