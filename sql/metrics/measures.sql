-- metrics.measures: every sum that a metric may be made of, for the whole and for each cell
-- grain: dimension, dimension_value, measure
-- reads: metrics.person_measures, metrics.lead_measures, metrics.sales_measures
with measures as (
    select
        person_measures.dimension,
        person_measures.dimension_value,
        person_measures.measure,
        person_measures.amount
    from metrics.person_measures as person_measures
    union all
    select
        lead_measures.dimension,
        lead_measures.dimension_value,
        lead_measures.measure,
        lead_measures.amount
    from metrics.lead_measures as lead_measures
    union all
    select
        sales_measures.dimension,
        sales_measures.dimension_value,
        sales_measures.measure,
        sales_measures.amount
    from metrics.sales_measures as sales_measures
)

select
    measures.dimension,
    measures.dimension_value,
    measures.measure,
    measures.amount
from measures
union all
select
    measures.dimension,
    measures.dimension_value,
    'net_revenue' as measure,
    cast(
        sum(
            try_cast(
                case when measures.measure = 'spend' then -measures.amount else measures.amount end as decimal(30, 9)
            )
        ) as double
    ) as amount
from measures
where measures.measure in ('spend', 'paid_won_amount')
group by measures.dimension, measures.dimension_value
