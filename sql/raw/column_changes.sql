-- raw.column_changes: columns that came, went, changed their look or are less filled than their history makes likely
-- grain: source, object, place, change, header
-- reads: raw.column_history, raw.file_groups
with judged_columns as (
    select
        column_history.*,
        cast(column_history.filled_before as double) / nullif(column_history.rows_before, 0) as likely_share,
        -- never less than two points in a hundred, five where one or two files are all that is known
        greatest(
            coalesce(column_history.share_deviation, 0),
            case when column_history.files_before < 3 then 0.05 else 0.02 end
        ) as deviation
    from raw.column_history as column_history
),

bounded_columns as (
    select
        judged_columns.*,
        judged_columns.likely_share - 3 * sqrt(
            judged_columns.deviation * judged_columns.deviation
            + judged_columns.likely_share * (1 - judged_columns.likely_share)
            * (1.0 / nullif(judged_columns.rows_accepted, 0) + 1.0 / nullif(judged_columns.rows_before, 0))
        ) as least_likely
    from judged_columns
)

select
    columns.source,
    columns.object,
    columns.place,
    columns.came_at,
    columns.file_id,
    'column_appeared' as change,
    columns.header,
    cast(null as varchar) as value_before,
    columns.look as value_now,
    cast(null as double) as least_likely,
    least(columns.place - 1, 20) as files_before,
    true as is_usual
from raw.column_history as columns
where columns.place > 1 and coalesce(columns.place_before, 0) < columns.place - 1
union all
select
    columns.source,
    columns.object,
    file_groups.profiled_place as place,
    file_groups.came_at,
    file_groups.file_id,
    'column_disappeared' as change,
    columns.header,
    columns.look as value_before,
    cast(null as varchar) as value_now,
    cast(null as double) as least_likely,
    least(columns.place, 20) as files_before,
    -- away in one of five files before, too
    columns.times_there * 5 <= least(columns.place, 20) * 4 as is_usual
from raw.column_history as columns
inner join raw.file_groups as file_groups
    on
        columns.source = file_groups.source and columns.object = file_groups.object
        and columns.place + 1 = file_groups.profiled_place
where coalesce(columns.place_after, 0) <> columns.place + 1
union all
select
    columns.source,
    columns.object,
    columns.place,
    columns.came_at,
    columns.file_id,
    'look_changed' as change,
    columns.header,
    columns.look_before as value_before,
    columns.look as value_now,
    cast(null as double) as least_likely,
    columns.looks_before as files_before,
    columns.times_of_look_before * 5 >= greatest(columns.looks_before, 1) as is_usual
from raw.column_history as columns
where columns.look <> columns.look_before
union all
select
    columns.source,
    columns.object,
    columns.place,
    columns.came_at,
    columns.file_id,
    'filled_dropped' as change,
    columns.header,
    cast(round(columns.likely_share, 4) as varchar) as value_before,
    cast(round(columns.filled_share, 4) as varchar) as value_now,
    columns.least_likely,
    columns.files_before,
    false as is_usual
from bounded_columns as columns
where
    columns.filled_share < columns.least_likely and columns.likely_share >= 0.05
    and columns.rows_accepted >= 30 and columns.rows_before >= 30
