-- metrics.currencies: the currencies of deals and spend; money is summed in the main one only
-- grain: currency
-- reads: raw.opportunities, raw.campaign_spend
with amounts as (
    select upper(trim(opportunities.currency)) as currency
    from raw.opportunities as opportunities
    where opportunities.amount is not null
    union all
    select upper(trim(campaign_spend.currency)) as currency
    from raw.campaign_spend as campaign_spend
    where campaign_spend.spend is not null
),

counted as (
    select
        amounts.currency,
        cast(count(*) as bigint) as amounts
    from amounts
    where amounts.currency is not null and amounts.currency <> ''
    group by amounts.currency
)

select
    counted.currency,
    counted.amounts,
    row_number() over (order by counted.amounts desc, counted.currency asc) = 1 as is_main
from counted
