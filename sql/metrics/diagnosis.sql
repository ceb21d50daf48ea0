-- metrics.diagnosis: the symptoms of poor lead quality, the last 90 days against the 270 days before
-- grain: symptom
-- reads: metrics.symptom_lines
with symptoms as (
    select
        known.symptom,
        known.is_high_bad,
        known.is_share
    from (
        values
        ('low_connect', false, true), ('high_no_show', true, true), ('high_no_fit', true, true),
        ('low_win', false, true), ('long_cycle', true, false), ('high_bounce', true, true)
    ) as known (symptom, is_high_bad, is_share)
),

sums as (
    select
        symptoms.symptom,
        symptoms.is_high_bad,
        symptoms.is_share,
        coalesce(sum(case when lines.period = 'before' then lines.units end), 0) as units_before,
        coalesce(
            sum(case when lines.period = 'before' then cast(lines.amount as decimal(30, 9)) end), 0
        ) as amount_before,
        coalesce(
            sum(case when lines.period = 'before' then cast(lines.squares as decimal(30, 9)) end), 0
        ) as squares_before,
        coalesce(sum(case when lines.period = 'now' then lines.units end), 0) as units_now,
        coalesce(
            sum(case when lines.period = 'now' then cast(lines.amount as decimal(30, 9)) end), 0
        ) as amount_now,
        coalesce(
            sum(case when lines.period = 'now' then cast(lines.squares as decimal(30, 9)) end), 0
        ) as squares_now
    from symptoms
    left join metrics.symptom_lines as lines on symptoms.symptom = lines.symptom
    group by symptoms.symptom, symptoms.is_high_bad, symptoms.is_share
),

valued as (
    select
        sums.*,
        sums.amount_before / nullif(sums.units_before, 0) as value_before,
        sums.amount_now / nullif(sums.units_now, 0) as value_now,
        (sums.amount_before + sums.amount_now) / nullif(sums.units_before + sums.units_now, 0) as value_both
    from sums
),

tested as (
    select
        valued.*,
        case
            -- shares: the pooled share gives the error; days: each period's own spread does
            when valued.is_share
                then sqrt(
                    greatest(valued.value_both * (1 - valued.value_both), 0)
                    * (1 / nullif(valued.units_before, 0) + 1 / nullif(valued.units_now, 0))
                )
            else sqrt(
                greatest(valued.squares_before / nullif(valued.units_before, 0) - valued.value_before ^ 2, 0)
                / nullif(valued.units_before, 0)
                + greatest(valued.squares_now / nullif(valued.units_now, 0) - valued.value_now ^ 2, 0)
                / nullif(valued.units_now, 0)
            )
        end as error
    from valued
)

select
    tested.symptom,
    cast(tested.units_before as bigint) as units_before,
    tested.value_before,
    cast(tested.units_now as bigint) as units_now,
    tested.value_now,
    tested.value_now - tested.value_before as change,
    (tested.value_now - tested.value_before) / nullif(tested.error, 0) as z,
    case
        when least(tested.units_before, tested.units_now) < 30 then 'insufficient_data'
        when
            (case when tested.is_high_bad then 1 else -1 end)
            * (tested.value_now - tested.value_before) / nullif(tested.error, 0) >= 2
            then 'present'
        else 'absent'
    end as verdict
from tested
