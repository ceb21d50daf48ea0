-- hygiene.learners: whose checks the laws of decay are learned from
-- grain: person_id
-- reads: people.golden, hygiene.segments, config.decay_settings
with counted as (
    select cast(count(*) as double) as people
    from people.golden
)

-- of very many people a part teaches as much as all: the same people every night
select
    golden.person_id,
    golden.phone_e164,
    golden.phone_type,
    coalesce(golden.leads, 2) > 1 as has_more_leads,
    segments.segment_id
from people.golden as golden
inner join hygiene.segments as segments
    on
        coalesce(golden.seniority, '') = segments.seniority and coalesce(golden.source, '') = segments.source
        and coalesce(golden.industry, '') = segments.industry
cross join counted
cross join config.decay_settings as settings
where
    counted.people <= settings.most_people
    or substr(md5(golden.person_id), 1, 4)
    < lower(lpad(hex(cast(floor(65536 * settings.most_people / counted.people) as bigint)), 4, '0'))
