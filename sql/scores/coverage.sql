-- scores.coverage: how much of each checklist is known of each person
-- grain: person_id
-- reads: scores.facts, scores.checklists, config.scoring_items
with sizes as (
    select
        greatest(count(*) filter (where items.checklist = 'bant'), 1) as bant,
        greatest(count(*) filter (where items.checklist = 'champ'), 1) as champ,
        greatest(count(*) filter (where items.checklist = 'meddicc'), 1) as meddicc,
        greatest(count(*) filter (where items.checklist = 'questions'), 1) as questions,
        greatest(count(*) filter (where items.checklist = 'need'), 1) as need,
        greatest(count(*) filter (where items.checklist = 'recurrence'), 1) as recurrence
    from config.scoring_items as items
),

known as (
    select
        checklists.person_id,
        count(*) filter (where checklists.checklist = 'bant') as bant,
        count(*) filter (where checklists.checklist = 'champ') as champ,
        count(*) filter (where checklists.checklist = 'meddicc') as meddicc,
        count(*) filter (where checklists.checklist = 'questions') as questions,
        count(*) filter (where checklists.checklist = 'need') as need,
        count(*) filter (where checklists.checklist = 'recurrence') as recurrence,
        string_agg(checklists.item, ',' order by checklists.item)
        filter (where checklists.checklist = 'bant')
            as bant_items
    from scores.checklists as checklists
    group by checklists.person_id
),

-- a handful of different answers for millions of people
answers as (
    select distinct coalesce(known.bant_items, '') as bant_items from known
    union
    select '' as bant_items
),

missing_items as (
    select
        answers.bant_items,
        string_agg(items.item, ',' order by items.item) as missing
    from answers
    inner join config.scoring_items as items
        on items.checklist = 'bant' and not contains(',' || answers.bant_items || ',', ',' || items.item || ',')
    group by answers.bant_items
)

select
    facts.person_id,
    coalesce(known.bant, 0) / sizes.bant::double as bant,
    coalesce(known.champ, 0) / sizes.champ::double as champ,
    coalesce(known.meddicc, 0) / sizes.meddicc::double as meddicc,
    coalesce(known.questions, 0) / sizes.questions::double as questions,
    coalesce(known.need, 0) / sizes.need::double as need_coverage,
    coalesce(known.recurrence, 0) / sizes.recurrence::double as ltv_index,
    missing_items.missing
from scores.facts as facts
cross join sizes
left join known
    on facts.person_id = known.person_id
left join missing_items
    on coalesce(known.bant_items, '') = missing_items.bant_items
