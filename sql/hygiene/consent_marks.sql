-- hygiene.consent_marks: the turning points of a person's consent on a channel, and which event leads in each tier
-- grain: person_id, channel
-- reads: hygiene.consent_said, hygiene.consent_links, config.consent_channels
with said_events as (
    select
        links.person_id,
        channels.channel,
        said.meaning,
        said.lawful_basis,
        said.happened_at,
        said.is_future,
        said.is_express,
        said.is_proven,
        said.is_ended,
        said.has_text_version,
        said.has_assessment,
        said.is_in_clear,
        case when channels.is_call then links.holds_for_calls else links.holds_for_mail end as holds,
        -- at the same time what restricts most leads, then what came last
        config.event_order(
            said.happened_at,
            case
                when said.stop_state = 'objected' then 7
                when said.stop_state = 'withdrawn' then 6
                when said.stop_state = 'denied' then 5
                when said.meaning = 'claim' then 4
                when said.meaning = 'basis' then 2
                when said.lawful_basis = 'soft_opt_in' then 1
                when said.meaning = 'implied' then 3
                else 0
            end,
            said.entry
        ) as event_order
    from hygiene.consent_links as links
    inner join hygiene.consent_said as said on links.entry = said.entry
    inner join config.consent_channels as channels on said.stated = channels.stated
    -- of a record that names a number, too, the event of the number speaks of calls
    where not (channels.is_call and said.names_number)
),

-- what still holds leads before what has ended, and proof before claims
events as (
    select
        said_events.*,
        case
            when said_events.meaning = 'stop' then 'stop'
            when said_events.is_future or not said_events.holds then null
            when said_events.meaning = 'expired' then 'void'
            when said_events.meaning not in ('grant', 'implied', 'basis', 'claim') then null
            when said_events.is_ended then 'ended'
            when said_events.is_proven then 'proven'
            else 'said'
        end as tier
    from said_events
)

select
    events.person_id,
    events.channel,
    max(case when events.tier = 'stop' then events.happened_at end) as stop_at,
    config.event_entry(max(case when events.tier = 'stop' then events.event_order end)) as stop_entry,
    max(case when events.tier = 'proven' then events.happened_at end) as proven_at,
    config.event_entry(max(case when events.tier = 'proven' then events.event_order end)) as proven_entry,
    max(case when events.tier = 'said' then events.happened_at end) as said_at,
    config.event_entry(max(case when events.tier = 'said' then events.event_order end)) as said_entry,
    max(case when events.tier = 'ended' then events.happened_at end) as ended_at,
    config.event_entry(max(case when events.tier = 'ended' then events.event_order end)) as ended_entry,
    max(case when events.tier = 'void' then events.happened_at end) as void_at,
    config.event_entry(max(case when events.tier = 'void' then events.event_order end)) as void_entry,
    -- express and proven, whether it has ended since or not
    max(case when events.is_express and events.holds and not events.is_future then events.happened_at end) as lifted_at,
    max(case when events.meaning = 'notice' and not events.is_future then events.happened_at end) as notice_at,
    min(case when events.meaning = 'notice' and not events.is_future then events.happened_at end) as first_notice_at,
    -- of several that one which asks for most; a notice of consent gives none
    max(case
        when
            events.meaning = 'notice' and not events.is_future
            and events.lawful_basis in ('legitimate_interest', 'contract', 'legal_obligation') then events.lawful_basis
    end) as notice_basis,
    bool_or(events.has_text_version and events.holds and not events.is_future) as has_text_notice,
    bool_or(events.has_assessment) as has_assessment,
    bool_or(events.is_future) as has_future,
    bool_or(events.is_in_clear and events.meaning = 'stop') as has_clear_suppression,
    max(case when events.meaning in ('do_not_sell', 'gpc') then events.happened_at end) as sale_opt_out_at,
    max(case when events.meaning = 'gpc' then events.happened_at end) as gpc_at,
    max(case when events.meaning = 'erasure' then events.happened_at end) as erased_at,
    max(case when events.meaning in ('grant', 'claim') and not events.is_future then events.happened_at end) as asked_at
from events
group by events.person_id, events.channel
