-- hygiene.consent_events: everything that says yes, no or nothing about a channel, in one form
-- grain: person_id, object, record_id, channel, action
-- reads: raw.versions, raw.consents, raw.suppressions, people.links, people.members, contacts.leads,
--   hygiene.subjects, hygiene.points, hygiene.touches, meta.run, config.consent_channels, config.consent_settings,
--   config.suppression_states
with linked as (
    select
        links.object,
        links.record_id,
        links.person_id
    from people.links as links
    where links.person_id is not null and links.object in ('consents', 'suppressions')
),

ledger as (
    select
        linked.person_id,
        channels.channel,
        'consents' as object,
        consents.record_id,
        case
            when consents.action in ('denied', 'withdrawn', 'objected') then 'stop'
            when consents.action in ('expired', 'implied') then consents.action
            when consents.action = 'notice_given' then 'notice'
            -- an action that nobody knows claims at most
            when coalesce(consents.action, '') not in ('granted', 'renewed') then 'claim'
            when consents.lawful_basis in ('legitimate_interest', 'contract', 'legal_obligation') then 'basis'
            when consents.lawful_basis in ('implied_inquiry', 'implied_purchase', 'published_address') then 'implied'
            else 'grant'
        end as action,
        consents.action as state,
        nullif(consents.lawful_basis, 'none') as lawful_basis,
        consents.captured_at as happened_at,
        consents.expires_at,
        consents.double_opt_in_at <= run.as_of as is_double_opt_in,
        consents.text_version is not null as has_text_version,
        consents.purpose is not null as has_purpose,
        consents.purpose is not null or coalesce(consents.channel, 'any') <> 'any' as has_scope,
        consents.text_version is not null as has_notice,
        regexp_matches(lower(coalesce(consents.answers, '')), '"lia[ _-]?ref[a-z]*"\s*:\s*"[^"]') as has_assessment,
        -- a confirmation by mail is a method of capture
        (consents.captured_at is not null or not settings.needs_captured_at)
        and (consents.capture_source is not null or not settings.needs_capture_source)
        and (
            coalesce(consents.capture_method, cast(consents.double_opt_in_at as varchar)) is not null
            or not settings.needs_capture_method
        )
        and (consents.text_version is not null or not settings.needs_text_version) as is_proven,
        -- consent does not pass from one address or number to another
        case
            when channels.channel = 'phone' and consents.subject_phone is not null
                then
                    length(ltrim(regexp_replace(consents.subject_phone, '[^0-9]', '', 'g'), '0')) >= 6
                    and right(
                        subjects.phone_key,
                        length(ltrim(regexp_replace(consents.subject_phone, '[^0-9]', '', 'g'), '0'))
                    )
                    = ltrim(regexp_replace(consents.subject_phone, '[^0-9]', '', 'g'), '0')
            when consents.subject_email is not null then lower(trim(consents.subject_email)) = subjects.email_key
            when channels.channel = 'phone' then points.is_golden_phone
            else points.is_golden_email
        end as is_golden
    from raw.consents as consents
    inner join linked on linked.object = 'consents' and consents.record_id = linked.record_id
    inner join raw.versions as versions
        on
            consents.file_id = versions.file_id and consents.row_number = versions.row_number
            and versions.object = 'consents' and versions.state = 'current'
    inner join config.consent_channels as channels on coalesce(consents.channel, 'any') = channels.stated
    inner join hygiene.subjects as subjects on linked.person_id = subjects.person_id
    left join hygiene.points as points
        on linked.person_id = points.person_id and consents.subject_id = points.source_record_id
    cross join meta.run as run
    cross join config.consent_settings as settings
),

-- a suppression of a whole domain is about everybody there
listed as (
    select
        linked.person_id,
        linked.record_id
    from linked
    where linked.object = 'suppressions'
    union distinct
    select
        subjects.person_id,
        suppressions.record_id
    from raw.suppressions as suppressions
    inner join hygiene.subjects as subjects
        on split_part(lower(trim(suppressions.subject_email)), '@', -1) = split_part(subjects.email_key, '@', 2)
    where suppressions.scope = 'domain'
),

-- what stops a channel holds for the person, whichever address it names
stops as (
    select
        listed.person_id,
        channels.channel,
        'suppressions' as object,
        suppressions.record_id,
        case
            when states.state is not null then 'stop'
            when suppressions.reason in ('do_not_sell', 'gpc', 'erasure') then suppressions.reason
        end as action,
        states.state,
        suppressions.added_at as happened_at,
        suppressions.subject_email is not null or suppressions.subject_phone is not null as is_in_clear
    from raw.suppressions as suppressions
    inner join listed on suppressions.record_id = listed.record_id
    inner join raw.versions as versions
        on
            suppressions.file_id = versions.file_id and suppressions.row_number = versions.row_number
            and versions.object = 'suppressions' and versions.state = 'current'
    -- sale, signal and erasure concern the person, not a channel
    inner join config.consent_channels as channels
        on
            case
                when suppressions.reason in ('do_not_sell', 'gpc', 'erasure') then 'any'
                else coalesce(suppressions.channel, 'any')
            end = channels.stated
    -- a list that gives no reason, or one that nobody knows, stops as an unsubscription does
    left join config.suppression_states as states on coalesce(suppressions.reason, 'unsubscribe') = states.reason
    cross join meta.run as run
    where suppressions.expires_at is null or suppressions.expires_at > run.as_of
    union all
    select
        touches.person_id,
        channels.channel,
        touches.object,
        touches.record_id,
        'stop' as action,
        case when touches.kind = 'unsubscribe' then 'withdrawn' else 'objected' end as state,
        touches.touched_at as happened_at,
        false as is_in_clear
    from hygiene.touches as touches
    inner join config.consent_channels as channels on channels.stated = 'email' and channels.channel = 'email'
    where touches.kind in ('unsubscribe', 'spam_report')
    union all
    select
        members.person_id,
        channels.channel,
        'leads' as object,
        leads.lead_id as record_id,
        'stop' as action,
        case
            when leads.email_opt_out and channels.channel = 'email' then 'withdrawn'
            when leads.phone_opt_out and channels.channel = 'phone' then 'withdrawn'
            else 'denied'
        end as state,
        coalesce(leads.updated_at, leads.created_at) as happened_at,
        false as is_in_clear
    from people.members as members
    inner join contacts.leads as leads on members.lead_id = leads.lead_id
    inner join config.consent_channels as channels on channels.stated = channels.channel
    where
        (leads.email_opt_out and channels.channel = 'email')
        or (leads.phone_opt_out and channels.channel = 'phone')
        or leads.consent_status = 'denied'
),

-- bare flags: a confirmed opt-in without its text, a basis without its record, a claim
claims as (
    select
        members.person_id,
        channels.channel,
        leads.lead_id,
        case
            when leads.double_opt_in_at <= run.as_of and channels.channel = 'email' then 'grant'
            when leads.consent_status = 'claimed' then 'claim'
            when leads.lawful_basis in ('implied_inquiry', 'implied_purchase', 'published_address') then 'implied'
            when leads.lawful_basis in ('legitimate_interest', 'contract', 'legal_obligation') then 'basis'
            when leads.lawful_basis in ('consent', 'soft_opt_in') then 'claim'
        end as action,
        nullif(leads.lawful_basis, 'none') as lawful_basis,
        case
            when leads.double_opt_in_at <= run.as_of and channels.channel = 'email' then leads.double_opt_in_at
            else coalesce(leads.created_at, leads.updated_at)
        end as happened_at,
        leads.double_opt_in_at <= run.as_of and channels.channel = 'email' as is_double_opt_in,
        case
            when channels.channel = 'email' then lower(leads.email) = subjects.email_key
            else coalesce(leads.phone_e164, leads.mobile_e164) is not null
        end as is_golden
    from people.members as members
    inner join contacts.leads as leads on members.lead_id = leads.lead_id
    inner join hygiene.subjects as subjects on members.person_id = subjects.person_id
    inner join config.consent_channels as channels on channels.stated = channels.channel
    cross join meta.run as run
    where leads.double_opt_in_at is not null or leads.consent_status = 'claimed' or leads.lawful_basis is not null
),

events as (
    select
        ledger.person_id,
        ledger.channel,
        ledger.object,
        ledger.record_id,
        ledger.action,
        ledger.state,
        ledger.lawful_basis,
        ledger.happened_at,
        ledger.expires_at,
        ledger.is_double_opt_in,
        ledger.has_text_version,
        ledger.has_purpose,
        ledger.has_scope,
        ledger.has_notice,
        ledger.has_assessment,
        ledger.is_proven,
        ledger.is_golden or ledger.action in ('stop', 'expired', 'notice') as is_golden,
        false as is_in_clear,
        ledger.happened_at > run.as_of as is_future
    from ledger
    cross join meta.run as run
    union all
    select
        stops.person_id,
        stops.channel,
        stops.object,
        stops.record_id,
        stops.action,
        stops.state,
        cast(null as varchar) as lawful_basis,
        stops.happened_at,
        cast(null as timestamp) as expires_at,
        false as is_double_opt_in,
        false as has_text_version,
        false as has_purpose,
        false as has_scope,
        false as has_notice,
        false as has_assessment,
        false as is_proven,
        true as is_golden,
        stops.is_in_clear,
        false as is_future
    from stops
    where stops.action is not null
    union all
    select
        claims.person_id,
        claims.channel,
        'leads' as object,
        claims.lead_id as record_id,
        claims.action,
        claims.action as state,
        claims.lawful_basis,
        claims.happened_at,
        cast(null as timestamp) as expires_at,
        claims.is_double_opt_in,
        false as has_text_version,
        false as has_purpose,
        true as has_scope,
        false as has_notice,
        false as has_assessment,
        false as is_proven,
        claims.is_golden,
        false as is_in_clear,
        coalesce(claims.happened_at > run.as_of, false) as is_future
    from claims
    cross join meta.run as run
    where claims.action is not null
)

select
    events.person_id,
    events.channel,
    events.object,
    events.record_id,
    events.action,
    events.state,
    events.lawful_basis,
    -- an undated stop counts from today, an undated yes from the beginning of time; a stop never waits for its date
    case
        when events.action in ('stop', 'do_not_sell', 'gpc', 'erasure')
            then least(coalesce(events.happened_at, run.as_of), run.as_of)
        else coalesce(events.happened_at, timestamp '1900-01-01')
    end as happened_at,
    events.expires_at,
    coalesce(events.is_double_opt_in, false) as is_double_opt_in,
    events.has_text_version,
    events.has_purpose,
    events.has_scope,
    events.has_notice,
    events.has_assessment,
    events.is_proven,
    coalesce(events.is_golden, false) as is_golden,
    events.is_in_clear,
    coalesce(events.is_future, false) as is_future
from events
cross join meta.run as run
