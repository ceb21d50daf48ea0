-- people.review: people who may be one and about whom nobody decided, with the pair of leads that says so most surely
-- grain: person_id_a, person_id_b
-- reads: people.pairs, people.members, people.features, people.decided_pairs
with between_people as (
    select
        least(a.person_id, b.person_id) as lesser_id,
        greatest(a.person_id, b.person_id) as greater_id,
        a.person_id as person_id_a,
        b.person_id as person_id_b,
        pairs.lead_id_a,
        pairs.lead_id_b,
        pairs.match_probability,
        pairs.match_weight,
        pairs.decision,
        pairs.evidence
    from people.pairs as pairs
    inner join people.members as a on pairs.lead_id_a = a.lead_id
    inner join people.members as b on pairs.lead_id_b = b.lead_id
    where a.person_id <> b.person_id
),

-- one pair that was decided holds all leads of two people apart
decided as (
    select distinct
        least(a.person_id, b.person_id) as lesser_id,
        greatest(a.person_id, b.person_id) as greater_id
    from people.decided_pairs as pairs
    inner join people.features as features_a on pairs.record_a = features_a.record
    inner join people.features as features_b on pairs.record_b = features_b.record
    inner join people.members as a on features_a.lead_id = a.lead_id
    inner join people.members as b on features_b.lead_id = b.lead_id
    where pairs.match_weight < 0
),

surest as (
    select
        between_people.*,
        count(*) over (partition by between_people.lesser_id, between_people.greater_id) as pairs
    from between_people
    left join decided
        on between_people.lesser_id = decided.lesser_id and between_people.greater_id = decided.greater_id
    where decided.lesser_id is null
    qualify
        row_number() over (
            partition by between_people.lesser_id, between_people.greater_id
            order by between_people.match_weight desc, between_people.lead_id_a asc, between_people.lead_id_b asc
        ) = 1
),

sizes as (
    select
        members.person_id,
        count(*) as leads
    from people.members as members
    group by members.person_id
)

select
    'r_' || substr(md5(surest.lead_id_a || chr(31) || surest.lead_id_b), 1, 10) as review_id,
    surest.person_id_a,
    surest.person_id_b,
    surest.lead_id_a,
    surest.lead_id_b,
    surest.match_probability,
    surest.match_weight,
    case when surest.decision = 'match' then 'held_apart' else 'unsure' end as why,
    array_to_string(
        regexp_extract_all(
            surest.evidence,
            '"([a-z_]+)":"(?:same|same_shared|same_domain|swapped|nickname|year_same|text_same)"',
            1
        ),
        ', '
    ) as agrees,
    replace(
        array_to_string(
            regexp_extract_all(
                surest.evidence,
                '"([a-z_]+":"(?:same_local|same_short|same_figure|same_name|same_initial|initial|prefix|typo|similar|'
                || 'other_part|contained|loose|slip|near|other_figure|other_figure_free|other_box|year_slip|year_near|'
                || 'text_similar|text_loose))"',
                1
            ),
            ', '
        ),
        '":"', ' '
    ) as is_close,
    array_to_string(
        regexp_extract_all(surest.evidence, '"([a-z_]+)":"(?:different|year_different|text_different)"', 1), ', '
    ) as differs,
    surest.pairs,
    sizes_a.leads + sizes_b.leads as leads,
    round(
        case
            when surest.decision = 'match' then 1.0
            else 4 * surest.match_probability * (1 - surest.match_probability)
        end * log2(sizes_a.leads + sizes_b.leads), 3
    ) as worth
from surest
inner join sizes as sizes_a on surest.person_id_a = sizes_a.person_id
inner join sizes as sizes_b on surest.person_id_b = sizes_b.person_id
