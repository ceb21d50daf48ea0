-- hygiene.consent_flags: what the leads of a person say today by bare flags: the latest no, and the latest weaker thing
-- grain: person_id, channel
-- reads: people.members, contacts.leads, hygiene.subjects, meta.run, config.consent_channels
with flags as (
    select
        members.person_id,
        channels.channel,
        leads.lead_id,
        case
            when leads.email_opt_out and channels.channel = 'email' then 'withdrawn'
            when leads.phone_opt_out and channels.is_call then 'withdrawn'
            when leads.consent_status = 'denied' then 'denied'
        end as stop_state,
        -- undated ones count from today, for nothing is known to have lifted them
        least(coalesce(leads.updated_at, leads.created_at, run.as_of), run.as_of) as stop_at,
        case
            -- a confirmed opt-in without its text, a claim, a basis without its record
            when leads.double_opt_in_at <= run.as_of and not channels.is_call then 'grant'
            when leads.consent_status = 'claimed' then 'claim'
            when leads.lawful_basis in ('implied_inquiry', 'implied_purchase', 'published_address') then 'implied'
            when leads.lawful_basis in ('legitimate_interest', 'contract', 'legal_obligation') then 'basis'
            when leads.lawful_basis in ('consent', 'soft_opt_in') then 'claim'
        end as meaning,
        nullif(leads.lawful_basis, 'none') as lawful_basis,
        case
            when leads.double_opt_in_at <= run.as_of and not channels.is_call then leads.double_opt_in_at
            else coalesce(leads.created_at, leads.updated_at)
        end as happened_at,
        case
            when channels.is_call then '+' || subjects.phone_key in (leads.phone_e164, leads.mobile_e164)
            else lower(leads.email) = subjects.email_key
        end as holds,
        run.as_of
    from people.members as members
    inner join contacts.leads as leads on members.lead_id = leads.lead_id
    inner join hygiene.subjects as subjects on members.person_id = subjects.person_id
    inner join config.consent_channels as channels on channels.stated = channels.channel
    cross join meta.run as run
    where
        leads.email_opt_out or leads.phone_opt_out or leads.consent_status is not null
        or leads.double_opt_in_at is not null or leads.lawful_basis is not null
),

ranked as (
    select
        flags.person_id,
        flags.channel,
        case
            when flags.stop_state is not null
                then {
                    'at': flags.stop_at,
                    'rank': case when flags.stop_state = 'withdrawn' then 2 else 1 end,
                    'state': flags.stop_state,
                    'lead': flags.lead_id
                }
        end as stop,
        case
            when flags.meaning is not null and flags.holds and coalesce(flags.happened_at <= flags.as_of, true)
                then {
                    'at': coalesce(flags.happened_at, timestamp '1900-01-01'),
                    'rank': case flags.meaning when 'claim' then 4 when 'implied' then 3 when 'basis' then 2 else 1 end,
                    'said': flags.meaning,
                    'basis': coalesce(flags.lawful_basis, ''),
                    'lead': flags.lead_id
                }
        end as flag,
        coalesce(flags.meaning is not null and flags.happened_at > flags.as_of, false) as is_future
    from flags
    where flags.stop_state is not null or flags.meaning is not null
),

latest as (
    select
        ranked.person_id,
        ranked.channel,
        max(ranked.stop) as stop,
        max(ranked.flag) as flag,
        bool_or(ranked.is_future) as has_future
    from ranked
    group by ranked.person_id, ranked.channel
)

select
    latest.person_id,
    latest.channel,
    latest.stop.at as stop_at,
    latest.stop.state as stop_state,
    latest.stop.lead as stop_lead_id,
    latest.flag.at as happened_at,
    latest.flag.said as meaning,
    nullif(latest.flag.basis, '') as lawful_basis,
    latest.flag.lead as lead_id,
    latest.has_future
from latest
