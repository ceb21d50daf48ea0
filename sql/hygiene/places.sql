-- hygiene.places: the rule sets that may apply to people with the same evidence of where they are
-- grain: place, country, rule_set
-- reads: hygiene.subjects, config.jurisdictions, config.state_spellings, config.consent_settings
with places as (
    select distinct
        subjects.place,
        subjects.country,
        subjects.country_from,
        subjects.region,
        subjects.phone_region,
        subjects.domain_country
    from hygiene.subjects as subjects
),

-- conflicting evidence keeps every country; the best evidence of each comes first
candidates as (
    select
        places.place,
        places.country,
        places.region,
        places.country_from as evidence
    from places
    union all
    select
        places.place,
        places.phone_region as country,
        cast(null as varchar) as region,
        'phone' as evidence
    from places
    union all
    select
        places.place,
        places.domain_country as country,
        cast(null as varchar) as region,
        'domain' as evidence
    from places
),

countries as (
    select
        candidates.place,
        candidates.country,
        max(candidates.region) as region,
        min(case candidates.evidence when 'country' then 1 when 'phone' then 2 else 3 end) as evidence_rank
    from candidates
    where candidates.country is not null
    group by candidates.place, candidates.country
),

covered as (
    select distinct jurisdictions.country from config.jurisdictions as jurisdictions
    where jurisdictions.country <> '*'
),

known as (
    select
        countries.place,
        countries.country,
        countries.region,
        countries.evidence_rank
    from countries
    inner join covered on countries.country = covered.country
),

resolved as (
    select
        known.place,
        known.country,
        known.region,
        known.evidence_rank,
        0 as is_unknown
    from known
    union all
    select
        places.place,
        settings.unknown_as as country,
        cast(null as varchar) as region,
        4 as evidence_rank,
        1 as is_unknown
    from places
    cross join config.consent_settings as settings
    left join known on places.place = known.place
    where known.place is null
)

select
    resolved.place,
    resolved.country,
    jurisdictions.rule_set,
    max(jurisdictions.strictness) as strictness,
    min(case resolved.evidence_rank when 1 then 'country' when 2 then 'phone' when 3 then 'domain' else 'none' end)
        as evidence
from resolved
inner join config.jurisdictions as jurisdictions on jurisdictions.country in (resolved.country, '*')
left join config.state_spellings as spellings
    on jurisdictions.state = spellings.state and resolved.region = spellings.spelling
where
    (jurisdictions.state is null or spellings.state is not null)
    and (jurisdictions.rule_set <> 'Unknown' or resolved.is_unknown = 1)
group by resolved.place, resolved.country, jurisdictions.rule_set
