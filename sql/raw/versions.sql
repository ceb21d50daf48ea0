-- raw.versions: which accepted row is the newest version of its record; an unchanged re-export changes nothing
-- grain: object, file_id, row_number
-- reads: raw.files, raw.leads, raw.accounts, raw.events, raw.consents, raw.suppressions, raw.activities,
--   raw.opportunities, raw.sales_decisions, raw.intent_signals, raw.campaign_spend
with lead_rows as (
    select
        'leads' as object,
        leads.file_id,
        leads.row_number,
        leads.lead_id as record_id,
        leads.version_at,
        leads.row_hash,
        coalesce(lower(leads.is_test) in ('true', 't', 'yes', 'y', '1', '1.0', 'on', 'x'), false) as is_flagged_test,
        coalesce(lower(leads.email) in ('test@fb.com', 'test@meta.com'), false) as is_platform_test,
        -- the ad platforms write this into every field of a test lead, in whatever column it lands
        concat_ws(
            ' ', leads.email, leads.full_name, leads.first_name, leads.last_name, leads.company_name, leads.phone,
            leads.answers
        ) like '%<test lead: dummy data%' as is_dummy,
        coalesce(lower(leads.is_deleted) in ('true', 't', 'yes', 'y', '1', '1.0', 'on', 'x'), false) as is_deleted
    from raw.leads as leads
),

record_rows as (
    select
        lead_rows.object,
        lead_rows.file_id,
        lead_rows.row_number,
        lead_rows.record_id,
        lead_rows.version_at,
        lead_rows.row_hash,
        lead_rows.is_flagged_test or lead_rows.is_platform_test or lead_rows.is_dummy as is_test,
        lead_rows.is_deleted
    from lead_rows
    union all
    select
        'accounts' as object,
        accounts.file_id,
        accounts.row_number,
        accounts.record_id,
        coalesce(accounts.updated_at, accounts.created_at) as version_at,
        accounts.row_hash,
        false as is_test,
        false as is_deleted
    from raw.accounts as accounts
    union all
    select
        'events' as object,
        events.file_id,
        events.row_number,
        events.record_id,
        events.occurred_at as version_at,
        events.row_hash,
        false as is_test,
        false as is_deleted
    from raw.events as events
    union all
    select
        'consents' as object,
        consents.file_id,
        consents.row_number,
        consents.record_id,
        consents.captured_at as version_at,
        consents.row_hash,
        false as is_test,
        false as is_deleted
    from raw.consents as consents
    union all
    select
        'suppressions' as object,
        suppressions.file_id,
        suppressions.row_number,
        suppressions.record_id,
        suppressions.added_at as version_at,
        suppressions.row_hash,
        false as is_test,
        false as is_deleted
    from raw.suppressions as suppressions
    union all
    select
        'activities' as object,
        activities.file_id,
        activities.row_number,
        activities.record_id,
        activities.occurred_at as version_at,
        activities.row_hash,
        false as is_test,
        false as is_deleted
    from raw.activities as activities
    union all
    select
        'opportunities' as object,
        opportunities.file_id,
        opportunities.row_number,
        opportunities.record_id,
        coalesce(opportunities.updated_at, opportunities.created_at) as version_at,
        opportunities.row_hash,
        false as is_test,
        false as is_deleted
    from raw.opportunities as opportunities
    union all
    select
        'sales_decisions' as object,
        sales_decisions.file_id,
        sales_decisions.row_number,
        sales_decisions.record_id,
        sales_decisions.occurred_at as version_at,
        sales_decisions.row_hash,
        false as is_test,
        false as is_deleted
    from raw.sales_decisions as sales_decisions
    union all
    select
        'intent_signals' as object,
        intent_signals.file_id,
        intent_signals.row_number,
        intent_signals.record_id,
        intent_signals.occurred_at as version_at,
        intent_signals.row_hash,
        false as is_test,
        false as is_deleted
    from raw.intent_signals as intent_signals
    union all
    select
        'campaign_spend' as object,
        campaign_spend.file_id,
        campaign_spend.row_number,
        campaign_spend.record_id,
        campaign_spend.occurred_at as version_at,
        campaign_spend.row_hash,
        false as is_test,
        false as is_deleted
    from raw.campaign_spend as campaign_spend
),

ranked_rows as (
    select
        record_rows.*,
        files.ingested_at,
        row_number() over (
            partition by record_rows.object, record_rows.record_id, record_rows.is_test
            order by
                record_rows.version_at desc nulls last, files.ingested_at desc nulls last,
                record_rows.file_id desc, record_rows.row_number desc
        ) as newness
    from record_rows
    left join raw.files as files on record_rows.file_id = files.file_id
),

with_newest_hash as (
    select
        ranked_rows.*,
        max(case when ranked_rows.newness = 1 then ranked_rows.row_hash end) over (
            partition by ranked_rows.object, ranked_rows.record_id, ranked_rows.is_test
        ) as newest_hash
    from ranked_rows
),

first_seen as (
    select
        with_newest_hash.*,
        row_number() over (
            partition by
                with_newest_hash.object, with_newest_hash.record_id, with_newest_hash.is_test, with_newest_hash.row_hash
            order by with_newest_hash.ingested_at nulls last, with_newest_hash.file_id, with_newest_hash.row_number
        ) as sighting
    from with_newest_hash
)

select
    first_seen.object,
    first_seen.file_id,
    first_seen.row_number,
    first_seen.record_id,
    case
        when first_seen.is_test then 'test_lead'
        when first_seen.row_hash <> first_seen.newest_hash then 'superseded'
        when first_seen.sighting > 1 then 'exact_duplicate'
        when first_seen.is_deleted then 'source_deleted'
        else 'current'
    end as state
from first_seen
