-- raw.versions: which accepted row is the newest version of its record; an unchanged re-export changes nothing
-- grain: file_id, row_number
-- reads: raw.records, raw.deliveries, raw.corrections
with replaced_rows as (
    -- a refused row that came back corrected, and that can be read by now as well: the correction counts
    select distinct
        corrections.file_id,
        corrections.row_number
    from raw.corrections as corrections
    inner join raw.deliveries as deliveries on corrections.retry_file_id = deliveries.file_id
),

placed_rows as (
    -- a record id begins with the letter of its object, so it tells the object, too
    -- the rank stands for the file: a number where the hash of a file would be carried through both windows
    select
        deliveries.arrival_rank,
        records.row_number,
        records.record_id,
        records.row_hash,
        replaced_rows.file_id is not null as is_replaced,
        records.is_test,
        records.is_deleted or deliveries.mode = 'deletions' as is_deleted,
        case
            when deliveries.mode = 'deletions' then coalesce(records.deleted_at, deliveries.offered_at)
            else records.version_at
        end as version_at,
        deliveries.offer_rank,
        deliveries.is_list as is_listed,
        -- what came since the newest whole list deletes nobody, but it adds
        deliveries.is_pending or coalesce(deliveries.delivery = 1, false) as is_in_newest
    from raw.records as records
    inner join raw.deliveries as deliveries on records.file_id = deliveries.file_id
    left join replaced_rows
        on records.file_id = replaced_rows.file_id and records.row_number = replaced_rows.row_number
),

compared_rows as (
    select
        placed_rows.arrival_rank,
        placed_rows.row_number,
        placed_rows.record_id,
        placed_rows.row_hash,
        placed_rows.is_replaced,
        placed_rows.is_test,
        placed_rows.is_deleted,
        first_value(placed_rows.row_hash) over whole_record as newest_hash,
        first_value(placed_rows.is_deleted) over whole_record as is_newest_deleted,
        max(placed_rows.is_listed) over whole_record and not max(placed_rows.is_in_newest) over whole_record as is_gone
    from placed_rows
    window
        whole_record as (
            partition by placed_rows.record_id, placed_rows.is_replaced, placed_rows.is_test
            order by
                placed_rows.version_at desc nulls last, placed_rows.offer_rank desc, placed_rows.row_number desc
            rows between unbounded preceding and unbounded following
        )
),

sighted_rows as (
    select
        compared_rows.arrival_rank,
        compared_rows.row_number,
        compared_rows.record_id,
        compared_rows.is_replaced,
        compared_rows.is_test,
        compared_rows.is_deleted,
        compared_rows.is_gone,
        compared_rows.row_hash = compared_rows.newest_hash
        and compared_rows.is_deleted = compared_rows.is_newest_deleted as is_newest,
        -- of rows with the same content the first one counts
        row_number() over (
            partition by
                compared_rows.record_id, compared_rows.is_replaced, compared_rows.is_test,
                compared_rows.is_deleted, compared_rows.row_hash
            order by compared_rows.arrival_rank, compared_rows.row_number
        ) as sighting
    from compared_rows
)

select
    deliveries.object,
    deliveries.file_id,
    sighted_rows.row_number,
    sighted_rows.record_id,
    case
        when sighted_rows.is_replaced then 'superseded'
        when sighted_rows.is_test then 'test_lead'
        when not sighted_rows.is_newest then 'superseded'
        when sighted_rows.sighting > 1 then 'exact_duplicate'
        when sighted_rows.is_deleted or sighted_rows.is_gone then 'source_deleted'
        else 'current'
    end as state,
    case
        when sighted_rows.is_replaced then 'corrected'
        when sighted_rows.is_test or not sighted_rows.is_newest or sighted_rows.sighting > 1 then null
        when sighted_rows.is_deleted then 'source_deleted'
        when sighted_rows.is_gone then 'not_in_snapshot'
    end as reason
from sighted_rows
inner join raw.deliveries as deliveries on sighted_rows.arrival_rank = deliveries.arrival_rank
