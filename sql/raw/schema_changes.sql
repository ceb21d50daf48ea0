-- raw.schema_changes: how each file differs from those that its source sent before; docs/intake.md has the formulas
-- grain: file_id, change, header
-- reads: raw.column_changes, raw.file_groups, config.drift
with row_history as (
    -- sizes differ by factors, so their logarithms are compared
    select
        file_groups.source,
        file_groups.object,
        file_groups.came_at,
        file_groups.file_id,
        file_groups.rows_read,
        avg(ln(greatest(file_groups.rows_read, 1))) over twenty_before as mean_log,
        stddev_samp(ln(greatest(file_groups.rows_read, 1))) over twenty_before as log_deviation,
        count(*) over twenty_before as files_before
    from raw.file_groups as file_groups
    window twenty_before as (
        partition by file_groups.source, file_groups.object order by file_groups.place
        range between 20 preceding and 1 preceding
    )
),

bounded_rows as (
    select
        row_history.*,
        exp(row_history.mean_log) as likely_rows,
        exp(row_history.mean_log - 3 * greatest(
            coalesce(row_history.log_deviation, 0), case when row_history.files_before < 3 then 0.35 else 0.2 end
        )) as least_likely
    from row_history
),

found_changes as (
    select
        bounded_rows.source,
        bounded_rows.object,
        bounded_rows.file_id,
        bounded_rows.came_at,
        'rows_dropped' as change,
        cast(null as varchar) as header,
        cast(cast(round(bounded_rows.likely_rows) as bigint) as varchar) as value_before,
        cast(cast(bounded_rows.rows_read as bigint) as varchar) as value_now,
        bounded_rows.least_likely,
        bounded_rows.files_before,
        false as is_usual
    from bounded_rows
    where bounded_rows.rows_read < bounded_rows.least_likely and bounded_rows.likely_rows >= 20
    union all
    select
        column_changes.source,
        column_changes.object,
        column_changes.file_id,
        column_changes.came_at,
        column_changes.change,
        column_changes.header,
        column_changes.value_before,
        column_changes.value_now,
        column_changes.least_likely,
        column_changes.files_before,
        column_changes.is_usual
    from raw.column_changes as column_changes
),

with_wishes as (
    select
        found_changes.*,
        case found_changes.change
            when 'rows_dropped' then coalesce(drift.on_rows, 'warn')
            when 'filled_dropped' then coalesce(drift.on_filled, 'warn')
            else coalesce(drift.on_columns, 'warn')
        end as wish
    from found_changes
    left join config.drift as drift on found_changes.source = drift.source
)

select
    with_wishes.source,
    with_wishes.object,
    with_wishes.file_id,
    with_wishes.came_at as changed_at,
    with_wishes.change,
    with_wishes.header,
    with_wishes.value_before,
    with_wishes.value_now,
    with_wishes.least_likely,
    with_wishes.files_before,
    case when with_wishes.is_usual then 'info' else with_wishes.wish end as severity
from with_wishes
where with_wishes.wish <> 'off'
