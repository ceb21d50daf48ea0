-- raw.row_ledger: where each row of every file ended; exactly one disposition a row
-- grain: file_id, row_number
-- reads: raw.versions, raw.quarantine, raw.erased_rows, contacts.blocked_leads, people.members
with accepted_rows as (
    -- the newest row stands for its record; its twins and older versions, test and deleted rows say so themselves
    select
        versions.file_id,
        versions.row_number,
        versions.object,
        case
            when versions.state = 'source_deleted' then 'suppressed'
            when versions.state <> 'current' then versions.state
            when versions.object <> 'leads' then 'golden'
            when blocked_leads.lead_id is not null then blocked_leads.disposition
            when members.is_survivor then 'golden'
            when members.lead_id is not null then 'merged_into'
        end as disposition,
        case
            when versions.state = 'source_deleted' then coalesce(versions.reason, 'source_deleted')
            when versions.state = 'superseded' then versions.reason
            when versions.state = 'current' then blocked_leads.reason
        end as reason,
        case when versions.object = 'leads' then versions.record_id end as lead_id,
        case when versions.state <> 'test_lead' then members.person_id end as person_id
    from raw.versions as versions
    left join contacts.blocked_leads as blocked_leads
        on versions.object = 'leads' and versions.record_id = blocked_leads.lead_id
    left join people.members as members on versions.object = 'leads' and versions.record_id = members.lead_id
),

refused_rows as (
    -- one line for a row with several faults; a refused file as a whole has no row number and no rows
    select
        quarantine.file_id,
        quarantine.row_number,
        min(quarantine.object) as object,
        count(*) = count(quarantine.closed_at) as is_corrected,
        min(case when quarantine.closed_at is null then quarantine.reason end) as open_reason
    from raw.quarantine as quarantine
    where quarantine.row_number >= 1
    group by quarantine.file_id, quarantine.row_number
)

select
    accepted_rows.file_id,
    accepted_rows.row_number,
    accepted_rows.object,
    accepted_rows.disposition,
    accepted_rows.reason,
    accepted_rows.lead_id,
    accepted_rows.person_id
from accepted_rows
union all
select
    refused_rows.file_id,
    refused_rows.row_number,
    refused_rows.object,
    case when refused_rows.is_corrected then 'superseded' else 'quarantined' end as disposition,
    case when refused_rows.is_corrected then 'corrected' else refused_rows.open_reason end as reason,
    cast(null as varchar) as lead_id,
    cast(null as varchar) as person_id
from refused_rows
union all
-- of rows that were erased nothing is known but their place
select
    erased_rows.file_id,
    erased_rows.row_number,
    erased_rows.object,
    'erased' as disposition,
    erased_rows.reason,
    cast(null as varchar) as lead_id,
    cast(null as varchar) as person_id
from raw.erased_rows as erased_rows
