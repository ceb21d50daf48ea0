-- raw.column_history: each column in each group of files beside what the twenty groups before showed of it
-- grain: source, object, place, header
-- reads: raw.file_groups, raw.columns, raw.files
with placed_columns as (
    select
        file_groups.source,
        file_groups.object,
        file_groups.profiled_place as place,
        file_groups.came_at,
        file_groups.rows_accepted,
        columns.header,
        columns.file_id,
        columns.look,
        columns.filled
    from raw.columns as columns
    inner join raw.files as files on columns.file_id = files.file_id
    inner join raw.file_groups as file_groups
        on
            files.source = file_groups.source and files.object = file_groups.object
            and coalesce(files.offered_at, files.ingested_at) = file_groups.came_at
    where files.status = 'taken'
),

ranked_parts as (
    -- of the looks in the parts of a group the one of most values counts
    select
        placed_columns.*,
        row_number() over (
            partition by
                placed_columns.source, placed_columns.object, placed_columns.place, placed_columns.header
            order by placed_columns.filled desc, placed_columns.look asc, placed_columns.file_id asc
        ) as part
    from placed_columns
),

united_columns as (
    select
        ranked_parts.source,
        ranked_parts.object,
        ranked_parts.place,
        ranked_parts.header,
        min(ranked_parts.came_at) as came_at,
        min(ranked_parts.rows_accepted) as rows_accepted,
        min(ranked_parts.file_id) as file_id,
        max(case when ranked_parts.part = 1 then ranked_parts.look end) as look,
        sum(ranked_parts.filled) as filled
    from ranked_parts
    group by ranked_parts.source, ranked_parts.object, ranked_parts.place, ranked_parts.header
),

with_shares as (
    select
        united_columns.*,
        -- what was filled counts rows that were erased since
        least(united_columns.filled, united_columns.rows_accepted) / nullif(united_columns.rows_accepted, 0)
            as filled_share
    from united_columns
)

select
    with_shares.source,
    with_shares.object,
    with_shares.place,
    with_shares.header,
    with_shares.came_at,
    with_shares.file_id,
    with_shares.look,
    with_shares.filled_share,
    with_shares.rows_accepted,
    lag(with_shares.place) over one_column as place_before,
    lead(with_shares.place) over one_column as place_after,
    -- partitioned by emptiness: the last look of the column that was one
    case when with_shares.look <> 'empty' then lag(with_shares.look) over filled_column end as look_before,
    count(case when with_shares.look <> 'empty' then 1 end) over twenty_before as looks_before,
    count(*) over same_look_before as times_of_look_before,
    count(*) over twenty_with_this as times_there,
    count(*) over twenty_before as files_before,
    sum(with_shares.rows_accepted) over twenty_before as rows_before,
    sum(with_shares.filled) over twenty_before as filled_before,
    stddev_samp(with_shares.filled_share) over twenty_before as share_deviation
from with_shares
window
    one_column as (
        partition by with_shares.source, with_shares.object, with_shares.header order by with_shares.place
    ),
    filled_column as (
        partition by with_shares.source, with_shares.object, with_shares.header, with_shares.look = 'empty'
        order by with_shares.place
    ),
    twenty_before as (
        partition by with_shares.source, with_shares.object, with_shares.header order by with_shares.place
        range between 20 preceding and 1 preceding
    ),
    twenty_with_this as (
        partition by with_shares.source, with_shares.object, with_shares.header order by with_shares.place
        range between 19 preceding and current row
    ),
    same_look_before as (
        partition by with_shares.source, with_shares.object, with_shares.header, with_shares.look
        order by with_shares.place
        range between 20 preceding and 1 preceding
    )
