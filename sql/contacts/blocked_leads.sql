-- contacts.blocked_leads: current leads of people who were erased or may not be held at all; they go no further
-- grain: lead
-- reads: raw.leads, raw.versions, raw.suppressions, meta.run
with person_suppressions as (
    -- erasure never ends; a minor or a manual block of the person ends where its source says so
    select
        case when suppressions.reason = 'erasure' then 'erased' else 'suppressed' end as disposition,
        suppressions.reason,
        lower(trim(suppressions.subject_email)) as subject_email,
        suppressions.subject_id
    from raw.suppressions as suppressions
    inner join raw.versions as versions
        on
            suppressions.file_id = versions.file_id
            and suppressions.row_number = versions.row_number
            and versions.object = 'suppressions'
            and versions.state = 'current'
    cross join meta.run as run
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

hits as (
    select
        lead_emails.lead_id,
        person_suppressions.disposition,
        person_suppressions.reason
    from lead_emails
    inner join person_suppressions on lead_emails.email = person_suppressions.subject_email
    union all
    select
        current_leads.lead_id,
        person_suppressions.disposition,
        person_suppressions.reason
    from current_leads
    inner join person_suppressions on current_leads.source_record_id = person_suppressions.subject_id
)

-- in the order of the alphabet: "erased" before "suppressed"
select
    hits.lead_id,
    min(hits.disposition) as disposition,
    case when min(hits.disposition) = 'erased' then 'erasure' else min(hits.reason) end as reason
from hits
group by hits.lead_id
