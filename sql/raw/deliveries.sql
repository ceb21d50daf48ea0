-- raw.deliveries: how the files of a source follow each other, and which of them form its deliveries
-- grain: file_id
-- reads: raw.files, raw.quarantine, config.source_modes
with taken_files as (
    select
        files.file_id,
        files.source,
        files.object,
        files.file_name,
        files.ingested_at,
        coalesce(source_modes.mode, 'append') as mode,
        coalesce(files.offered_at, files.ingested_at) as offered_at,
        -- an empty list is a broken export, not the end of all customers
        coalesce(source_modes.mode = 'snapshot' and files.rows_accepted > 0, false) as is_list
    from raw.files as files
    left join config.source_modes as source_modes on files.source = source_modes.source
    where files.status = 'taken'
),

corrections as (
    select
        quarantine.closed_by_file_id as file_id,
        max(taken_files.offered_at) as offered_at
    from raw.quarantine as quarantine
    inner join taken_files on quarantine.file_id = taken_files.file_id
    where quarantine.closed_by_file_id is not null
    group by quarantine.closed_by_file_id
),

dated_files as (
    -- corrected rows of the quarantine belong to the delivery that they correct, and are none by themselves
    select
        taken_files.file_id,
        taken_files.source,
        taken_files.object,
        taken_files.mode,
        taken_files.ingested_at,
        taken_files.offered_at,
        case
            when not taken_files.is_list then null
            when corrections.file_id is not null then corrections.offered_at
            when not coalesce(taken_files.file_name like 'retry/%', false) then taken_files.offered_at
        end as delivered_at
    from taken_files
    left join corrections on taken_files.file_id = corrections.file_id
)

select
    dated_files.file_id,
    dated_files.source,
    dated_files.object,
    dated_files.mode,
    dated_files.offered_at,
    row_number() over (order by dated_files.ingested_at nulls first, dated_files.file_id) as arrival_rank,
    row_number() over (order by dated_files.offered_at nulls first, dated_files.file_id) as offer_rank,
    case
        when dated_files.delivered_at is not null
            then
                dense_rank() over (
                    partition by dated_files.source, dated_files.object
                    order by dated_files.delivered_at desc nulls last
                )
    end as delivery
from dated_files
