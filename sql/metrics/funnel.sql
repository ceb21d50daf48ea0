-- metrics.funnel: rates and amounts of the funnel with their 95 % Wilson interval and the verdict of the benchmark
-- grain: metric, dimension, dimension_value
-- reads: metrics.funnel_cells, config.benchmarks, metrics.currencies
with main_currency as (
    select max(currencies.currency) as currency
    from metrics.currencies as currencies
    where currencies.is_main
),

valued as (
    select
        cells.metric,
        cells.dimension,
        cells.dimension_value,
        cells.unit,
        cells.numerator,
        cells.denominator,
        cells.numerator / nullif(cells.denominator, 0) as value,
        case when cells.unit = 'share' then nullif(cells.denominator, 0) end as trials,
        -- the square of 1.959964, the 97.5 % point of the normal distribution
        3.841459 as z2
    from metrics.funnel_cells as cells
),

bounded as (
    select
        valued.*,
        (valued.value + valued.z2 / (2 * valued.trials)) / (1 + valued.z2 / valued.trials) as middle,
        sqrt(
            -- kept from falling below 0 by a rounding error at a share of 0 or 1
            greatest(valued.value * (1 - valued.value), 0) * valued.z2 / valued.trials
            + valued.z2 * valued.z2 / (4 * valued.trials * valued.trials)
        ) / (1 + valued.z2 / valued.trials) as half_width
    from valued
),

compared as (
    select
        bounded.*,
        greatest(bounded.middle - bounded.half_width, 0) as ci_lo,
        least(bounded.middle + bounded.half_width, 1) as ci_hi,
        benchmarks.metric is not null as has_benchmark,
        benchmarks.lo as benchmark_lo,
        benchmarks.hi as benchmark_hi
    from bounded
    left join config.benchmarks as benchmarks on bounded.metric = benchmarks.metric
)

select
    compared.metric,
    compared.dimension,
    compared.dimension_value,
    compared.value,
    compared.numerator,
    compared.denominator,
    compared.unit,
    case when compared.half_width is not null then compared.ci_lo end as ci_lo,
    case when compared.half_width is not null then compared.ci_hi end as ci_hi,
    compared.benchmark_lo,
    compared.benchmark_hi,
    case
        when not compared.has_benchmark then null
        when compared.value is null or compared.denominator < 30 then 'insufficient_data'
        when compared.ci_hi < compared.benchmark_lo then 'below'
        when compared.ci_lo > compared.benchmark_hi then 'above'
        else 'within'
    end as verdict,
    case when compared.unit in ('money', 'money_per_day') then main_currency.currency end as currency
from compared
cross join main_currency
