-- people.cluster_quality: how well people of each size hold together
-- grain: leads
-- reads: people.golden, people.cohesion
select
    golden.leads,
    count(*) as people,
    cast(sum(golden.leads) as bigint) as all_leads,
    sum(cohesion.compared_pairs) / nullif(sum(cohesion.pairs), 0) as compared_share,
    sum(cohesion.links) / nullif(sum(cohesion.pairs), 0) as density,
    min(cohesion.weakest_link) as weakest_link,
    median(cohesion.weakest_link) as median_weakest_link,
    cast(coalesce(sum(cohesion.bridges), 0) as bigint) as bridges,
    count(*) filter (where cohesion.is_bridged) as bridged_people,
    count(*) filter (where cohesion.is_decided) as decided_people
from people.golden as golden
left join people.cohesion as cohesion on golden.person_id = cohesion.person_id
group by golden.leads
order by golden.leads
