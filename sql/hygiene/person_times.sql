-- hygiene.person_times: the touches of a person side by side
-- grain: person_id
-- reads: hygiene.touch_times
select
    times.person_id,
    max(case when times.kind = 'form' then times.last_at end) as form_at,
    max(case when times.kind = 'connected' then times.last_at end) as connected_at,
    max(case when times.kind = 'wrong_number' then times.last_at end) as wrong_number_at,
    max(case when times.kind = 'job_left' then times.last_at end) as job_left_at,
    -- opens and deliveries are no contact by the person
    max(case when times.kind in ('form', 'reply', 'click', 'connected', 'inbound', 'opt_in') then times.last_at end)
        as inbound_at,
    max(case when times.kind = 'bounce_hard' then times.last_golden_at end) as bounced_at,
    max(case when times.kind in ('delivered', 'reply', 'click') then times.last_golden_at end) as cleared_at,
    min(case when times.kind in ('outbound_email', 'delivered') then times.first_at end) as first_email_at,
    max(case when times.kind in ('outbound_email', 'delivered') then times.last_at end) as last_email_at,
    min(case when times.kind = 'outbound_phone' then times.first_at end) as first_call_at,
    max(case when times.kind = 'outbound_phone' then times.last_at end) as last_call_at
from hygiene.touch_times as times
group by times.person_id
