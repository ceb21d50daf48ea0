-- people.assigned: the person id of each lead tonight; ids of last night live on, the older one where people merge
-- grain: lead_id
-- reads: contacts.leads, people.clusters, people.previous, people.taken_ids, meta.run
with clustered as (
    select
        leads.lead_id,
        coalesce(clusters.cluster_id, leads.lead_id) as cluster_id,
        coalesce(clusters.match_probability, 1.0) as match_probability,
        leads.created_at
    from contacts.leads as leads
    left join people.clusters as clusters on leads.lead_id = clusters.lead_id
),

shared_leads as (
    select
        previous.person_id,
        clustered.cluster_id,
        count(*) as leads,
        min(previous.person_since) as person_since,
        min(clustered.created_at) as created_at
    from clustered
    inner join people.previous as previous on clustered.lead_id = previous.lead_id
    group by previous.person_id, clustered.cluster_id
),

ranked as (
    select
        shared_leads.*,
        row_number() over (
            partition by shared_leads.cluster_id
            order by shared_leads.person_since nulls last, shared_leads.created_at nulls last, shared_leads.person_id
        ) = 1 as is_oldest
    from shared_leads
),

-- a person that was split goes on in its biggest part; of equals in one that no older person goes on in
main_parts as (
    select ranked.*
    from ranked
    qualify
        row_number() over (
            partition by ranked.person_id
            order by ranked.leads desc, ranked.is_oldest desc, ranked.cluster_id asc
        ) = 1
),

-- people that became one go on as the oldest of them
kept as (
    select main_parts.*
    from main_parts
    qualify
        row_number() over (
            partition by main_parts.cluster_id
            order by main_parts.person_since nulls last, main_parts.created_at nulls last, main_parts.person_id
        ) = 1
),

new_ids as (
    select distinct
        clustered.cluster_id,
        'p_' || substr(md5(clustered.cluster_id), 1, 20) as person_id
    from clustered
    left join kept on clustered.cluster_id = kept.cluster_id
    where kept.cluster_id is null
),

-- an id that was ever given to somebody is not given to somebody else
attempts as (select unnest(range(1, 50)) as attempt),

further_ids as (
    select
        new_ids.cluster_id,
        attempts.attempt,
        'p_' || substr(md5(new_ids.cluster_id || chr(31) || cast(attempts.attempt as varchar)), 1, 20) as person_id
    from new_ids
    inner join people.taken_ids as taken_ids on new_ids.person_id = taken_ids.person_id
    cross join attempts
),

free_ids as (
    select
        further_ids.cluster_id,
        arg_min(further_ids.person_id, further_ids.attempt) as person_id
    from further_ids
    left join people.taken_ids as taken_ids on further_ids.person_id = taken_ids.person_id
    where taken_ids.person_id is null
    group by further_ids.cluster_id
)

select
    clustered.lead_id,
    clustered.cluster_id,
    coalesce(kept.person_id, free_ids.person_id, new_ids.person_id) as person_id,
    clustered.match_probability,
    coalesce(kept.person_since, run.as_of) as person_since
from clustered
left join kept on clustered.cluster_id = kept.cluster_id
left join new_ids on clustered.cluster_id = new_ids.cluster_id
left join free_ids on clustered.cluster_id = free_ids.cluster_id
cross join meta.run as run
