-- scores.changes: what changed between two nights, rule by rule
-- grain: person_id, rule
-- reads: scores.changed_people, scores.points, scores.points_before
with rows_before as (
    select
        points.person_id,
        points.dimension,
        points.rule,
        points.points_raw,
        points.points,
        points.evidence
    from scores.points_before as points
    inner join scores.changed_people as people
        on points.person_id = people.person_id
    where people.kind <> 'appeared'
),

rows_tonight as (
    select
        points.person_id,
        points.dimension,
        points.rule,
        points.points_raw,
        points.points,
        points.evidence
    from scores.points as points
    inner join scores.changed_people as people
        on points.person_id = people.person_id
),

by_rule as (
    select
        coalesce(tonight.person_id, before.person_id) as person_id,
        coalesce(tonight.dimension, before.dimension) as dimension,
        coalesce(tonight.rule, before.rule) as rule,
        before.points_raw as points_raw_before,
        tonight.points_raw,
        coalesce(before.points, 0) as points_before,
        coalesce(tonight.points, 0) as points,
        before.evidence as evidence_before,
        tonight.evidence
    from rows_tonight as tonight
    full outer join rows_before as before
        on tonight.person_id = before.person_id and tonight.rule = before.rule
),

sums as (
    select
        by_rule.person_id,
        sum(by_rule.points_before)::bigint as points_before,
        sum(by_rule.points)::bigint as points
    from by_rule
    group by by_rule.person_id
),

-- a total below 0 is a score of 0: what the floor gives is told like a rule, so that the changes add up
floors as (
    select
        people.person_id,
        'floor' as dimension,
        'score.floor' as rule,
        null as points_raw_before,
        null as points_raw,
        people.score_before - coalesce(sums.points_before, 0) as points_before,
        people.score - coalesce(sums.points, 0) as points,
        null as evidence_before,
        null as evidence
    from scores.changed_people as people
    left join sums
        on people.person_id = sums.person_id
),

all_rows as (
    select by_rule.* from by_rule
    where
        by_rule.points_raw_before is distinct from by_rule.points_raw or by_rule.points_before <> by_rule.points
    union all
    select floors.* from floors
    where floors.points_before <> floors.points
)

select
    all_rows.person_id,
    people.kind,
    people.model_id_before,
    people.model_id,
    all_rows.dimension,
    all_rows.rule,
    case
        when all_rows.dimension = 'floor' then 'floor'
        when all_rows.points_raw_before is null then 'fired'
        when all_rows.points_raw is null then 'stopped'
        when all_rows.points_raw <> all_rows.points_raw_before then 'points'
        else 'cap'
    end as what,
    all_rows.points_raw_before,
    all_rows.points_raw,
    all_rows.points_before,
    all_rows.points,
    all_rows.points - all_rows.points_before as change,
    all_rows.evidence_before,
    all_rows.evidence
from all_rows
inner join scores.changed_people as people
    on all_rows.person_id = people.person_id
