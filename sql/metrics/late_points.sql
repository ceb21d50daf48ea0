-- metrics.late_points: points whose evidence is an event that came after the outcome
-- grain: person_id, rule
-- reads: metrics.outcomes, scores.points, scores.person_events
select
    points.person_id,
    points.rule,
    max(points.points) as points
from metrics.outcomes as outcomes
inner join scores.points as points on outcomes.person_id = points.person_id
inner join scores.person_events as person_events
    on points.evidence = person_events.record_id and points.person_id = person_events.person_id
where outcomes.decided_at < person_events.occurred_at
group by points.person_id, points.rule
