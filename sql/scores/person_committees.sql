-- scores.person_committees: how many people of a person's account engaged of late
-- grain: person_id
-- reads: scores.person_events, people.accounts, config.scoring, config.scoring_lists
with engaged as (
    select distinct person_events.person_id
    from scores.person_events as person_events
    inner join config.scoring_lists as engagements
        on person_events.type = engagements.value and engagements.list = 'engagement_types'
    left join config.scoring_lists as ignored_pages
        on person_events.page_class = ignored_pages.value and ignored_pages.list = 'engagement_not_pages'
    cross join config.scoring as scoring
    where
        person_events.person_id is not null and ignored_pages.value is null
        and person_events.occurred_at >= scoring.committee_from
),

engaged_accounts as (
    select
        memberships.account_id,
        count(distinct memberships.person_id) as engaged_people
    from people.accounts as memberships
    inner join engaged
        on memberships.person_id = engaged.person_id
    group by memberships.account_id
)

select
    memberships.person_id,
    max(engaged_accounts.engaged_people) as engaged_people,
    min(case when engaged_accounts.engaged_people >= scoring.committee_people then memberships.account_id end)
        as account_id
from people.accounts as memberships
inner join engaged_accounts
    on memberships.account_id = engaged_accounts.account_id
cross join config.scoring as scoring
group by memberships.person_id
