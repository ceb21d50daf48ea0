-- hygiene.consent_basis: what a channel may be used on: what was said and seen of it, and what the place asks (a view)
-- grain: person_id, channel
-- reads: hygiene.subjects, hygiene.place_defaults, hygiene.consent_states, hygiene.person_times,
--   hygiene.stated_places, config.consent_channels, meta.run
with asked as (
    select
        subjects.person_id,
        channels.channel,
        coalesce(stated_places.place, subjects.place) as place,
        case
            when channels.is_call and subjects.is_business_phone then 'business'
            when not channels.is_call and subjects.is_business_email then 'business'
            else 'consumer'
        end as subject,
        case
            when channels.channel = 'email' then subjects.has_email
            when channels.channel = 'sms' then subjects.has_phone and subjects.is_mobile
            else subjects.has_phone
        end as has_contact,
        subjects.is_mobile,
        subjects.is_purchased,
        subjects.is_customer,
        subjects.has_role,
        subjects.has_business_reason,
        subjects.created_at,
        subjects.converted_at,
        subjects.tps_screened_at,
        subjects.dnc_screened_at,
        times.inquiry_at,
        times.wrong_number_at,
        case when channels.is_call then times.first_call_at else times.first_email_at end as first_contact_at,
        case when channels.is_call then times.last_call_at else times.last_email_at end as last_contact_at,
        greatest(times.inbound_at, subjects.created_at) as last_inbound_at
    from hygiene.subjects as subjects
    inner join config.consent_channels as channels on channels.stated = channels.channel
    left join hygiene.stated_places as stated_places on subjects.person_id = stated_places.person_id
    left join hygiene.person_times as times on subjects.person_id = times.person_id
),

based as (
    select
        asked.*,
        defaults.group_number,
        defaults.group_tests,
        defaults.jurisdiction,
        defaults.jurisdiction_from,
        defaults.is_not_required,
        defaults.default_basis,
        states.source,
        states.evidence as said_evidence,
        states.action as said_action,
        states.stop_state,
        states.lawful_basis as said_basis,
        states.happened_at as said_at,
        -- what is recorded as implied ends with the law's time limit at the latest
        least(
            states.expires_at,
            case states.lawful_basis
                when 'implied_inquiry' then states.happened_at + to_days(cast(defaults.inquiry_days as integer))
                when 'implied_purchase' then states.happened_at + to_days(cast(defaults.purchase_days as integer))
            end
        ) as said_until,
        coalesce(states.is_ended, false) as is_void,
        coalesce(states.is_proven, false) as is_proven,
        coalesce(states.is_double_opt_in, false) as is_double_opt_in,
        coalesce(states.has_text_version, false) as has_text_version,
        coalesce(states.has_purpose, false) as has_purpose,
        coalesce(states.has_scope, false) as has_scope,
        states.notice_at,
        states.first_notice_at,
        states.notice_basis,
        coalesce(states.has_notice, false) as has_notice,
        coalesce(states.has_assessment, false) as has_assessment,
        coalesce(states.has_future, false) as has_future,
        coalesce(states.has_clear_suppression, false) as has_clear_suppression,
        states.sale_opt_out_at,
        states.gpc_at,
        states.erased_at,
        states.asked_at,
        run.as_of,
        asked.inquiry_at + to_days(cast(defaults.inquiry_days as integer)) as inquiry_until,
        case when asked.converted_at <= run.as_of then asked.converted_at end
        + to_days(cast(defaults.purchase_days as integer)) as purchase_until
    from asked
    inner join hygiene.place_defaults as defaults
        on asked.place = defaults.place and asked.channel = defaults.channel and asked.subject = defaults.subject
    cross join meta.run as run
    left join hygiene.consent_states as states
        on asked.person_id = states.person_id and asked.channel = states.channel
),

-- where a law lets an inquiry or a purchase stand for consent, what we saw of them is more than a bare claim, and more
-- than what ended before; of the two the one that lasts longer counts
seen as (
    select
        based.*,
        case
            when
                coalesce(based.said_action <> 'claim', false)
                and not (
                    (based.is_void or coalesce(based.said_until <= based.as_of, false))
                    and coalesce(greatest(based.inquiry_at, based.converted_at) > based.said_at, false)
                ) then null
            when coalesce(based.purchase_until >= based.inquiry_until, based.purchase_until is not null)
                then 'implied_purchase'
            when based.inquiry_until is not null then 'implied_inquiry'
        end as seen_basis
    from based
),

timed as (
    select
        seen.*,
        case when seen.seen_basis is not null then 'implied' else seen.said_action end as action,
        coalesce(seen.seen_basis, seen.said_basis) as event_basis,
        case
            when seen.seen_basis = 'implied_purchase' then seen.converted_at
            when seen.seen_basis = 'implied_inquiry' then seen.inquiry_at
            when seen.said_at > timestamp '1900-01-01' then seen.said_at
        end as event_at,
        case
            when seen.seen_basis = 'implied_purchase' then seen.purchase_until
            when seen.seen_basis = 'implied_inquiry' then seen.inquiry_until
            else seen.said_until
        end as expires_at
    from seen
)

select
    timed.*,
    timed.erased_at is not null or coalesce(timed.action = 'stop', false) as is_stopped,
    coalesce(timed.event_basis, timed.notice_basis, timed.default_basis) as basis,
    case
        when timed.erased_at is not null then 'erased'
        when timed.action = 'stop' then timed.stop_state
        when (timed.is_void and timed.seen_basis is null) or timed.expires_at <= timed.as_of then 'expired'
        when timed.action in ('grant', 'implied') and timed.event_basis = 'soft_opt_in' then 'soft_opt_in'
        when timed.action = 'grant' and timed.is_proven then 'granted_proven'
        when timed.action = 'grant' then 'granted_unproven'
        when timed.action = 'implied' then 'implied'
        when timed.action = 'claim' then 'claimed_unproven'
        when timed.notice_basis is not null then 'not_required_with_notice'
        when (timed.action = 'basis' or timed.is_not_required) and timed.has_notice
            then 'not_required_with_notice'
        when timed.action = 'basis' or timed.is_not_required then 'not_required'
        else 'unknown'
    end as state
from timed
