-- scores.quality: the grade: dimensions, total, gates, class and what to do next
-- grain: person_id
-- reads: scores.totals, scores.facts, scores.behaviour, scores.questions, scores.coverage, config.scoring,
--   config.scoring_grades
with scored as (
    select
        totals.*,
        totals.fit + totals.intent + totals.access + totals.timing + totals.integrity + totals.negative as raw_total
    from scores.totals as totals
),

gated as (
    select
        scored.*,
        greatest(scored.raw_total, 0) as score,
        nullif(concat_ws(
            ',',
            case when scored.fit < scoring.fit_gate then 'fit' end,
            case when scored.intent < scoring.intent_gate then 'intent' end,
            case when scored.access < scoring.access_gate then 'access' end,
            case when scored.timing < scoring.timing_gate then 'timing' end,
            case when scored.integrity < scoring.integrity_gate then 'integrity' end,
            -- checklists are no gates unless the model makes them such
            case when coverage.bant < scoring.bant_coverage then 'bant' end,
            case when coverage.champ < scoring.champ_coverage then 'champ' end,
            case when coverage.meddicc < scoring.meddicc_coverage then 'meddicc' end,
            case when coverage.questions < scoring.questions_coverage then 'questions' end
        ), '') as gates_failed
    from scored
    cross join config.scoring as scoring
    left join scores.coverage as coverage
        on scored.person_id = coverage.person_id
),

classed as (
    select
        gated.*,
        scoring.model_id,
        gated.score / nullif(scoring.score_most, 0)::double as score_share,
        gated.score >= scoring.quality and gated.gates_failed is null as is_quality,
        case
            when facts.is_customer then 'customer'
            when facts.sales_stage is not null then facts.sales_stage
            when coalesce(behaviour.product_events, 0) >= scoring.pql_product_events then 'pql'
            when gated.fit >= scoring.mql_fit and gated.intent >= scoring.mql_intent then 'mql'
            else 'lead'
        end as stage,
        (facts.is_competitor and scoring.is_competitor_excluded)
        or (facts.is_spam and scoring.is_spam_excluded)
        or (facts.is_student and scoring.is_student_excluded) as is_excluded,
        facts.is_contact_dead
    from gated
    cross join config.scoring as scoring
    inner join scores.facts as facts
        on gated.person_id = facts.person_id
    left join scores.behaviour as behaviour
        on gated.person_id = behaviour.person_id
)

select
    classed.person_id,
    classed.model_id,
    classed.fit,
    classed.intent,
    classed.access,
    classed.timing,
    classed.integrity,
    classed.negative,
    classed.raw_total,
    classed.score,
    classed.score_share,
    grades.grade,
    classed.gates_failed,
    classed.is_quality,
    classed.stage,
    case
        when classed.is_excluded then 'exclude'
        when classed.is_contact_dead then 'reverify'
        when classed.is_quality then 'route'
        else 'nurture'
    end as next_action,
    questions.next_question
from classed
inner join config.scoring_grades as grades
    on classed.score = grades.score
left join scores.questions as questions
    on classed.person_id = questions.person_id
