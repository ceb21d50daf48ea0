-- metrics.person_measures: the sums over people that rates are made of
-- grain: dimension, dimension_value, measure
-- reads: metrics.person_facts
with sums as (
    select
        case
            when grouping(facts.source) = 0 then 'source'
            when grouping(facts.source_channel) = 0 then 'source_channel'
            when grouping(facts.country) = 0 then 'country'
            else 'all'
        end as dimension,
        coalesce(facts.source, facts.source_channel, facts.country, 'all') as dimension_value,
        cast(count(*) as double) as people,
        cast(count(case when facts.is_quality then 1 end) as double) as quality_people,
        cast(count(case when facts.is_mql or facts.is_pql then 1 end) as double) as qualified_people,
        cast(count(case when facts.is_mql then 1 end) as double) as mql_people,
        cast(count(case when facts.is_sql then 1 end) as double) as sql_people,
        cast(count(case when facts.is_sql and facts.is_customer then 1 end) as double) as sql_customers,
        cast(count(case when facts.is_customer then 1 end) as double) as customers,
        cast(
            count(case when facts.is_customer and (facts.is_mql or facts.is_pql) then 1 end) as double
        ) as qualified_customers,
        cast(count(case when facts.has_deal then 1 end) as double) as people_with_deal,
        cast(count(case when facts.is_customer or facts.has_deal then 1 end) as double) as people_with_outcome,
        cast(count(case when facts.is_matured then 1 end) as double) as matured_people,
        cast(count(case when facts.is_matured and facts.has_deal then 1 end) as double) as matured_people_with_deal,
        cast(count(case when facts.is_matured and facts.is_customer then 1 end) as double) as matured_customers,
        cast(count(case when facts.is_reachable then 1 end) as double) as reachable_people,
        cast(count(case when facts.is_decayed then 1 end) as double) as decayed_people,
        cast(count(case when facts.has_gap then 1 end) as double) as people_with_gap,
        cast(count(case when facts.has_email then 1 end) as double) as email_people,
        cast(count(case when facts.is_bounced then 1 end) as double) as bounced_people,
        cast(count(case when facts.is_called then 1 end) as double) as called_people,
        cast(count(case when facts.is_connected then 1 end) as double) as connected_people,
        cast(count(case when facts.is_touched then 1 end) as double) as touched_people,
        cast(count(case when facts.is_matured and facts.is_first_touch_5m then 1 end) as double) as fast_people,
        cast(count(case when facts.is_matured and facts.is_first_hour_met then 1 end) as double) as first_hour_people,
        cast(count(case when facts.is_matured and facts.is_cadence_met then 1 end) as double) as cadence_people,
        cast(coalesce(sum(facts.meetings), 0) as double) as meetings,
        cast(coalesce(sum(facts.no_show_meetings), 0) as double) as no_show_meetings,
        cast(coalesce(sum(facts.score), 0) as double) as score_total,
        cast(coalesce(sum(try_cast(facts.pipeline_amount as decimal(30, 9))), 0) as double) as pipeline_amount,
        cast(coalesce(sum(try_cast(facts.won_amount as decimal(30, 9))), 0) as double) as won_amount,
        -- income that the money can have bought: of people that money was spent on
        cast(
            coalesce(sum(try_cast(case when facts.spend > 0 then facts.won_amount end as decimal(30, 9))), 0) as double
        ) as paid_won_amount
    from metrics.person_facts as facts
    group by grouping sets ((), (facts.source), (facts.source_channel), (facts.country))
)

select
    dimension,
    dimension_value,
    measure,
    amount
from sums
unpivot (
    amount for measure in (
        people, quality_people, qualified_people, mql_people, sql_people, sql_customers, people_with_outcome,
        customers, qualified_customers, people_with_deal,
        matured_people, matured_people_with_deal, matured_customers, reachable_people, decayed_people,
        people_with_gap, email_people, bounced_people, called_people, connected_people, touched_people,
        fast_people, first_hour_people, cadence_people, meetings, no_show_meetings,
        score_total, pipeline_amount, won_amount, paid_won_amount
    )
)
