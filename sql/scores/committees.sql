-- scores.committees: the people of each account who take part in the buying, and the roles that nobody has yet
-- grain: account_id
-- reads: people.accounts, scores.engaged_people, scores.facts, scores.quality, config.scoring
-- what they say of themselves goes before what their title suggests
with members as (
    select
        memberships.account_id,
        engaged.person_id is not null as is_engaged,
        quality.is_quality,
        case
            when facts.buying_role in ('budget_holder', 'decision_maker') then 'decision_maker'
            when facts.buying_role in ('influencer', 'champion') then 'influencer'
            when facts.buying_role = 'end_user' then 'end_user'
            when facts.seniority in ('owner', 'c_level', 'vp', 'director') then 'decision_maker'
            when facts.seniority = 'manager' then 'influencer'
        end as role
    from people.accounts as memberships
    inner join scores.facts as facts
        on memberships.person_id = facts.person_id
    inner join scores.quality as quality
        on memberships.person_id = quality.person_id
    left join scores.engaged_people as engaged
        on memberships.person_id = engaged.person_id
),

counted as (
    select
        members.account_id,
        count(*) as people,
        count(*) filter (where members.is_engaged) as engaged_people,
        count(*) filter (where members.is_engaged and members.role = 'decision_maker') as decision_makers,
        count(*) filter (where members.is_engaged and members.role = 'influencer') as influencers,
        count(*) filter (where members.is_engaged and members.role = 'end_user') as end_users,
        count(*) filter (where members.is_quality) as quality_people
    from members
    group by members.account_id
)

select
    counted.account_id,
    counted.people,
    counted.engaged_people,
    counted.decision_makers,
    counted.influencers,
    counted.end_users,
    (
        cast(counted.decision_makers > 0 as integer)
        + cast(counted.influencers > 0 as integer)
        + cast(counted.end_users > 0 as integer)
    ) / 3.0::double as coverage,
    nullif(concat_ws(
        ',',
        case when counted.decision_makers = 0 then 'decision_maker' end,
        case when counted.influencers = 0 then 'influencer' end,
        case when counted.end_users = 0 then 'end_user' end
    ), '') as missing,
    counted.engaged_people >= scoring.committee_people as is_committee,
    counted.quality_people
from counted
cross join config.scoring as scoring
