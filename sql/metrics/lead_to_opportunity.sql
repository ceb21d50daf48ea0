-- metrics.lead_to_opportunity: opportunities within 90 days, by source, segment and decile of first score
-- grain: dimension, dimension_value
-- reads: metrics.deal_facts, metrics.first_scores, metrics.person_facts, people.golden, meta.run
with first_deals as (
    select
        deal_facts.person_id,
        min(deal_facts.opened_at) as opened_at
    from metrics.deal_facts as deal_facts
    where deal_facts.person_id is not null
    group by deal_facts.person_id
),

followed as (
    -- who has a deal of no known day, or from before, cannot be followed
    select
        facts.person_id,
        facts.source,
        facts.source_channel,
        facts.country,
        coalesce(golden.seniority, 'unknown') as seniority,
        case
            when golden.employees is null then 'unknown'
            when golden.employees < 50 then '1-49'
            when golden.employees < 200 then '50-199'
            when golden.employees <= 2000 then '200-2000'
            else '2001+'
        end as employee_band,
        -- the score counts where it was given before there was a deal
        case
            when first_deals.person_id is null or first_scores.scored_at < first_deals.opened_at then first_scores.score
        end as first_score,
        floor((epoch(run.as_of) - epoch(golden.created_at)) / 86400.0) as age_days,
        floor((epoch(first_deals.opened_at) - epoch(golden.created_at)) / 86400.0) as deal_days
    from metrics.person_facts as facts
    inner join people.golden as golden on facts.person_id = golden.person_id
    cross join meta.run as run
    left join first_deals on facts.person_id = first_deals.person_id
    left join metrics.first_scores as first_scores on facts.person_id = first_scores.person_id
    where
        golden.created_at <= run.as_of
        and (not facts.has_deal or first_deals.opened_at >= golden.created_at)
),

people as (
    select
        followed.*,
        case
            when followed.first_score is not null
                then
                    lpad(
                        cast(
                            ntile(10) over (
                                partition by followed.first_score is not null
                                order by followed.first_score asc, followed.person_id asc
                            ) as varchar
                        ), 2, '0'
                    )
        end as score_decile
    from followed
),

days as (
    -- one line for each cell and the day on which the person left: by a deal, or by the end of what is known
    select
        case
            when grouping(people.source) = 0 then 'source'
            when grouping(people.source_channel) = 0 then 'source_channel'
            when grouping(people.country) = 0 then 'country'
            when grouping(people.seniority) = 0 then 'seniority'
            when grouping(people.employee_band) = 0 then 'employee_band'
            when grouping(people.score_decile) = 0 then 'score_decile'
            else 'all'
        end as dimension,
        coalesce(
            people.source, people.source_channel, people.country, people.seniority, people.employee_band,
            people.score_decile, 'all'
        ) as dimension_value,
        grouping(people.score_decile) = 0 and people.score_decile is null as is_unscored,
        least(coalesce(people.deal_days, people.age_days), people.age_days, 91) as day,
        cast(count(*) as double) as leavers,
        cast(count(case when people.deal_days <= 90 and people.deal_days <= people.age_days then 1 end) as double)
            as deals,
        cast(count(case when people.age_days >= 90 then 1 end) as double) as matured,
        cast(count(case when people.age_days >= 90 and people.deal_days <= 90 then 1 end) as double) as matured_deals
    from people
    group by grouping sets (
        (day), (people.source, day), (people.source_channel, day), (people.country, day), (people.seniority, day),
        (people.employee_band, day), (people.score_decile, day)
    )
),

at_risk as (
    select
        days.*,
        sum(days.leavers) over (
            partition by days.dimension, days.dimension_value
            order by days.day desc
            rows between unbounded preceding and current row
        ) as people_left
    from days
    where not days.is_unscored
),

cells as (
    select
        at_risk.dimension,
        at_risk.dimension_value,
        sum(at_risk.leavers) as people,
        sum(at_risk.matured) as matured_people,
        sum(at_risk.matured_deals) as matured_deals,
        -- Kaplan and Meier: those who are too young count for as long as they are known
        exp(
            sum(
                case
                    when at_risk.deals < at_risk.people_left then ln(1 - at_risk.deals / at_risk.people_left)
                    else -700
                end
            )
        ) as without_deal
    from at_risk
    group by at_risk.dimension, at_risk.dimension_value
),

bounded as (
    select
        cells.*,
        cells.matured_deals / nullif(cells.matured_people, 0) as rate,
        nullif(cells.matured_people, 0) as trials,
        3.841459 as z2
    from cells
)

select
    bounded.dimension,
    bounded.dimension_value,
    cast(bounded.people as bigint) as people,
    cast(bounded.matured_people as bigint) as matured_people,
    cast(bounded.matured_deals as bigint) as matured_deals,
    bounded.rate,
    greatest(
        (
            bounded.rate + bounded.z2 / (2 * bounded.trials)
            - sqrt(
                greatest(bounded.rate * (1 - bounded.rate), 0) * bounded.z2 / bounded.trials
                + bounded.z2 * bounded.z2 / (4 * bounded.trials * bounded.trials)
            )
        ) / (1 + bounded.z2 / bounded.trials), 0
    ) as rate_lo,
    least(
        (
            bounded.rate + bounded.z2 / (2 * bounded.trials)
            + sqrt(
                greatest(bounded.rate * (1 - bounded.rate), 0) * bounded.z2 / bounded.trials
                + bounded.z2 * bounded.z2 / (4 * bounded.trials * bounded.trials)
            )
        ) / (1 + bounded.z2 / bounded.trials), 1
    ) as rate_hi,
    1 - bounded.without_deal as rate_all_ages,
    bounded.rate / nullif(max(case when bounded.dimension = 'all' then bounded.rate end) over (), 0) as lift
from bounded
where bounded.dimension = 'all' or bounded.people >= 30
