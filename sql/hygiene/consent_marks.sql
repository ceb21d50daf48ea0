-- hygiene.consent_marks: the turning points of a person's consent on a channel
-- grain: person_id, channel
-- reads: hygiene.consent_events
select
    events.person_id,
    events.channel,
    max(case when events.action = 'stop' then events.happened_at end) as stop_at,
    max(case when events.action = 'expired' and not events.is_future then events.happened_at end) as void_at,
    max(case
        when events.action = 'grant' and events.is_proven and events.is_golden and not events.is_future
            then events.happened_at
    end) as proven_at,
    max(case when events.action = 'notice' and not events.is_future then events.happened_at end) as notice_at,
    min(case when events.action = 'notice' and not events.is_future then events.happened_at end) as first_notice_at,
    max(case when events.has_notice and events.is_golden and not events.is_future then 1 else 0 end) as has_text_notice,
    max(case when events.action = 'notice' and not events.is_future then events.lawful_basis end) as notice_basis,
    max(case when events.has_assessment then 1 else 0 end) as has_assessment,
    max(case when events.is_future then 1 else 0 end) as has_future,
    max(case when events.action in ('do_not_sell', 'gpc') then events.happened_at end) as sale_opt_out_at,
    max(case when events.action = 'gpc' then events.happened_at end) as gpc_at,
    max(case when events.action = 'erasure' then events.happened_at end) as erased_at,
    max(case when events.is_in_clear and events.action = 'stop' then 1 else 0 end) as has_clear_suppression,
    max(case
        when events.action in ('grant', 'claim') and events.object = 'consents' and not events.is_future
            then events.happened_at
    end) as last_asked_at
from hygiene.consent_events as events
group by events.person_id, events.channel
