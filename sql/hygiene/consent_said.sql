-- hygiene.consent_said: what each event of the ledger means, whoever it is about
-- grain: entry
-- reads: hygiene.consent_ledger, raw.versions, meta.run, config.consent_settings, config.consent_purposes,
--   config.suppression_states
with past_rows as (
    select
        versions.object,
        versions.file_id,
        versions.row_number,
        versions.state
    from raw.versions as versions
    where
        versions.state in ('superseded', 'source_deleted')
        and versions.object in ('consents', 'suppressions', 'events')
),

-- a newer version takes the place of a record; what its source deleted is looked at below
valid_entries as (
    select
        ledger.*,
        coalesce(past_rows.state = 'source_deleted', false) as is_deleted
    from hygiene.consent_ledger as ledger
    left join past_rows
        on
            ledger.object = past_rows.object and ledger.file_id = past_rows.file_id
            and ledger.row_number = past_rows.row_number
    where coalesce(past_rows.state, 'current') <> 'superseded'
),

classed as (
    select
        valid_entries.*,
        case
            when valid_entries.object in ('events', 'leads') then 'stop'
            when valid_entries.object = 'suppressions' and states.state is not null then 'stop'
            when valid_entries.object = 'suppressions' and valid_entries.action in ('do_not_sell', 'gpc', 'erasure')
                then valid_entries.action
            when valid_entries.object = 'suppressions' then null
            when valid_entries.action in ('denied', 'withdrawn', 'objected') then 'stop'
            when valid_entries.action in ('expired', 'implied') then valid_entries.action
            when valid_entries.action = 'notice_given' then 'notice'
            -- an action that nobody knows claims at most
            when coalesce(valid_entries.action, '') not in ('granted', 'renewed') then 'claim'
            when valid_entries.lawful_basis in ('legitimate_interest', 'contract', 'legal_obligation') then 'basis'
            when valid_entries.lawful_basis in ('implied_inquiry', 'implied_purchase', 'published_address')
                then 'implied'
            else 'grant'
        end as meaning,
        case
            when states.state is not null then states.state
            when valid_entries.action in ('denied', 'withdrawn', 'objected') then valid_entries.action
            when valid_entries.action = 'spam_report' then 'objected'
            else 'withdrawn'
        end as stop_state,
        (valid_entries.captured_at is not null or not settings.needs_captured_at)
        and (valid_entries.capture_source is not null or not settings.needs_capture_source)
        -- a confirmation by mail is a method of capture
        and (
            coalesce(valid_entries.capture_method, cast(valid_entries.double_opt_in_at as varchar)) is not null
            or not settings.needs_capture_method
        )
        and (valid_entries.text_hash is not null or not settings.needs_text_version) as has_proof
    from valid_entries
    cross join config.consent_settings as settings
    left join config.suppression_states as states
        on valid_entries.object = 'suppressions' and valid_entries.action = states.reason
    left join config.consent_purposes as purposes on lower(trim(valid_entries.purpose)) = purposes.purpose
    where
        -- what was said for another purpose than the configured ones is not about them
        not settings.has_purposes or valid_entries.purpose is null or purposes.purpose is not null
        or valid_entries.object <> 'consents'
)

select
    classed.entry,
    classed.object,
    classed.subject_kind,
    classed.is_deleted,
    -- sale, signal and erasure concern the person, not a channel
    case when classed.meaning in ('do_not_sell', 'gpc', 'erasure') then 'any' else coalesce(classed.channel, 'any') end
        as stated,
    classed.names_number,
    classed.meaning in ('grant', 'implied', 'basis', 'claim') as is_bound,
    classed.meaning,
    case when classed.meaning = 'stop' then classed.stop_state end as stop_state,
    classed.lawful_basis,
    -- an undated stop counts from today, an undated yes from the beginning of time; a stop never waits for its date
    case
        when classed.meaning in ('stop', 'do_not_sell', 'gpc', 'erasure')
            then least(coalesce(classed.captured_at, run.as_of), run.as_of)
        else coalesce(classed.captured_at, timestamp '1900-01-01')
    end as happened_at,
    classed.expires_at,
    coalesce(classed.expires_at <= run.as_of, false) as is_ended,
    coalesce(
        classed.meaning not in ('stop', 'do_not_sell', 'gpc', 'erasure') and classed.captured_at > run.as_of, false
    ) as is_future,
    classed.meaning = 'grant' and classed.has_proof as is_proven,
    -- only an express yes with proof lifts a stop
    classed.meaning = 'grant' and classed.has_proof and coalesce(classed.lawful_basis, 'consent') = 'consent'
        as is_express,
    coalesce(classed.double_opt_in_at <= run.as_of, false) as is_double_opt_in,
    classed.text_hash is not null as has_text_version,
    classed.purpose is not null as has_purpose,
    classed.purpose is not null or coalesce(classed.channel, 'any') <> 'any' as has_scope,
    classed.has_assessment,
    classed.object = 'suppressions' and classed.is_in_clear as is_in_clear
from classed
cross join meta.run as run
where
    classed.meaning is not null
    -- a suppression ends where its source says so
    and not (classed.object = 'suppressions' and coalesce(classed.expires_at <= run.as_of, false))
    -- a source that forgets a yes takes it back; that it forgets a no is no new yes
    and (not classed.is_deleted or classed.meaning in ('stop', 'do_not_sell', 'gpc', 'erasure'))
