-- raw.row_ledger: where each row of every file ended; exactly one disposition a row
-- grain: file_id, row_number
-- reads: raw.versions, raw.quarantine, contacts.blocked_leads, people.members
with lead_rows as (
    -- the newest row stands for the lead; its twins and older versions, test and deleted rows say so themselves
    select
        versions.file_id,
        versions.row_number,
        versions.object,
        case
            when versions.state in ('superseded', 'exact_duplicate', 'test_lead') then versions.state
            when versions.state = 'source_deleted' then 'suppressed'
            when blocked_leads.lead_id is not null then blocked_leads.disposition
            when members.is_survivor then 'golden'
            when members.lead_id is not null then 'merged_into'
        end as disposition,
        case
            when versions.state = 'source_deleted' then 'source_deleted'
            when versions.state = 'current' then blocked_leads.reason
        end as reason,
        versions.record_id as lead_id,
        case when versions.state <> 'test_lead' then members.person_id end as person_id
    from raw.versions as versions
    left join contacts.blocked_leads as blocked_leads on versions.record_id = blocked_leads.lead_id
    left join people.members as members on versions.record_id = members.lead_id
    where versions.object = 'leads'
),

other_rows as (
    select
        versions.file_id,
        versions.row_number,
        versions.object,
        case
            when versions.state = 'current' then 'golden'
            when versions.state = 'source_deleted' then 'suppressed'
            else versions.state
        end as disposition,
        case when versions.state = 'source_deleted' then 'source_deleted' end as reason,
        cast(null as varchar) as lead_id,
        cast(null as varchar) as person_id
    from raw.versions as versions
    where versions.object <> 'leads'
),

quarantined_rows as (
    -- one line for a row with several faults; a refused file as a whole has no row number and no rows
    select
        quarantine.file_id,
        quarantine.row_number,
        min(quarantine.object) as object,
        'quarantined' as disposition,
        min(quarantine.reason) as reason,
        cast(null as varchar) as lead_id,
        cast(null as varchar) as person_id
    from raw.quarantine as quarantine
    where quarantine.row_number >= 1
    group by quarantine.file_id, quarantine.row_number
)

select
    lead_rows.file_id,
    lead_rows.row_number,
    lead_rows.object,
    lead_rows.disposition,
    lead_rows.reason,
    lead_rows.lead_id,
    lead_rows.person_id
from lead_rows
union all
select
    other_rows.file_id,
    other_rows.row_number,
    other_rows.object,
    other_rows.disposition,
    other_rows.reason,
    other_rows.lead_id,
    other_rows.person_id
from other_rows
union all
select
    quarantined_rows.file_id,
    quarantined_rows.row_number,
    quarantined_rows.object,
    quarantined_rows.disposition,
    quarantined_rows.reason,
    quarantined_rows.lead_id,
    quarantined_rows.person_id
from quarantined_rows
