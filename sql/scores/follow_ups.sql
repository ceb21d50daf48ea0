-- scores.follow_ups: people who engaged soon after a trigger event of theirs or of their account
-- grain: person_id
-- reads: scores.person_events, people.accounts, config.scoring, config.scoring_lists
with company_triggers as (
    select
        coalesce(person_events.account_id, memberships.account_id) as account_id,
        person_events.occurred_at
    from scores.person_events as person_events
    inner join config.scoring_lists as triggers
        on person_events.type = triggers.value and triggers.list = 'triggers'
    inner join config.scoring_lists as lists
        on person_events.type = lists.value and lists.list = 'account_triggers'
    left join people.accounts as memberships
        on person_events.person_id = memberships.person_id
),

company_moments as (
    select
        memberships.person_id,
        company_triggers.occurred_at
    from company_triggers
    inner join people.accounts as memberships
        on company_triggers.account_id = memberships.account_id
),

-- nobody else can follow up, and they are few
triggered_people as (
    select person_events.person_id
    from scores.person_events as person_events
    inner join config.scoring_lists as triggers
        on person_events.type = triggers.value and triggers.list = 'triggers'
    where person_events.person_id is not null
    union
    select company_moments.person_id
    from company_moments
),

-- triggers and engagements of each person on one line of time
moments as (
    select
        person_events.person_id,
        person_events.record_id,
        person_events.occurred_at,
        triggers.value is not null as is_trigger,
        engagements.value is not null and ignored_pages.value is null as is_engagement
    from scores.person_events as person_events
    inner join triggered_people
        on person_events.person_id = triggered_people.person_id
    left join config.scoring_lists as engagements
        on person_events.type = engagements.value and engagements.list = 'engagement_types'
    left join config.scoring_lists as ignored_pages
        on person_events.page_class = ignored_pages.value and ignored_pages.list = 'engagement_not_pages'
    left join config.scoring_lists as triggers
        on person_events.type = triggers.value and triggers.list = 'triggers'
    union all
    select
        company_moments.person_id,
        null as record_id,
        company_moments.occurred_at,
        true as is_trigger,
        false as is_engagement
    from company_moments
),

-- rows before this one only, so that a type that is both does not follow itself; of one moment the trigger comes first
moments_after_triggers as (
    select
        moments.person_id,
        moments.record_id,
        moments.occurred_at,
        moments.is_engagement,
        max(case when moments.is_trigger then moments.occurred_at end) over (
            partition by moments.person_id
            order by moments.occurred_at asc, moments.is_trigger desc, moments.record_id asc
            rows between unbounded preceding and 1 preceding
        ) as trigger_at
    from moments
    where moments.is_trigger or moments.is_engagement
)

select
    moments.person_id,
    max(struct_pack(occurred_at := moments.occurred_at, record_id := moments.record_id)).record_id as record_id
from moments_after_triggers as moments
cross join config.scoring as scoring
where
    moments.is_engagement and moments.occurred_at >= scoring.follow_up_from
    and epoch(moments.occurred_at) - epoch(moments.trigger_at) <= scoring.follow_up_days * 86400
group by moments.person_id
