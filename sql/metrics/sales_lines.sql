-- metrics.sales_lines: deals, decisions and money as amounts of a measure; what has no person counts in the whole only
-- grain: none (a deal or decision gives a line for each measure it counts in)
-- reads: metrics.deal_facts, metrics.spend_facts, raw.sales_decisions, raw.versions, people.links, metrics.person_facts
with deal_lines as (
    select
        record_id,
        person_id,
        measure,
        amount
    from (
        select
            deal_facts.record_id,
            deal_facts.person_id,
            cast(1 as double) as deals,
            cast(case when deal_facts.is_open then 1 end as double) as open_deals,
            cast(case when deal_facts.is_won then 1 end as double) as won_deals,
            cast(case when deal_facts.is_won or deal_facts.is_lost then 1 end as double) as closed_deals,
            cast(case when deal_facts.is_won then deal_facts.amount end as double) as won_deal_amount,
            cast(case when deal_facts.is_won and deal_facts.amount is not null then 1 end as double)
                as won_deals_with_amount,
            cast(deal_facts.won_days as double) as won_days,
            cast(case when deal_facts.won_days is not null then 1 end as double) as won_deals_with_days
        from metrics.deal_facts as deal_facts
    ) as wide
    unpivot (
        amount for measure in (
            deals, open_deals, won_deals, closed_deals, won_deal_amount, won_deals_with_amount, won_days,
            won_deals_with_days
        )
    )
),

decisions as (
    select
        sales_decisions.record_id,
        min(sales_decisions.decision) as decision,
        min(links.person_id) as person_id
    from raw.sales_decisions as sales_decisions
    inner join raw.versions as versions
        on sales_decisions.file_id = versions.file_id and sales_decisions.row_number = versions.row_number
    left join people.links as links
        on sales_decisions.record_id = links.record_id and links.object = 'sales_decisions'
    where
        versions.object = 'sales_decisions' and versions.state = 'current'
        and sales_decisions.decision in ('accepted', 'rejected')
    group by sales_decisions.record_id
),

lines as (
    select
        deal_lines.person_id,
        deal_lines.measure,
        deal_lines.amount
    from deal_lines
    union all
    select
        decisions.person_id,
        'sales_decisions' as measure,
        cast(1 as double) as amount
    from decisions
    union all
    select
        decisions.person_id,
        'rejected_decisions' as measure,
        cast(1 as double) as amount
    from decisions
    where decisions.decision = 'rejected'
    union all
    select
        spend_facts.person_id,
        'spend' as measure,
        cast(spend_facts.spend as double) as amount
    from metrics.spend_facts as spend_facts
)

select
    person_facts.source,
    person_facts.source_channel,
    person_facts.country,
    person_facts.is_quality,
    lines.measure,
    lines.amount
from lines
left join metrics.person_facts as person_facts on lines.person_id = person_facts.person_id
