-- raw.file_groups: what a source sent of one object in one go; the parts of an export (contacts_1.csv, ...) are one
-- grain: source, object, came_at
-- reads: raw.files, raw.columns
with taken_files as (
    select
        files.source,
        files.object,
        files.file_id,
        coalesce(files.offered_at, files.ingested_at) as came_at,
        files.rows_read,
        files.rows_accepted
    from raw.files as files
    -- a few corrected rows are no delivery
    where
        files.status = 'taken'
        and coalesce(files.offered_at, files.ingested_at) is not null
        and not coalesce(files.file_name like 'retry/%', false)
),

profiled_files as (
    select distinct columns.file_id
    from raw.columns as columns
),

summed_files as (
    select
        taken_files.source,
        taken_files.object,
        taken_files.came_at,
        min(taken_files.file_id) as file_id,
        sum(taken_files.rows_read) as rows_read,
        sum(taken_files.rows_accepted) as rows_accepted,
        count(profiled_files.file_id) > 0 as is_profiled
    from taken_files
    left join profiled_files on taken_files.file_id = profiled_files.file_id
    group by taken_files.source, taken_files.object, taken_files.came_at
)

select
    summed_files.source,
    summed_files.object,
    summed_files.came_at,
    summed_files.file_id,
    summed_files.rows_read,
    summed_files.rows_accepted,
    row_number() over (
        partition by summed_files.source, summed_files.object
        order by summed_files.came_at
    ) as place,
    -- files of a time when columns were not counted have no place in the history of columns
    case
        when summed_files.is_profiled then row_number() over (
            partition by summed_files.source, summed_files.object, summed_files.is_profiled
            order by summed_files.came_at
        )
    end as profiled_place
from summed_files
