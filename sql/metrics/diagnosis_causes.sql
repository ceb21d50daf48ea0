-- metrics.diagnosis_causes: what each source and each cause adds to the change of a symptom; they add up to it exactly
-- grain: symptom, kind, slice
-- reads: metrics.symptom_lines
with sliced as (
    select
        lines.symptom,
        'source' as kind,
        lines.source as slice,
        lines.period,
        lines.units,
        lines.amount
    from metrics.symptom_lines as lines
    union all
    select
        lines.symptom,
        'cause' as kind,
        lines.cause as slice,
        lines.period,
        lines.units,
        lines.amount
    from metrics.symptom_lines as lines
),

slices as (
    select
        sliced.symptom,
        sliced.kind,
        sliced.slice,
        coalesce(sum(case when sliced.period = 'before' then sliced.units end), 0) as units_before,
        coalesce(
            sum(case when sliced.period = 'before' then cast(sliced.amount as decimal(30, 9)) end), 0
        ) as amount_before,
        coalesce(sum(case when sliced.period = 'now' then sliced.units end), 0) as units_now,
        coalesce(
            sum(case when sliced.period = 'now' then cast(sliced.amount as decimal(30, 9)) end), 0
        ) as amount_now
    from sliced
    group by sliced.symptom, sliced.kind, sliced.slice
),

weighed as (
    select
        slices.*,
        slices.units_before / nullif(sum(slices.units_before) over whole, 0) as weight_before,
        slices.units_now / nullif(sum(slices.units_now) over whole, 0) as weight_now,
        sum(slices.amount_before) over whole / nullif(sum(slices.units_before) over whole, 0) as value_before_all,
        sum(slices.amount_now) over whole / nullif(sum(slices.units_now) over whole, 0) as value_now_all,
        slices.amount_before / nullif(slices.units_before, 0) as value_before,
        slices.amount_now / nullif(slices.units_now, 0) as value_now
    from slices
    window whole as (partition by slices.symptom, slices.kind)
),

parted as (
    -- the value of a slice that is new or gone is taken as unchanged: all that it does is mix
    select
        weighed.*,
        (weighed.weight_now - weighed.weight_before)
        * (
            (coalesce(weighed.value_before, weighed.value_now) + coalesce(weighed.value_now, weighed.value_before)) / 2
            - (weighed.value_before_all + weighed.value_now_all) / 2
        ) as mix_effect,
        (coalesce(weighed.value_now, weighed.value_before) - coalesce(weighed.value_before, weighed.value_now))
        * (weighed.weight_before + weighed.weight_now) / 2 as rate_effect
    from weighed
)

select
    parted.symptom,
    parted.kind,
    parted.slice,
    cast(parted.units_before as bigint) as units_before,
    parted.value_before,
    cast(parted.units_now as bigint) as units_now,
    parted.value_now,
    parted.mix_effect,
    parted.rate_effect,
    parted.mix_effect + parted.rate_effect as contribution
from parted
where parted.mix_effect is not null
