-- metrics.sales_measures: the sums over deals, decisions and money
-- grain: dimension, dimension_value, measure
-- reads: metrics.sales_lines
with lines as (
    select
        sales_lines.source,
        sales_lines.source_channel,
        sales_lines.country,
        sales_lines.measure,
        sales_lines.amount
    from metrics.sales_lines as sales_lines
    union all
    -- the time to win once more, apart for quality leads and for all others
    select
        sales_lines.source,
        sales_lines.source_channel,
        sales_lines.country,
        case when sales_lines.is_quality then 'quality_' else 'other_' end || sales_lines.measure as measure,
        sales_lines.amount
    from metrics.sales_lines as sales_lines
    where sales_lines.measure in ('won_days', 'won_deals_with_days') and sales_lines.is_quality is not null
),

sums as (
    select
        case
            when grouping(lines.source) = 0 then 'source'
            when grouping(lines.source_channel) = 0 then 'source_channel'
            when grouping(lines.country) = 0 then 'country'
            else 'all'
        end as dimension,
        case
            when grouping(lines.source) = 0 then lines.source
            when grouping(lines.source_channel) = 0 then lines.source_channel
            when grouping(lines.country) = 0 then lines.country
            else 'all'
        end as dimension_value,
        lines.measure,
        cast(sum(try_cast(lines.amount as decimal(30, 9))) as double) as amount
    from lines
    group by grouping sets (
        (lines.measure), (lines.measure, lines.source), (lines.measure, lines.source_channel),
        (lines.measure, lines.country)
    )
)

select
    sums.dimension,
    sums.dimension_value,
    sums.measure,
    sums.amount
from sums
where sums.dimension_value is not null
