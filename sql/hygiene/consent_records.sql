-- hygiene.consent_records: tonight's new records that say yes or no, with whom they name as typed (a view)
-- grain: object, file_id, row_number, channel
-- reads: raw.consents, raw.suppressions, raw.events, raw.versions, hygiene.ledger_new_files, hygiene.lead_stops,
--   people.links, people.members, people.golden, contacts.leads, config.sources
with records as (
    select
        'consents' as object,
        consents.file_id,
        consents.row_number,
        consents.record_id,
        consents.source,
        consents.subject_id,
        consents.subject_email,
        consents.subject_phone,
        cast(null as varchar) as scope,
        consents.channel,
        consents.purpose,
        consents.action,
        nullif(consents.lawful_basis, 'none') as lawful_basis,
        consents.captured_at,
        consents.double_opt_in_at,
        consents.expires_at,
        consents.capture_source,
        consents.capture_method,
        consents.text_version,
        consents.jurisdiction,
        regexp_matches(lower(consents.answers), '"lia[ _-]?ref[a-z]*"\s*:\s*"[^"]') as has_assessment
    from raw.consents as consents
    union all
    select
        'suppressions' as object,
        suppressions.file_id,
        suppressions.row_number,
        suppressions.record_id,
        suppressions.source,
        suppressions.subject_id,
        suppressions.subject_email,
        suppressions.subject_phone,
        suppressions.scope,
        suppressions.channel,
        cast(null as varchar) as purpose,
        -- a list that gives no reason stops as an unsubscription does
        coalesce(suppressions.reason, 'unsubscribe') as action,
        cast(null as varchar) as lawful_basis,
        suppressions.added_at as captured_at,
        cast(null as timestamp) as double_opt_in_at,
        suppressions.expires_at,
        cast(null as varchar) as capture_source,
        cast(null as varchar) as capture_method,
        cast(null as varchar) as text_version,
        cast(null as varchar) as jurisdiction,
        false as has_assessment
    from raw.suppressions as suppressions
    union all
    select
        'events' as object,
        events.file_id,
        events.row_number,
        events.record_id,
        events.source,
        events.subject_id,
        events.subject_email,
        cast(null as varchar) as subject_phone,
        cast(null as varchar) as scope,
        'email' as channel,
        cast(null as varchar) as purpose,
        events.type as action,
        cast(null as varchar) as lawful_basis,
        events.occurred_at as captured_at,
        cast(null as timestamp) as double_opt_in_at,
        cast(null as timestamp) as expires_at,
        cast(null as varchar) as capture_source,
        cast(null as varchar) as capture_method,
        cast(null as varchar) as text_version,
        cast(null as varchar) as jurisdiction,
        false as has_assessment
    from raw.events as events
    where events.type in ('unsubscribe', 'spam_report')
),

-- what was said before, word for word, is no event
new_records as (
    select
        new_files.arrival_rank,
        records.*,
        links.person_id
    from records
    inner join hygiene.ledger_new_files as new_files on records.file_id = new_files.file_id
    left join people.links as links on records.record_id = links.record_id
    where
        (records.object, records.file_id, records.row_number) not in (
            select (versions.object, versions.file_id, versions.row_number)
            from raw.versions as versions
            semi join hygiene.ledger_new_files as files on versions.file_id = files.file_id
            where versions.state = 'exact_duplicate'
        )
),

-- what a record leaves out of the lead that it names is what the lead has when the record comes
named_leads as (
    select
        new_records.record_id,
        new_records.file_id,
        new_records.row_number,
        min(leads.email) as email,
        min(coalesce(leads.phone_e164, leads.mobile_e164)) as phone
    from new_records
    inner join people.members as members on new_records.person_id = members.person_id
    inner join contacts.leads as leads
        on members.lead_id = leads.lead_id and new_records.subject_id = leads.source_record_id
    group by new_records.record_id, new_records.file_id, new_records.row_number
)

select
    new_records.arrival_rank,
    new_records.object,
    new_records.file_id,
    new_records.row_number,
    new_records.record_id,
    new_records.source,
    new_records.subject_id,
    new_records.subject_email is not null or new_records.subject_phone is not null as is_in_clear,
    coalesce(new_records.subject_email, named_leads.email) as email_typed,
    coalesce(new_records.subject_phone, named_leads.phone) as phone_typed,
    coalesce(golden.phone_region, golden.country, sources.country, sources.default_country) as phone_region,
    new_records.scope,
    new_records.channel,
    new_records.purpose,
    new_records.action,
    new_records.lawful_basis,
    new_records.captured_at,
    new_records.double_opt_in_at,
    new_records.expires_at,
    new_records.capture_source,
    new_records.capture_method,
    new_records.text_version,
    new_records.jurisdiction,
    coalesce(new_records.has_assessment, false) as has_assessment
from new_records
left join people.golden as golden on new_records.person_id = golden.person_id
left join named_leads
    on
        new_records.record_id = named_leads.record_id and new_records.file_id = named_leads.file_id
        and new_records.row_number = named_leads.row_number
left join config.sources as sources on new_records.source = sources.source
union all
select
    stops.arrival_rank,
    'leads' as object,
    stops.file_id,
    stops.row_number,
    stops.lead_id as record_id,
    stops.source,
    cast(null as varchar) as subject_id,
    false as is_in_clear,
    stops.email_typed,
    stops.phone_typed,
    stops.phone_region,
    cast(null as varchar) as scope,
    stops.channel,
    cast(null as varchar) as purpose,
    stops.action,
    cast(null as varchar) as lawful_basis,
    stops.captured_at,
    cast(null as timestamp) as double_opt_in_at,
    cast(null as timestamp) as expires_at,
    cast(null as varchar) as capture_source,
    cast(null as varchar) as capture_method,
    cast(null as varchar) as text_version,
    cast(null as varchar) as jurisdiction,
    false as has_assessment
from hygiene.lead_stops as stops
