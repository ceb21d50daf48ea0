-- people.subjects: the current records of other objects that are about a person, with what they say of whom
-- grain: object, record_id
-- reads: raw.versions, raw.files, raw.events, raw.consents, raw.suppressions, raw.activities, raw.opportunities,
--   raw.orders, raw.sales_decisions
with records as (
    select
        'events' as object,
        events.file_id,
        events.row_number,
        events.record_id,
        events.source,
        events.subject_id,
        events.subject_email,
        cast(null as varchar) as subject_phone
    from raw.events as events
    union all
    select
        'consents' as object,
        consents.file_id,
        consents.row_number,
        consents.record_id,
        consents.source,
        consents.subject_id,
        consents.subject_email,
        consents.subject_phone
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
        suppressions.subject_phone
    from raw.suppressions as suppressions
    union all
    select
        'activities' as object,
        activities.file_id,
        activities.row_number,
        activities.record_id,
        activities.source,
        activities.subject_id,
        activities.subject_email,
        cast(null as varchar) as subject_phone
    from raw.activities as activities
    union all
    select
        'opportunities' as object,
        opportunities.file_id,
        opportunities.row_number,
        opportunities.record_id,
        opportunities.source,
        opportunities.subject_id,
        opportunities.subject_email,
        cast(null as varchar) as subject_phone
    from raw.opportunities as opportunities
    union all
    select
        'orders' as object,
        orders.file_id,
        orders.row_number,
        orders.record_id,
        orders.source,
        orders.subject_id,
        orders.subject_email,
        orders.subject_phone
    from raw.orders as orders
    union all
    select
        'sales_decisions' as object,
        sales_decisions.file_id,
        sales_decisions.row_number,
        sales_decisions.record_id,
        sales_decisions.source,
        sales_decisions.subject_id,
        sales_decisions.subject_email,
        cast(null as varchar) as subject_phone
    from raw.sales_decisions as sales_decisions
),

-- few rows are not current: it is cheaper to leave them out than to look for the others
past_rows as (
    select
        versions.object,
        versions.file_id,
        versions.row_number
    from raw.versions as versions
    where versions.state <> 'current'
)

select
    records.object,
    records.record_id,
    records.source,
    files.system,
    nullif(trim(records.subject_id), '') as subject_id,
    nullif(lower(trim(records.subject_email)), '') as subject_email,
    -- the same number with and without country code or trunk zero
    case
        when length(regexp_replace(records.subject_phone, '[^0-9]', '', 'g')) >= 7
            then right(ltrim(regexp_replace(records.subject_phone, '[^0-9]', '', 'g'), '0'), 10)
    end as subject_phone
from records
left join raw.files as files on records.file_id = files.file_id
where
    (records.object, records.file_id, records.row_number) not in (
        select (past_rows.object, past_rows.file_id, past_rows.row_number) from past_rows
    )
