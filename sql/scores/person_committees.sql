-- scores.person_committees: how many people of a person's account engaged of late
-- grain: person_id
-- reads: scores.engaged_people, people.accounts, config.scoring
with engaged_accounts as (
    select
        memberships.account_id,
        count(*) as engaged_people
    from people.accounts as memberships
    inner join scores.engaged_people as engaged
        on memberships.person_id = engaged.person_id
    group by memberships.account_id
)

select
    memberships.person_id,
    engaged_accounts.engaged_people,
    case when engaged_accounts.engaged_people >= scoring.committee_people then memberships.account_id end as account_id
from people.accounts as memberships
inner join engaged_accounts
    on memberships.account_id = engaged_accounts.account_id
cross join config.scoring as scoring
