-- hygiene.segments: what tells the values of people apart, folded to the levels that a law is learned for
-- grain: seniority, source, industry
-- reads: people.golden, config.decay_settings
with combinations as (
    select
        coalesce(golden.seniority, '') as seniority,
        coalesce(golden.source, '') as source,
        coalesce(golden.industry, '') as industry,
        count(*) as people
    from people.golden as golden
    group by coalesce(golden.seniority, ''), coalesce(golden.source, ''), coalesce(golden.industry, '')
),

values_counted as (
    select
        'seniority' as dimension,
        combinations.seniority as value,
        sum(combinations.people) as people
    from combinations
    group by combinations.seniority
    union all
    select
        'source' as dimension,
        combinations.source as value,
        sum(combinations.people) as people
    from combinations
    group by combinations.source
    union all
    select
        'industry' as dimension,
        combinations.industry as value,
        sum(combinations.people) as people
    from combinations
    group by combinations.industry
),

values_ranked as (
    select
        values_counted.dimension,
        values_counted.value,
        row_number() over (
            partition by values_counted.dimension order by values_counted.people desc, values_counted.value asc
        ) as place
    from values_counted
    where values_counted.value <> ''
),

levels as (
    select
        combinations.seniority,
        combinations.source,
        combinations.industry,
        combinations.people,
        case
            when not settings.by_seniority then 'any'
            when combinations.seniority = '' then 'unknown'
            when seniorities.place <= settings.most_levels then combinations.seniority
            else 'other'
        end as seniority_level,
        case
            when not settings.by_source then 'any'
            when combinations.source = '' then 'unknown'
            when sources.place <= settings.most_levels then combinations.source
            else 'other'
        end as source_level,
        case
            when not settings.by_industry then 'any'
            when combinations.industry = '' then 'unknown'
            when industries.place <= settings.most_levels then combinations.industry
            else 'other'
        end as industry_level
    from combinations
    cross join config.decay_settings as settings
    left join values_ranked as seniorities
        on seniorities.dimension = 'seniority' and combinations.seniority = seniorities.value
    left join values_ranked as sources
        on sources.dimension = 'source' and combinations.source = sources.value
    left join values_ranked as industries
        on industries.dimension = 'industry' and combinations.industry = industries.value
)

select
    levels.seniority,
    levels.source,
    levels.industry,
    cast(levels.people as bigint) as people,
    levels.seniority_level,
    levels.source_level,
    levels.industry_level,
    dense_rank() over (order by levels.seniority_level, levels.source_level, levels.industry_level) as segment_id
from levels
