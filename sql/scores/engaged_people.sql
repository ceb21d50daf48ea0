-- scores.engaged_people: who did something of late that counts as taking part
-- grain: person_id
-- reads: scores.person_events, config.scoring, config.scoring_lists
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
