-- hygiene.consent_facts: what the consent rules ask about, per person and channel
-- grain: person_id, channel
-- reads: hygiene.subjects, hygiene.place_defaults, hygiene.consent_states, hygiene.consent_marks, hygiene.person_times,
--   config.consent_channels, meta.run
with asked as (
    select
        subjects.person_id,
        channels.channel,
        case
            when channels.channel = 'email' and subjects.is_business_email then 'business'
            when channels.channel = 'phone' and subjects.is_business_phone then 'business'
            else 'consumer'
        end as subject,
        case when channels.channel = 'email' then subjects.has_email else subjects.has_phone end as has_contact
    from hygiene.subjects as subjects
    inner join config.consent_channels as channels on channels.stated = channels.channel
),

-- where a law lets an inquiry or a purchase stand for consent, the touches count like an event of the ledger
based as (
    select
        asked.person_id,
        asked.channel,
        asked.subject,
        asked.has_contact,
        subjects.place,
        defaults.jurisdiction,
        defaults.jurisdiction_from,
        defaults.is_not_required,
        defaults.default_basis,
        case
            when
                states.action <> 'claim' or coalesce(times.form_at, subjects.converted_at) is null
                or coalesce(defaults.inquiry_days, defaults.purchase_days) is null then states.object
        end as object,
        case
            when
                states.action <> 'claim' or coalesce(times.form_at, subjects.converted_at) is null
                or coalesce(defaults.inquiry_days, defaults.purchase_days) is null then states.record_id
        end as record_id,
        states.is_proven,
        states.is_double_opt_in,
        states.has_text_version,
        states.has_purpose,
        states.has_scope,
        states.state as event_state,
        coalesce(states.is_expired, false) as is_ended,
        states.expires_at as event_expires_at,
        -- a bare claim is weaker than an inquiry or purchase that we saw
        case
            when states.action <> 'claim' then states.action
            when defaults.purchase_days is not null and subjects.converted_at <= run.as_of then 'implied'
            when defaults.inquiry_days is not null and times.form_at is not null then 'implied'
            else states.action
        end as action,
        case
            when states.action <> 'claim' then states.lawful_basis
            when defaults.purchase_days is not null and subjects.converted_at <= run.as_of then 'implied_purchase'
            when defaults.inquiry_days is not null and times.form_at is not null then 'implied_inquiry'
            else states.lawful_basis
        end as event_basis,
        case
            when states.action <> 'claim' then states.happened_at
            when defaults.purchase_days is not null and subjects.converted_at <= run.as_of then subjects.converted_at
            when defaults.inquiry_days is not null and times.form_at is not null then times.form_at
            else states.happened_at
        end as event_at,
        defaults.inquiry_days,
        defaults.purchase_days
    from asked
    inner join hygiene.subjects as subjects on asked.person_id = subjects.person_id
    inner join hygiene.place_defaults as defaults
        on
            subjects.place = defaults.place and asked.channel = defaults.channel
            and asked.subject = defaults.subject
    cross join meta.run as run
    left join hygiene.consent_states as states
        on asked.person_id = states.person_id and asked.channel = states.channel
    left join hygiene.person_times as times on asked.person_id = times.person_id
),

timed as (
    select
        based.*,
        least(
            based.event_expires_at,
            case
                when based.action = 'implied' and based.event_basis = 'implied_inquiry'
                    then based.event_at + to_days(cast(based.inquiry_days as integer))
                when based.action = 'implied' and based.event_basis = 'implied_purchase'
                    then based.event_at + to_days(cast(based.purchase_days as integer))
            end
        ) as expires_at
    from based
)

select
    timed.person_id,
    timed.channel,
    timed.subject,
    timed.has_contact,
    timed.place,
    timed.jurisdiction,
    timed.jurisdiction_from,
    timed.is_not_required,
    timed.default_basis,
    timed.object,
    timed.record_id,
    timed.action,
    timed.event_basis,
    case when timed.event_at > timestamp '1900-01-01' then timed.event_at end as event_at,
    timed.expires_at,
    coalesce(timed.action = 'stop', false) as is_stopped,
    case
        when timed.action = 'stop' then timed.event_state
        when timed.is_ended or timed.expires_at <= run.as_of then 'expired'
        when timed.action in ('grant', 'implied') and timed.event_basis = 'soft_opt_in' then 'soft_opt_in'
        when timed.action = 'grant' and timed.is_proven then 'granted_proven'
        when timed.action = 'grant' then 'granted_unproven'
        when timed.action = 'implied' then 'implied'
        when timed.action = 'claim' then 'claimed_unproven'
        when marks.notice_basis in ('legitimate_interest', 'contract', 'legal_obligation')
            then 'not_required_with_notice'
        when
            (timed.action = 'basis' or timed.is_not_required)
            and (marks.notice_at is not null or marks.has_text_notice = 1)
            then 'not_required_with_notice'
        when timed.action = 'basis' or timed.is_not_required then 'not_required'
        else 'unknown'
    end as state,
    coalesce(timed.is_double_opt_in, false) as is_double_opt_in,
    coalesce(timed.has_text_version, false) as has_text_version,
    coalesce(timed.has_purpose, false) as has_purpose,
    coalesce(timed.has_scope, false) as has_scope,
    marks.notice_at is not null or coalesce(marks.has_text_notice, 0) = 1 as has_notice,
    marks.notice_basis,
    marks.first_notice_at,
    coalesce(marks.has_assessment, 0) = 1 as has_assessment,
    coalesce(marks.has_future, 0) = 1 as has_future,
    coalesce(marks.has_clear_suppression, 0) = 1 as has_clear_suppression,
    marks.sale_opt_out_at,
    marks.gpc_at,
    case when marks.proven_at is null or marks.proven_at <= marks.erased_at then marks.erased_at end as erased_at,
    marks.last_asked_at,
    case when timed.channel = 'email' then times.first_email_at else times.first_call_at end as first_contact_at,
    case when timed.channel = 'email' then times.last_email_at else times.last_call_at end as last_contact_at,
    times.wrong_number_at,
    times.form_at as inquiry_at,
    times.inbound_at
from timed
cross join meta.run as run
left join hygiene.consent_marks as marks on timed.person_id = marks.person_id and timed.channel = marks.channel
left join hygiene.person_times as times on timed.person_id = times.person_id
