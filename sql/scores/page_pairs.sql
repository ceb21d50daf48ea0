-- scores.page_pairs: people who saw two different high-intent pages inside one window, wherever the window lies
-- grain: person_id
-- reads: scores.person_events, config.scoring, config.scoring_lists
with high_intent_views as (
    select
        person_events.person_id,
        person_events.record_id,
        person_events.page_class,
        person_events.occurred_at
    from scores.person_events as person_events
    inner join config.scoring_lists as pages
        on person_events.page_class = pages.value and pages.list = 'high_intent_pages'
    cross join config.scoring as scoring
    where
        person_events.type = 'page_view' and person_events.person_id is not null
        and person_events.occurred_at >= scoring.multi_page_from
),

-- two classes inside a window means two neighbours of different class inside it
neighbours as (
    select
        views.person_id,
        views.record_id,
        views.page_class,
        views.occurred_at,
        lag(views.page_class)
            over (partition by views.person_id order by views.occurred_at, views.record_id)
            as class_before,
        lag(views.occurred_at)
            over (partition by views.person_id order by views.occurred_at, views.record_id)
            as before_at
    from high_intent_views as views
)

select
    neighbours.person_id,
    max(struct_pack(occurred_at := neighbours.occurred_at, record_id := neighbours.record_id)).record_id as record_id
from neighbours
cross join config.scoring as scoring
where
    neighbours.page_class <> neighbours.class_before
    and epoch(neighbours.occurred_at) - epoch(neighbours.before_at) <= scoring.multi_page_hours * 3600
group by neighbours.person_id
