-- scores.sales_states: customers, and how far sales has taken each person
-- grain: person_id
-- reads: people.golden, raw.opportunities, raw.sales_decisions, raw.versions, people.links, meta.run
with customers as (
    select distinct links.person_id
    from raw.opportunities as opportunities
    inner join raw.versions as versions
        on opportunities.file_id = versions.file_id and opportunities.row_number = versions.row_number
    inner join people.links as links
        on opportunities.record_id = links.record_id and links.object = 'opportunities'
    cross join meta.run as run
    where
        versions.object = 'opportunities' and versions.state = 'current'
        and opportunities.is_won and coalesce(opportunities.close_date, run.as_of) <= run.as_of
),

latest_decisions as (
    select
        links.person_id,
        max(struct_pack(
            is_dated := decisions.occurred_at is not null,
            occurred_at := decisions.occurred_at,
            record_id := decisions.record_id,
            decision := lower(decisions.decision)
        )) as latest
    from raw.sales_decisions as decisions
    inner join raw.versions as versions
        on decisions.file_id = versions.file_id and decisions.row_number = versions.row_number
    inner join people.links as links
        on decisions.record_id = links.record_id and links.object = 'sales_decisions'
    cross join meta.run as run
    where
        versions.object = 'sales_decisions' and versions.state = 'current'
        and coalesce(decisions.occurred_at, run.as_of) <= run.as_of
    group by links.person_id
)

select
    golden.person_id,
    customers.person_id is not null as is_customer,
    case
        -- a rejection after the hand-over takes the stage back
        when golden.sql_at <= run.as_of and not coalesce(
            decisions.latest.decision in ('rejected', 'recycled')
            and coalesce(decisions.latest.occurred_at, run.as_of) >= golden.sql_at,
            false
        ) then 'sql'
        when
            decisions.latest.decision = 'accepted'
            -- need, budget, authority and timeline are known
            and golden.use_case is not null and golden.declared_timeline_days is not null
            and coalesce(golden.budget_hi, golden.budget_lo) is not null
            and (
                golden.seniority in ('owner', 'c_level', 'vp', 'director')
                or golden.buying_role in ('budget_holder', 'decision_maker')
            )
            then 'sql'
        when decisions.latest.decision = 'accepted' then 'sal'
    end as sales_stage
from people.golden as golden
cross join meta.run as run
left join customers
    on golden.person_id = customers.person_id
left join latest_decisions as decisions
    on golden.person_id = decisions.person_id
where customers.person_id is not null or decisions.person_id is not null or golden.sql_at is not null
