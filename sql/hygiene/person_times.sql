-- hygiene.person_times: the touches of a person side by side; golden ones concern the golden address
-- grain: person_id
-- reads: hygiene.touches, config.decay_settings, meta.run
with soft as (
    select
        touches.person_id,
        touches.touched_at,
        lag(touches.touched_at, cast(settings.soft_bounces - 1 as integer)) over (
            partition by touches.person_id order by touches.touched_at
        ) as streak_began_at,
        settings.soft_bounce_days
    from hygiene.touches as touches
    cross join config.decay_settings as settings
    where touches.kind = 'bounce_soft' and touches.is_golden_email
),

-- so many soft bounces in so short a time are as bad as a hard one
streaks as (
    select
        soft.person_id,
        max(soft.touched_at) as bounced_at
    from soft
    where epoch(soft.touched_at) - epoch(soft.streak_began_at) <= soft.soft_bounce_days * 86400
    group by soft.person_id
),

times as (
    select
        touches.person_id,
        max(case when touches.kind = 'form' then touches.touched_at end) as form_at,
        -- a consent that was given in a form asks for nothing
        max(case when touches.kind = 'form' and touches.object = 'events' then touches.touched_at end) as inquiry_at,
        max(case when touches.kind = 'connected' then touches.touched_at end) as connected_at,
        max(case when touches.kind = 'phone_verified' then touches.touched_at end) as phone_verified_at,
        max(case when touches.kind = 'wrong_number' then touches.touched_at end) as wrong_number_at,
        max(case when touches.kind = 'job_left' then touches.touched_at end) as job_left_at,
        -- opens and deliveries are no contact by the person
        max(case
            when touches.kind in ('form', 'reply', 'click', 'connected', 'inbound', 'opt_in') then touches.touched_at
        end) as inbound_at,
        min(case when touches.kind in ('outbound_email', 'delivered') then touches.touched_at end) as first_email_at,
        max(case when touches.kind in ('outbound_email', 'delivered') then touches.touched_at end) as last_email_at,
        min(case when touches.kind = 'outbound_phone' then touches.touched_at end) as first_call_at,
        max(case when touches.kind = 'outbound_phone' then touches.touched_at end) as last_call_at,
        max(case when touches.is_golden_email and touches.kind = 'opt_in' then touches.touched_at end)
            as golden_opt_in_at,
        max(case when touches.is_golden_email and touches.kind = 'form' then touches.touched_at end) as golden_form_at,
        max(case when touches.is_golden_email and touches.kind = 'reply' then touches.touched_at end)
            as golden_reply_at,
        max(case when touches.is_golden_email and touches.kind = 'click' then touches.touched_at end)
            as golden_click_at,
        max(case when touches.is_golden_email and touches.kind = 'delivered' then touches.touched_at end)
            as golden_delivered_at,
        max(case when touches.is_golden_email and touches.kind = 'email_verified' then touches.touched_at end)
            as golden_verified_at,
        max(case when touches.is_golden_email and touches.kind = 'bounce_hard' then touches.touched_at end)
            as golden_bounced_at
    from hygiene.touches as touches
    cross join meta.run as run
    where touches.touched_at <= run.as_of
    group by touches.person_id
)

select
    times.person_id,
    times.form_at,
    times.inquiry_at,
    times.connected_at,
    times.phone_verified_at,
    times.wrong_number_at,
    times.job_left_at,
    times.inbound_at,
    greatest(times.golden_bounced_at, streaks.bounced_at) as bounced_at,
    greatest(
        times.golden_delivered_at, times.golden_reply_at, times.golden_click_at, times.golden_verified_at
    ) as cleared_at,
    times.first_email_at,
    times.last_email_at,
    times.first_call_at,
    times.last_call_at,
    times.golden_opt_in_at,
    times.golden_form_at,
    times.golden_reply_at,
    times.golden_click_at,
    times.golden_delivered_at,
    times.golden_verified_at
from times
left join streaks on times.person_id = streaks.person_id
