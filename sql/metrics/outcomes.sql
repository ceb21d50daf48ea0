-- metrics.outcomes: what became of each person who is old enough, beside the score of tonight and of the first night
-- grain: person_id (matured people)
-- reads: metrics.person_facts, metrics.deal_facts, metrics.first_scores, people.golden, scores.person_events, meta.run
with deals as (
    select
        deal_facts.person_id,
        min(deal_facts.opened_at) as opened_at,
        min(deal_facts.won_at) as won_at
    from metrics.deal_facts as deal_facts
    where deal_facts.person_id is not null
    group by deal_facts.person_id
),

horizon as (
    -- what happened before cannot make a rule fire any more
    select min(person_events.occurred_at) as seen_from
    from scores.person_events as person_events
),

decided as (
    select
        facts.person_id,
        golden.created_at,
        facts.score,
        facts.has_deal,
        facts.is_customer as has_won,
        case
            when facts.has_deal or facts.is_customer
                then least(
                    coalesce(deals.opened_at, deals.won_at, golden.converted_at),
                    coalesce(deals.won_at, deals.opened_at, golden.converted_at)
                )
        end as decided_at
    from metrics.person_facts as facts
    inner join people.golden as golden on facts.person_id = golden.person_id
    left join deals on facts.person_id = deals.person_id
    where facts.is_matured and facts.score is not null
)

select
    decided.person_id,
    decided.created_at,
    decided.score,
    case
        when
            first_scores.scored_at < decided.decided_at
            or (decided.decided_at is null and epoch(run.as_of) - epoch(first_scores.scored_at) >= 90 * 86400)
            then first_scores.score
    end as first_score,
    decided.has_deal,
    decided.has_won,
    decided.decided_at,
    not (decided.has_deal or decided.has_won) or coalesce(decided.decided_at >= horizon.seen_from, false) as is_recent,
    percent_rank() over (order by decided.created_at asc) >= 0.7 as is_later
from decided
cross join horizon
cross join meta.run as run
left join metrics.first_scores as first_scores on decided.person_id = first_scores.person_id
