-- hygiene.consent_states: the event that decides, per person and channel. A stop holds until a newer grant with proof
-- grain: person_id, channel
-- reads: hygiene.consent_events, hygiene.consent_marks, meta.run
with candidates as (
    select
        events.person_id,
        events.channel,
        events.object,
        events.record_id,
        events.action,
        events.state,
        events.lawful_basis,
        events.happened_at,
        events.expires_at,
        events.is_proven,
        events.is_double_opt_in,
        events.has_text_version,
        events.has_purpose,
        events.has_scope,
        coalesce(events.expires_at <= run.as_of, false) or events.action = 'expired' as is_expired,
        case
            -- what still holds before what has ended; proof before claims; the ledger before bare flags of leads
            when events.action = 'stop' then 0
            when events.action = 'expired' then 5
            when coalesce(events.expires_at <= run.as_of, false) then 4
            when events.action = 'grant' and events.is_proven then 1
            when events.object = 'consents' then 2
            else 3
        end as tier,
        case
            when events.state = 'objected' then 1
            when events.state = 'withdrawn' then 2
            when events.state = 'denied' then 3
            when events.action = 'claim' then 4
            when events.action = 'implied' then 5
            when events.action = 'basis' then 6
            else 7
        end as tie_rank
    from hygiene.consent_events as events
    inner join hygiene.consent_marks as marks
        on events.person_id = marks.person_id and events.channel = marks.channel
    cross join meta.run as run
    where
        events.is_golden
        and (not events.is_future or events.action = 'stop')
        and case
            when marks.stop_at is not null and (marks.proven_at is null or marks.proven_at <= marks.stop_at)
                then events.action = 'stop'
            else
                events.action in ('grant', 'implied', 'basis', 'claim', 'expired')
                and (marks.stop_at is null or events.happened_at > marks.stop_at)
                and (marks.void_at is null or events.happened_at > marks.void_at or events.action = 'expired')
        end
)

select
    candidates.person_id,
    candidates.channel,
    candidates.object,
    candidates.record_id,
    candidates.action,
    candidates.state,
    candidates.lawful_basis,
    candidates.happened_at,
    candidates.expires_at,
    candidates.is_proven,
    candidates.is_double_opt_in,
    candidates.has_text_version,
    candidates.has_purpose,
    candidates.has_scope,
    candidates.is_expired
from candidates
qualify row_number() over (
    partition by candidates.person_id, candidates.channel
    order by
        candidates.tier asc,
        candidates.happened_at desc,
        candidates.tie_rank asc,
        candidates.object asc,
        candidates.record_id asc
) = 1
