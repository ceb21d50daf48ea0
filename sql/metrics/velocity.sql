-- metrics.velocity: open deals x win rate x mean won amount / mean days to win, where at least 20 deals were closed
-- grain: metric, dimension, dimension_value
-- reads: metrics.measures
with deals as (
    select
        measures.dimension,
        measures.dimension_value,
        coalesce(max(case when measures.measure = 'open_deals' then measures.amount end), 0) as open_deals,
        coalesce(max(case when measures.measure = 'won_deals' then measures.amount end), 0) as won_deals,
        max(case when measures.measure = 'closed_deals' then measures.amount end) as closed_deals,
        max(case when measures.measure = 'won_deal_amount' then measures.amount end) as won_amount,
        max(case when measures.measure = 'won_deals_with_amount' then measures.amount end) as deals_with_amount,
        max(case when measures.measure = 'won_days' then measures.amount end) as won_days,
        max(case when measures.measure = 'won_deals_with_days' then measures.amount end) as deals_with_days
    from metrics.measures as measures
    group by measures.dimension, measures.dimension_value
    having max(case when measures.measure = 'deals' then measures.amount end) > 0
)

select
    'open_opportunities' as metric,
    deals.dimension,
    deals.dimension_value,
    'count' as unit,
    deals.open_deals as numerator,
    cast(1 as double) as denominator
from deals
where deals.dimension = 'all' or deals.closed_deals >= 20
union all
select
    'pipeline_velocity' as metric,
    deals.dimension,
    deals.dimension_value,
    'money_per_day' as unit,
    deals.open_deals * (deals.won_deals / nullif(deals.closed_deals, 0))
    * (deals.won_amount / nullif(deals.deals_with_amount, 0)) as numerator,
    deals.won_days / nullif(deals.deals_with_days, 0) as denominator
from deals
where deals.closed_deals >= 20
