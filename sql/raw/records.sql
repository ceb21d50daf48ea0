-- raw.records: what the order of versions needs of each row, one line an object
-- grain: file_id, row_number
-- reads: raw.leads, raw.accounts, raw.events, raw.consents, raw.suppressions, raw.activities,
--   raw.opportunities, raw.sales_decisions, raw.intent_signals, raw.campaign_spend, raw.orders,
--   raw.enrichments
-- noqa: disable=layout.select_targets,aliasing.expression
with lead_rows as (
    select
        file_id,
        row_number,
        lead_id as record_id,
        version_at,
        version_at as deleted_at,
        row_hash,
        coalesce(lower(is_test) in ('true', 't', 'yes', 'y', '1', '1.0', 'on', 'x'), false)
        or coalesce(lower(email) in ('test@fb.com', 'test@meta.com'), false)
        -- the ad platforms write this into every field of a test lead, in whatever column it lands
        or coalesce(contains(email, '<test lead: dummy data'), false)
        or coalesce(contains(full_name, '<test lead: dummy data'), false)
        or coalesce(contains(first_name, '<test lead: dummy data'), false)
        or coalesce(contains(last_name, '<test lead: dummy data'), false)
        or coalesce(contains(company_name, '<test lead: dummy data'), false)
        or coalesce(contains(phone, '<test lead: dummy data'), false)
        or coalesce(contains(answers, '<test lead: dummy data'), false) as is_test,
        coalesce(lower(is_deleted) in ('true', 't', 'yes', 'y', '1', '1.0', 'on', 'x'), false) as is_deleted
    from raw.leads
)

select file_id, row_number, record_id, version_at, deleted_at, row_hash, is_test, is_deleted from lead_rows
union all
select
    file_id, row_number, record_id, coalesce(updated_at, created_at), updated_at, row_hash, false, false
from raw.accounts
union all
select file_id, row_number, record_id, occurred_at, null, row_hash, false, false from raw.events
union all
select file_id, row_number, record_id, captured_at, null, row_hash, false, false from raw.consents
union all
select file_id, row_number, record_id, added_at, null, row_hash, false, false from raw.suppressions
union all
select file_id, row_number, record_id, occurred_at, null, row_hash, false, false from raw.activities
union all
select
    file_id, row_number, record_id, coalesce(updated_at, created_at), updated_at, row_hash, false, false
from raw.opportunities
union all
select file_id, row_number, record_id, occurred_at, null, row_hash, false, false from raw.sales_decisions
union all
select file_id, row_number, record_id, occurred_at, null, row_hash, false, false from raw.intent_signals
union all
select file_id, row_number, record_id, occurred_at, null, row_hash, false, false from raw.campaign_spend
union all
select
    file_id, row_number, record_id,
    -- a further line of an order repeats its id without the total: older than any row that has one
    case when amount is not null then coalesce(updated_at, ordered_at) end,
    updated_at, row_hash, false, false
from raw.orders
union all
select file_id, row_number, record_id, enriched_at, null, row_hash, false, false from raw.enrichments
