-- metrics.person_sales: what sales did with a person and what came of it
-- grain: person_id (people that sales touched or that have a deal)
-- reads: metrics.deal_facts, metrics.touches
with deals as (
    select
        deal_facts.person_id,
        cast(count(*) as bigint) as deals,
        count(case when deal_facts.is_won then 1 end) > 0 as has_won,
        -- sums of money are made in decimals: in floating point they would depend on the order of the rows
        coalesce(
            sum(try_cast(deal_facts.amount as decimal(30, 9))) filter (where deal_facts.is_won or deal_facts.is_open), 0
        ) as pipeline_amount,
        coalesce(sum(try_cast(deal_facts.amount as decimal(30, 9))) filter (where deal_facts.is_won), 0) as won_amount
    from metrics.deal_facts as deal_facts
    where deal_facts.person_id is not null
    group by deal_facts.person_id
),

touches as (
    select
        touches.person_id,
        count(case when touches.channel = 'call' and touches.is_outbound then 1 end) > 0 as is_called,
        count(case when touches.channel = 'call' and touches.is_outbound and touches.outcome = 'connected' then 1 end)
        > 0 as is_connected,
        cast(count(case when touches.outcome in ('held', 'no_show') then 1 end) as bigint) as meetings,
        cast(count(case when touches.outcome = 'no_show' then 1 end) as bigint) as no_show_meetings
    from metrics.touches as touches
    group by touches.person_id
)

select
    coalesce(deals.person_id, touches.person_id) as person_id,
    coalesce(deals.deals, 0) as deals,
    coalesce(deals.has_won, false) as has_won,
    cast(coalesce(deals.pipeline_amount, 0) as double) as pipeline_amount,
    cast(coalesce(deals.won_amount, 0) as double) as won_amount,
    coalesce(touches.is_called, false) as is_called,
    coalesce(touches.is_connected, false) as is_connected,
    coalesce(touches.meetings, 0) as meetings,
    coalesce(touches.no_show_meetings, 0) as no_show_meetings
from deals
full join touches on deals.person_id = touches.person_id
