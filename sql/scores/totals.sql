-- scores.totals: points of each dimension after the caps
-- grain: person_id
-- reads: scores.facts, scores.points
with sums as (
    select
        points.person_id,
        sum(case when points.dimension = 'fit' then points.points else 0 end)::bigint as fit,
        sum(case when points.dimension = 'intent' then points.points else 0 end)::bigint as intent,
        sum(case when points.dimension = 'access' then points.points else 0 end)::bigint as access,
        sum(case when points.dimension = 'timing' then points.points else 0 end)::bigint as timing,
        sum(case when points.dimension = 'integrity' then points.points else 0 end)::bigint as integrity,
        sum(case when points.dimension = 'negative' then points.points else 0 end)::bigint as negative
    from scores.points as points
    group by points.person_id
)

select
    facts.person_id,
    coalesce(sums.fit, 0) as fit,
    coalesce(sums.intent, 0) as intent,
    coalesce(sums.access, 0) as access,
    coalesce(sums.timing, 0) as timing,
    coalesce(sums.integrity, 0) as integrity,
    coalesce(sums.negative, 0) as negative
from scores.facts as facts
left join sums
    on facts.person_id = sums.person_id
