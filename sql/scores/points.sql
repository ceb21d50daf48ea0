-- scores.points: each rule that fired with the points that are left of it under the cap of its dimension
-- grain: person_id, rule
-- reads: scores.fired, config.scoring, config.scoring_dimensions
-- A dimension over its cap is shared out in proportion, in whole points: every rule gets the part before the decimal
-- point, what is left goes to the largest remainders, ties by rule id. The negative rules have no cap.
with dimension_sums as (
    select
        fired.person_id,
        fired.dimension,
        sum(fired.points_raw)::bigint as points_raw
    from scores.fired as fired
    inner join config.scoring_dimensions as dimensions
        on fired.dimension = dimensions.dimension
    -- most dimensions cannot get above their cap: spare them the sums
    where dimensions.points_most > dimensions.cap
    group by fired.person_id, fired.dimension
),

dimensions_over as (
    select
        dimension_sums.person_id,
        dimension_sums.dimension,
        dimension_sums.points_raw,
        dimensions.cap
    from dimension_sums
    inner join config.scoring_dimensions as dimensions
        on dimension_sums.dimension = dimensions.dimension
    where dimension_sums.points_raw > dimensions.cap
),

shared as (
    select
        fired.person_id,
        fired.rule,
        dimensions_over.cap,
        fired.points_raw * dimensions_over.cap // dimensions_over.points_raw as whole,
        fired.points_raw * dimensions_over.cap % dimensions_over.points_raw as remainder,
        fired.dimension
    from scores.fired as fired
    inner join dimensions_over
        on fired.person_id = dimensions_over.person_id and fired.dimension = dimensions_over.dimension
),

ranked as (
    select
        shared.person_id,
        shared.rule,
        shared.whole,
        shared.cap - sum(shared.whole) over (partition by shared.person_id, shared.dimension) as left_over,
        row_number() over (
            partition by shared.person_id, shared.dimension order by shared.remainder desc, shared.rule asc
        ) as place
    from shared
)

select
    fired.person_id,
    scoring.model_id,
    fired.dimension,
    fired.rule,
    fired.points_raw,
    case
        when ranked.rule is null then fired.points_raw
        when ranked.place <= ranked.left_over then ranked.whole + 1
        else ranked.whole
    end as points,
    fired.evidence
from scores.fired as fired
cross join config.scoring as scoring
left join ranked
    on fired.person_id = ranked.person_id and fired.rule = ranked.rule
