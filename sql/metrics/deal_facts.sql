-- metrics.deal_facts: current deals with their person, state, and amount in the main currency
-- grain: record_id
-- reads: raw.opportunities, raw.versions, people.links, metrics.currencies
with main_currency as (
    -- one row, also where no currency is known
    select max(currencies.currency) as currency
    from metrics.currencies as currencies
    where currencies.is_main
),

current_deals as (
    select
        opportunities.record_id,
        opportunities.created_at,
        opportunities.close_date,
        coalesce(opportunities.is_won, false) as is_won,
        coalesce(opportunities.is_won, false) or coalesce(opportunities.is_closed, false) as is_closed,
        coalesce(nullif(upper(trim(opportunities.currency)), ''), main_currency.currency, '') as currency,
        coalesce(main_currency.currency, '') as main_currency,
        opportunities.amount
    from raw.opportunities as opportunities
    inner join raw.versions as versions
        on opportunities.file_id = versions.file_id and opportunities.row_number = versions.row_number
    cross join main_currency
    where versions.object = 'opportunities' and versions.state = 'current'
),

deal_people as (
    select
        links.record_id,
        min(links.person_id) as person_id
    from people.links as links
    where links.object = 'opportunities'
    group by links.record_id
)

select
    current_deals.record_id,
    deal_people.person_id,
    current_deals.created_at as opened_at,
    case when current_deals.is_closed then current_deals.close_date end as closed_at,
    case when current_deals.is_won then current_deals.close_date end as won_at,
    not current_deals.is_closed as is_open,
    current_deals.is_won,
    current_deals.is_closed and not current_deals.is_won as is_lost,
    case when current_deals.currency = current_deals.main_currency then current_deals.amount end as amount,
    -- a deal that closed before it was opened tells nothing about the time it took
    case
        when current_deals.is_won and current_deals.close_date >= current_deals.created_at
            then (epoch(current_deals.close_date) - epoch(current_deals.created_at)) / 86400.0
    end as won_days
from current_deals
left join deal_people on current_deals.record_id = deal_people.record_id
