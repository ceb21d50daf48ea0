-- metrics.funnel_cells: numerator and denominator of each metric; cells of fewer than ten are left out
-- grain: metric, dimension, dimension_value
-- reads: config.metrics, metrics.measures, metrics.velocity
with known as (
    -- what the metric needs was delivered at all: otherwise it is unknown, not 0
    select
        metrics.metric,
        metrics.unit,
        metrics.numerator,
        metrics.denominator,
        metrics.zero_is_null,
        metrics.needs is null or coalesce(needed.amount, 0) > 0 as is_known
    from config.metrics as metrics
    left join metrics.measures as needed on metrics.needs = needed.measure and needed.dimension = 'all'
    where metrics.denominator is not null
),

cells as (
    select
        measures.dimension,
        measures.dimension_value
    from metrics.measures as measures
    where measures.measure in ('people', 'leads')
    group by measures.dimension, measures.dimension_value
),

ratios as (
    select
        known.metric,
        cells.dimension,
        cells.dimension_value,
        known.unit,
        case
            when not known.is_known or (known.zero_is_null and coalesce(above.amount, 0) = 0) then null
            else coalesce(above.amount, 0)
        end as numerator,
        coalesce(below.amount, 0) as denominator
    from known
    cross join cells
    left join metrics.measures as above
        on
            known.numerator = above.measure
            and cells.dimension = above.dimension and cells.dimension_value = above.dimension_value
    left join metrics.measures as below
        on
            known.denominator = below.measure
            and cells.dimension = below.dimension and cells.dimension_value = below.dimension_value
)

select
    ratios.metric,
    ratios.dimension,
    ratios.dimension_value,
    ratios.unit,
    cast(ratios.numerator as double) as numerator,
    cast(ratios.denominator as double) as denominator
from ratios
where ratios.dimension = 'all' or ratios.denominator >= 10
union all
select
    velocity.metric,
    velocity.dimension,
    velocity.dimension_value,
    velocity.unit,
    velocity.numerator,
    velocity.denominator
from metrics.velocity as velocity
