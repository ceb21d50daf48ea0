-- hygiene.touch_times: first and last time of each kind of touch
-- grain: person_id, kind
-- reads: hygiene.touches, config.decay_settings
with soft as (
    select
        touches.person_id,
        touches.touched_at,
        lag(touches.touched_at, cast(settings.soft_bounces - 1 as integer)) over (
            partition by touches.person_id order by touches.touched_at, touches.object, touches.record_id
        ) as streak_began_at,
        settings.soft_bounce_days
    from hygiene.touches as touches
    cross join config.decay_settings as settings
    where touches.kind = 'bounce_soft' and touches.is_golden_email
),

kinds as (
    select
        touches.person_id,
        touches.kind,
        touches.touched_at,
        touches.is_golden_email
    from hygiene.touches as touches
    union all
    select
        soft.person_id,
        'bounce_hard' as kind,
        soft.touched_at,
        true as is_golden_email
    from soft
    where epoch(soft.touched_at) - epoch(soft.streak_began_at) <= soft.soft_bounce_days * 86400
)

select
    kinds.person_id,
    kinds.kind,
    min(kinds.touched_at) as first_at,
    max(kinds.touched_at) as last_at,
    max(case when kinds.is_golden_email then kinds.touched_at end) as last_golden_at
from kinds
group by kinds.person_id, kinds.kind
