-- hygiene.consent_states: the event that decides on a channel. A stop holds until a newer express grant with proof
-- grain: person_id, channel
-- reads: hygiene.consent_marks, hygiene.consent_flags, hygiene.consent_said, hygiene.consent_ledger
-- views: hygiene.consent_marks, hygiene.consent_flags
-- a table between it and the facts: in one go they need more than 1.5 GB at a million people
with joined as (
    select
        coalesce(marks.person_id, flags.person_id) as person_id,
        coalesce(marks.channel, flags.channel) as channel,
        marks.stop_at as said_stop_at,
        marks.stop_entry,
        marks.proven_at,
        marks.proven_entry,
        marks.said_at,
        marks.said_entry,
        marks.ended_at,
        marks.ended_entry,
        marks.void_at,
        marks.void_entry,
        marks.lifted_at,
        marks.notice_at,
        marks.first_notice_at,
        marks.notice_basis,
        marks.has_text_notice,
        marks.has_assessment,
        marks.has_clear_suppression,
        marks.sale_opt_out_at,
        marks.gpc_at,
        marks.erased_at,
        marks.asked_at,
        coalesce(marks.has_future, false) or coalesce(flags.has_future, false) as has_future,
        flags.stop_at as flag_stop_at,
        flags.stop_state as flag_stop_state,
        flags.stop_lead_id,
        flags.happened_at as flag_at,
        flags.meaning as flag_meaning,
        flags.lawful_basis as flag_basis,
        flags.lead_id,
        greatest(marks.stop_at, flags.stop_at) as stop_at,
        coalesce(greatest(marks.stop_at, flags.stop_at), timestamp '0001-01-01') as after_at
    from hygiene.consent_marks as marks
    full join hygiene.consent_flags as flags on marks.person_id = flags.person_id and marks.channel = flags.channel
),

led as (
    select
        joined.*,
        joined.stop_at is not null and coalesce(joined.lifted_at <= joined.stop_at, true) as is_stopped,
        -- what was said before the last stop or the last end on record is gone
        greatest(joined.after_at, joined.void_at) as since_at
    from joined
),

chosen as (
    select
        led.*,
        case
            when led.is_stopped then case when led.said_stop_at >= led.stop_at then led.stop_entry end
            -- what still holds before what has ended; proof before claims; the ledger before bare flags of leads
            when led.proven_at > led.since_at then led.proven_entry
            when led.said_at > led.since_at then led.said_entry
            when led.flag_at > led.since_at then null
            when led.ended_at > led.since_at then led.ended_entry
            when led.void_at > led.after_at then led.void_entry
        end as entry,
        case when led.is_stopped then led.flag_stop_at >= led.stop_at else led.flag_at > led.since_at end
            as is_flag_alive
    from led
),

decided as (
    select
        chosen.*,
        said.object,
        ledger.record_id,
        ledger.source,
        said.meaning,
        said.stop_state,
        said.lawful_basis,
        said.happened_at,
        said.expires_at,
        said.is_proven,
        said.is_ended or said.meaning = 'expired' as is_ended,
        said.is_double_opt_in,
        said.has_text_version,
        said.has_purpose,
        said.has_scope,
        -- of a flag and an event at the same time the one that restricts more
        coalesce(chosen.is_flag_alive, false)
        and (
            said.entry is null
            or (chosen.is_stopped and chosen.flag_stop_state = 'withdrawn' and said.stop_state = 'denied')
        ) as is_flag
    from chosen
    left join hygiene.consent_said as said on chosen.entry = said.entry
    left join hygiene.consent_ledger as ledger on chosen.entry = ledger.entry
)

select
    decided.person_id,
    decided.channel,
    case
        when not decided.is_flag and decided.object = 'leads' then 'lead:' || decided.record_id
        when not decided.is_flag then decided.record_id
        when decided.is_stopped then 'lead:' || decided.stop_lead_id
        else 'lead:' || decided.lead_id
    end as evidence,
    case when not decided.is_flag then decided.entry end as entry,
    case when not decided.is_flag then decided.source end as source,
    case
        when decided.is_stopped then 'stop'
        when decided.is_flag then decided.flag_meaning
        else decided.meaning
    end as action,
    case
        when decided.is_stopped and decided.is_flag then decided.flag_stop_state
        when decided.is_stopped then decided.stop_state
    end as stop_state,
    case
        when decided.is_stopped then null
        when decided.is_flag then decided.flag_basis
        else decided.lawful_basis
    end as lawful_basis,
    case
        when decided.is_stopped then decided.stop_at
        when decided.is_flag then decided.flag_at
        else decided.happened_at
    end as happened_at,
    case when not decided.is_flag and not decided.is_stopped then decided.expires_at end as expires_at,
    not decided.is_flag and coalesce(decided.is_proven, false) as is_proven,
    not decided.is_flag and not decided.is_stopped and coalesce(decided.is_ended, false) as is_ended,
    case
        when decided.is_flag then not decided.is_stopped and decided.flag_meaning = 'grant'
        else coalesce(decided.is_double_opt_in, false)
    end as is_double_opt_in,
    not decided.is_flag and coalesce(decided.has_text_version, false) as has_text_version,
    not decided.is_flag and coalesce(decided.has_purpose, false) as has_purpose,
    -- the flag of a channel speaks of that channel
    decided.is_flag or coalesce(decided.has_scope, false) as has_scope,
    decided.notice_at,
    decided.first_notice_at,
    decided.notice_basis,
    decided.notice_at is not null or coalesce(decided.has_text_notice, false) as has_notice,
    coalesce(decided.has_assessment, false) as has_assessment,
    decided.has_future,
    coalesce(decided.has_clear_suppression, false) as has_clear_suppression,
    decided.sale_opt_out_at,
    decided.gpc_at,
    case when coalesce(decided.lifted_at <= decided.erased_at, true) then decided.erased_at end as erased_at,
    decided.asked_at
from decided
