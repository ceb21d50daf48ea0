-- hygiene.decay_streams: which sources tell of values that held as well as of values that failed
-- grain: contact, object, source
-- reads: hygiene.touches
with told as (
    select
        case
            when touches.kind in ('connected', 'phone_verified', 'wrong_number') then 'phone' else 'email'
        end as contact,
        touches.object,
        coalesce(touches.source, '') as source,
        touches.kind
    from hygiene.touches as touches
    where
        touches.kind in (
            'delivered', 'reply', 'click', 'email_verified', 'bounce_hard', 'connected', 'phone_verified',
            'wrong_number'
        )
),

counted as (
    select
        told.contact,
        told.object,
        told.source,
        count(case when told.kind not in ('reply', 'click') then 1 end)
        - count(case when told.kind in ('bounce_hard', 'wrong_number') then 1 end) as checks_held,
        count(case when told.kind in ('reply', 'click') then 1 end) as answers,
        count(case when told.kind in ('bounce_hard', 'wrong_number') then 1 end) as checks_failed
    from told
    group by told.contact, told.object, told.source
)

select
    counted.contact,
    counted.object,
    counted.source,
    counted.checks_held,
    counted.answers,
    counted.checks_failed,
    -- flags and lists of bounces tell of nothing that held: of them alone one would learn that everything is dead
    counted.object in ('events', 'activities') and counted.checks_failed > 0
    and counted.checks_failed <= counted.checks_held + counted.answers as is_used,
    -- who is dead does not answer, so answers are checks only where nothing better is told
    counted.checks_held = 0 as are_answers_checks
from counted
