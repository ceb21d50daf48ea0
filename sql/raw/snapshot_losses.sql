-- raw.snapshot_losses: what the newest delivery of a snapshot source lacks of the one before
-- grain: source, object
-- reads: raw.deliveries, raw.records, config.source_modes
with listed_records as (
    select
        deliveries.source,
        deliveries.object,
        records.record_id,
        max(case when deliveries.delivery = 1 then deliveries.offered_at end) as newest_at,
        max(case when deliveries.delivery = 2 then 1 else 0 end) as is_in_previous
    from raw.records as records
    inner join raw.deliveries as deliveries on records.file_id = deliveries.file_id
    where deliveries.delivery <= 2 and not records.is_test
    group by deliveries.source, deliveries.object, records.record_id
)

select
    listed_records.source,
    listed_records.object,
    max(listed_records.newest_at) as offered_at,
    sum(listed_records.is_in_previous)::bigint as records_before,
    count(case when listed_records.newest_at is null then 1 end) as records_gone,
    coalesce(bool_or(source_modes.blocks_on_rows), false) as is_blocking
from listed_records
left join config.source_modes as source_modes on listed_records.source = source_modes.source
group by listed_records.source, listed_records.object
having sum(listed_records.is_in_previous) > 0
