-- scores.changed_people: who has another score, or other points behind it, than the night before
-- grain: person_id
-- reads: scores.quality, scores.points, scores.points_before, scores.people_before, scores.night_before,
--   people.id_changes
-- A person's rules are compared by one number first: on most nights most people are as they were.
with rules_before as (
    select
        points.person_id,
        bit_xor(hash(points.rule, points.points_raw, points.points)) as fingerprint
    from scores.points_before as points
    group by points.person_id
),

rules_tonight as (
    select
        points.person_id,
        bit_xor(hash(points.rule, points.points_raw, points.points)) as fingerprint
    from scores.points as points
    group by points.person_id
),

compared as (
    select
        coalesce(quality.person_id, people_before.person_id) as person_id,
        people_before.person_id is not null as was_there,
        quality.person_id is not null as is_there,
        people_before.model_id as model_id_before,
        quality.model_id,
        people_before.score as score_before,
        quality.score,
        people_before.is_quality as is_quality_before,
        quality.is_quality
    from scores.quality as quality
    full outer join scores.people_before as people_before
        on quality.person_id = people_before.person_id
),

changed as (
    select
        compared.*,
        night_before.before_as_of
    from compared
    cross join scores.night_before as night_before
    left join rules_before
        on compared.person_id = rules_before.person_id
    left join rules_tonight
        on compared.person_id = rules_tonight.person_id
    where
        night_before.before_as_of is not null and (
            compared.was_there <> compared.is_there
            or compared.score_before <> compared.score
            or compared.is_quality_before <> compared.is_quality
            or rules_before.fingerprint is distinct from rules_tonight.fingerprint
        )
)

select
    changed.person_id,
    case
        when changed.is_there and changed.was_there then 'changed'
        when changed.is_there then 'appeared'
        when id_changes.new_person_id is not null then 'merged'
        else 'left'
    end as kind,
    case when not changed.is_there then id_changes.new_person_id end as new_person_id,
    changed.before_as_of,
    changed.model_id_before,
    changed.model_id,
    coalesce(changed.score_before, 0) as score_before,
    coalesce(changed.score, 0) as score,
    coalesce(changed.score, 0) - coalesce(changed.score_before, 0) as change,
    coalesce(changed.is_quality_before, false) as is_quality_before,
    coalesce(changed.is_quality, false) as is_quality,
    case
        when coalesce(changed.is_quality, false) and not coalesce(changed.is_quality_before, false) then 'up'
        when coalesce(changed.is_quality_before, false) and not coalesce(changed.is_quality, false) then 'down'
    end as crossed
from changed
left join people.id_changes as id_changes
    on changed.person_id = id_changes.old_person_id
