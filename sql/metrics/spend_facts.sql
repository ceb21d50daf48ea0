-- metrics.spend_facts: money spent on each person: a campaign's among its people, else a channel's among its people
-- grain: person_id (null: money that brought nobody we know)
-- reads: raw.campaign_spend, raw.versions, people.golden, metrics.currencies
with main_currency as (
    select max(currencies.currency) as currency
    from metrics.currencies as currencies
    where currencies.is_main
),

spend as (
    select
        trim(campaign_spend.campaign_id) as campaign_id,
        lower(trim(campaign_spend.channel)) as channel,
        cast(sum(try_cast(campaign_spend.spend as decimal(30, 9))) as double) as spend
    from raw.campaign_spend as campaign_spend
    inner join raw.versions as versions
        on campaign_spend.file_id = versions.file_id and campaign_spend.row_number = versions.row_number
    cross join main_currency
    where
        versions.object = 'campaign_spend' and versions.state = 'current' and campaign_spend.spend > 0
        and coalesce(nullif(upper(trim(campaign_spend.currency)), ''), main_currency.currency, '')
        = coalesce(main_currency.currency, '')
    group by trim(campaign_spend.campaign_id), lower(trim(campaign_spend.channel))
),

campaign_people as (
    select
        golden.campaign_id,
        cast(count(*) as double) as people
    from people.golden as golden
    where golden.campaign_id is not null
    group by golden.campaign_id
),

channel_people as (
    select
        golden.source_channel as channel,
        cast(count(*) as double) as people
    from people.golden as golden
    where golden.source_channel is not null
    group by golden.source_channel
),

placed as (
    select
        spend.spend,
        campaign_people.campaign_id,
        case when campaign_people.campaign_id is null then channel_people.channel end as channel,
        coalesce(campaign_people.people, channel_people.people, 1.0) as people
    from spend
    left join campaign_people on spend.campaign_id = campaign_people.campaign_id
    left join channel_people on spend.channel = channel_people.channel
),

by_campaign as (
    select
        placed.campaign_id,
        cast(sum(try_cast(placed.spend as decimal(30, 9))) as double) / max(placed.people) as spend_per_person
    from placed
    where placed.campaign_id is not null
    group by placed.campaign_id
),

by_channel as (
    select
        placed.channel,
        cast(sum(try_cast(placed.spend as decimal(30, 9))) as double) / max(placed.people) as spend_per_person
    from placed
    where placed.channel is not null
    group by placed.channel
)

select
    golden.person_id,
    coalesce(by_campaign.spend_per_person, 0) + coalesce(by_channel.spend_per_person, 0) as spend
from people.golden as golden
left join by_campaign on golden.campaign_id = by_campaign.campaign_id
left join by_channel on golden.source_channel = by_channel.channel
where by_campaign.campaign_id is not null or by_channel.channel is not null
union all
select
    cast(null as varchar) as person_id,
    cast(sum(try_cast(placed.spend as decimal(30, 9))) as double) as spend
from placed
where placed.campaign_id is null and placed.channel is null
having sum(placed.spend) > 0
