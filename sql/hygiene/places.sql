-- hygiene.places: the rule sets that may apply to people with the same evidence of where they are
-- grain: place, country, rule_set
-- reads: hygiene.subjects, hygiene.stated_places, config.jurisdictions, config.state_spellings, config.consent_settings
with known_places as (
    select distinct
        subjects.place,
        subjects.country,
        subjects.country_from,
        subjects.region,
        subjects.phone_region,
        subjects.domain_country
    from hygiene.subjects as subjects
),

places as (
    select
        known_places.*,
        cast(null as varchar) as stated
    from known_places
    union all
    select
        distinct_places.place,
        known_places.country,
        known_places.country_from,
        known_places.region,
        known_places.phone_region,
        known_places.domain_country,
        distinct_places.stated
    from (
        select distinct
            stated_places.place,
            stated_places.place_known,
            stated_places.stated
        from hygiene.stated_places as stated_places
    ) as distinct_places
    inner join known_places on distinct_places.place_known = known_places.place
),

stated_codes as (
    select
        places.place,
        unnest(string_split(places.stated, ',')) as code
    from places
    where places.stated is not null
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
    union all
    select
        stated_codes.place,
        split_part(stated_codes.code, '-', 1) as country,
        case when contains(stated_codes.code, '-') then lower(stated_codes.code) end as region,
        'consent' as evidence
    from stated_codes
),

countries as (
    select
        candidates.place,
        candidates.country,
        candidates.region,
        min(case candidates.evidence when 'country' then 1 when 'phone' then 2 when 'domain' then 3 else 4 end)
            as evidence_rank
    from candidates
    where candidates.country is not null
    group by candidates.place, candidates.country, candidates.region
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
        5 as evidence_rank,
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
    case min(resolved.evidence_rank)
        when 1 then 'country' when 2 then 'phone' when 3 then 'domain' when 4 then 'consent' else 'none'
    end as evidence
from resolved
inner join config.jurisdictions as jurisdictions on jurisdictions.country in (resolved.country, '*')
left join config.state_spellings as spellings
    on jurisdictions.state = spellings.state and resolved.region = spellings.spelling
where
    (jurisdictions.state is null or spellings.state is not null)
    and (jurisdictions.rule_set <> 'Unknown' or resolved.is_unknown = 1)
group by resolved.place, resolved.country, jurisdictions.rule_set
