-- metrics.quality_tonight: the headline figures of this run, appended to metrics.quality_history
-- grain: metric
-- reads: metrics.funnel, metrics.measures, metrics.dispositions
with figures as (
    select
        funnel.metric,
        funnel.value
    from metrics.funnel as funnel
    where funnel.dimension = 'all'
    union all
    select
        measures.measure as metric,
        measures.amount as value
    from metrics.measures as measures
    where
        measures.dimension = 'all'
        and measures.measure in (
            'people', 'leads', 'quality_people', 'reachable_people', 'people_with_gap', 'decayed_people',
            'duplicate_leads', 'deals', 'spend'
        )
    union all
    select
        'mean_score' as metric,
        max(case when measures.measure = 'score_total' then measures.amount end)
        / nullif(max(case when measures.measure = 'people' then measures.amount end), 0) as value
    from metrics.measures as measures
    where measures.dimension = 'all'
    union all
    select
        'rows' as metric,
        cast(coalesce(sum(dispositions.rows), 0) as double) as value
    from metrics.dispositions as dispositions
)

select
    figures.metric,
    figures.value
from figures
where figures.value is not null
