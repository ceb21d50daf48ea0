-- metrics.symptom_lines: what each symptom is measured by, in the last 90 days and in the 270 days before
-- grain: symptom, period, source, cause
-- reads: metrics.touches, metrics.deal_facts, metrics.person_causes, raw.sales_decisions, raw.versions, people.links,
--   people.golden, hygiene.reach, meta.run
with decisions as (
    select
        sales_decisions.record_id,
        sales_decisions.occurred_at,
        lower(sales_decisions.reason) as reason,
        sales_decisions.decision,
        links.person_id
    from raw.sales_decisions as sales_decisions
    inner join raw.versions as versions
        on sales_decisions.file_id = versions.file_id and sales_decisions.row_number = versions.row_number
    inner join people.links as links
        on sales_decisions.record_id = links.record_id and links.object = 'sales_decisions'
    where versions.object = 'sales_decisions' and versions.state = 'current'
),

units as (
    select
        'low_connect' as symptom,
        touches.person_id,
        touches.occurred_at,
        cast(case when touches.outcome = 'connected' then 1 else 0 end as double) as amount
    from metrics.touches as touches
    where touches.channel = 'call' and touches.is_outbound
    union all
    select
        'high_no_show' as symptom,
        touches.person_id,
        touches.occurred_at,
        cast(case when touches.outcome = 'no_show' then 1 else 0 end as double) as amount
    from metrics.touches as touches
    where touches.outcome in ('held', 'no_show')
    union all
    select
        'high_no_fit' as symptom,
        decisions.person_id,
        decisions.occurred_at,
        cast(
            case
                when
                    decisions.decision = 'rejected'
                    and regexp_matches(coalesce(decisions.reason, ''), 'fit|icp|student|competitor|territory|segment')
                    then 1
                else 0
            end as double
        ) as amount
    from decisions
    where decisions.decision in ('accepted', 'rejected')
    union all
    select
        'low_win' as symptom,
        deal_facts.person_id,
        deal_facts.closed_at as occurred_at,
        cast(case when deal_facts.is_won then 1 else 0 end as double) as amount
    from metrics.deal_facts as deal_facts
    where deal_facts.is_won or deal_facts.is_lost
    union all
    select
        'long_cycle' as symptom,
        deal_facts.person_id,
        deal_facts.closed_at as occurred_at,
        cast(deal_facts.won_days as double) as amount
    from metrics.deal_facts as deal_facts
    where deal_facts.won_days is not null
    union all
    select
        'high_bounce' as symptom,
        reach.person_id,
        golden.created_at as occurred_at,
        cast(case when reach.is_bounced then 1 else 0 end as double) as amount
    from hygiene.reach as reach
    inner join people.golden as golden on reach.person_id = golden.person_id
    where reach.channel = 'email' and reach.has_contact
),

dated as (
    select
        units.symptom,
        case
            when units.occurred_at > run.as_of - interval 90 day then 'now'
            else 'before'
        end as period,
        units.person_id,
        units.amount
    from units
    cross join meta.run as run
    where units.occurred_at <= run.as_of and units.occurred_at > run.as_of - interval 360 day
)

select
    dated.symptom,
    dated.period,
    causes.source,
    causes.cause,
    cast(count(*) as double) as units,
    cast(sum(try_cast(dated.amount as decimal(30, 9))) as double) as amount,
    cast(sum(try_cast(dated.amount * dated.amount as decimal(30, 9))) as double) as squares
from dated
inner join metrics.person_causes as causes on dated.person_id = causes.person_id
group by dated.symptom, dated.period, causes.source, causes.cause
