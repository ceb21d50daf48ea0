-- raw.deliveries: how the files of a source follow each other, and which of them form its deliveries
-- grain: file_id
-- reads: raw.files, raw.corrections, config.source_modes
with recursive corrected_files as (
    -- corrected rows may be refused and corrected again: which files a file of them goes back to
    select distinct
        corrections.retry_file_id as file_id,
        corrections.file_id as corrected_file_id
    from raw.corrections as corrections
    union
    select
        corrected_files.file_id,
        corrections.file_id as corrected_file_id
    from corrected_files
    inner join raw.corrections as corrections on corrected_files.corrected_file_id = corrections.retry_file_id
),

taken_files as (
    -- a source that is not configured any more keeps the mode in which its files came
    select
        files.file_id,
        files.source,
        files.object,
        files.ingested_at,
        files.offer_number,
        files.rows_accepted > 0 as has_rows,
        coalesce(files.file_name like 'retry/%', false) as is_retry,
        coalesce(source_modes.mode, files.mode, 'append') as mode,
        coalesce(files.offered_at, files.ingested_at) as offered_at,
        -- files of before runs were counted are ordered by their time, behind all others
        coalesce(files.delivery_number, case when files.offer_number is null then 0 end) as list_number,
        case
            when coalesce(files.delivery_number, files.offer_number) is null
                then coalesce(files.offered_at, files.ingested_at)
        end as listed_at
    from raw.files as files
    left join config.source_modes as source_modes on files.source = source_modes.source
    where files.status = 'taken'
),

-- corrected rows of the quarantine belong to the delivery that they correct, and are none by themselves
corrections as (
    select
        corrected_files.file_id,
        max(taken_files.list_number) as list_number,
        max(taken_files.listed_at) as listed_at,
        max(taken_files.offer_number) as offer_number
    from corrected_files
    inner join taken_files on corrected_files.corrected_file_id = taken_files.file_id
    where not taken_files.is_retry
    group by corrected_files.file_id
),

listed_files as (
    -- an empty list is a broken export, not the end of all customers
    select
        taken_files.file_id,
        taken_files.source,
        taken_files.object,
        taken_files.mode,
        taken_files.ingested_at,
        taken_files.offered_at,
        taken_files.offer_number,
        taken_files.mode = 'snapshot' and taken_files.has_rows
        and (corrections.file_id is not null or not taken_files.is_retry) as is_list,
        case when taken_files.is_retry then corrections.list_number else taken_files.list_number end as list_number,
        case when taken_files.is_retry then corrections.listed_at else taken_files.listed_at end as listed_at,
        case when taken_files.is_retry then corrections.offer_number else taken_files.offer_number end
            as list_offer_number
    from taken_files
    left join corrections on taken_files.file_id = corrections.file_id
),

compared_files as (
    select
        listed_files.file_id,
        listed_files.source,
        listed_files.object,
        listed_files.mode,
        listed_files.ingested_at,
        listed_files.offered_at,
        listed_files.offer_number,
        coalesce(listed_files.is_list, false) as is_list,
        case when listed_files.is_list then listed_files.list_number end as list_number,
        case when listed_files.is_list then listed_files.listed_at end as listed_at,
        listed_files.list_offer_number,
        max(case when listed_files.is_list then listed_files.list_number end)
            over (partition by listed_files.source, listed_files.object) as newest_list_number
    from listed_files
)

select
    compared_files.file_id,
    compared_files.source,
    compared_files.object,
    compared_files.mode,
    compared_files.offered_at,
    row_number() over (order by compared_files.ingested_at nulls first, compared_files.file_id) as arrival_rank,
    row_number() over (
        -- the order of the runs, whatever time they called now
        order by compared_files.offer_number nulls first, compared_files.offered_at nulls first, compared_files.file_id
    ) as offer_rank,
    case
        when compared_files.list_number is not null
            then
                dense_rank() over (
                    partition by compared_files.source, compared_files.object
                    order by compared_files.list_number desc nulls last, compared_files.listed_at desc nulls last
                )
    end as delivery,
    compared_files.is_list,
    compared_files.is_list
    and coalesce(compared_files.list_offer_number > coalesce(compared_files.newest_list_number, 0), false) as is_pending
from compared_files
