-- contacts.blocked_leads: current leads of people who were erased or may not be held at all; they go no further
-- grain: lead
-- reads: raw.leads, raw.versions, raw.files, raw.suppressions, meta.run
with person_suppressions as (
    -- erasure never ends; a minor or a manual block of the person ends where its source says so
    select
        case when suppressions.reason = 'erasure' then 'erased' else 'suppressed' end as disposition,
        suppressions.reason,
        lower(trim(suppressions.subject_email)) as subject_email,
        nullif(trim(suppressions.subject_id), '') as subject_id,
        suppressions.record_id,
        suppressions.source,
        files.system
    from raw.suppressions as suppressions
    inner join raw.versions as versions
        on
            suppressions.file_id = versions.file_id
            and suppressions.row_number = versions.row_number
            and versions.object = 'suppressions'
            and versions.state = 'current'
    cross join meta.run as run
    left join raw.files as files on suppressions.file_id = files.file_id
    where
        suppressions.reason = 'erasure'
        or (
            suppressions.scope = 'person'
            and suppressions.reason in ('minor', 'manual')
            and coalesce(suppressions.expires_at > run.as_of, true)
        )
),

current_leads as (
    select
        leads.lead_id,
        leads.source,
        leads.system,
        leads.source_record_id,
        -- every address of the row: a second one names the same person
        regexp_extract_all(
            lower(concat_ws(';', leads.email, leads.additional_emails)), '[^\s;,|<>"()]+@[^\s;,|<>"()]+', 0
        ) as emails
    from raw.leads as leads
    inner join raw.versions as versions
        on
            leads.file_id = versions.file_id
            and leads.row_number = versions.row_number
            and versions.object = 'leads'
            and versions.state = 'current'
),

lead_emails as (
    select
        current_leads.lead_id,
        unnest(current_leads.emails) as email
    from current_leads
),

-- systems count their records from one, so that the same id may be two people's
named_by_id as (
    select
        current_leads.lead_id,
        person_suppressions.record_id,
        person_suppressions.disposition,
        person_suppressions.reason,
        coalesce(current_leads.system, current_leads.source, '') as space,
        case
            when current_leads.source = person_suppressions.source then 1
            when current_leads.system = person_suppressions.system then 2
            else 3
        end as distance
    from current_leads
    inner join person_suppressions on current_leads.source_record_id = person_suppressions.subject_id
),

compared as (
    select
        named_by_id.*,
        min(named_by_id.distance) over (partition by named_by_id.record_id) as least_distance,
        min(named_by_id.space) over (partition by named_by_id.record_id) as first_space,
        max(named_by_id.space) over (partition by named_by_id.record_id) as last_space
    from named_by_id
),

hits as (
    select
        lead_emails.lead_id,
        person_suppressions.disposition,
        person_suppressions.reason
    from lead_emails
    inner join person_suppressions on lead_emails.email = person_suppressions.subject_email
    union all
    -- an id counts in the same source, else in the same system, else where it is one system's
    select
        compared.lead_id,
        compared.disposition,
        compared.reason
    from compared
    where
        compared.distance = compared.least_distance
        and (compared.least_distance < 3 or compared.first_space = compared.last_space)
)

-- in the order of the alphabet: "erased" before "suppressed"
select
    hits.lead_id,
    min(hits.disposition) as disposition,
    case when min(hits.disposition) = 'erased' then 'erasure' else min(hits.reason) end as reason
from hits
group by hits.lead_id
