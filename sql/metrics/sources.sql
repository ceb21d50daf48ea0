-- metrics.sources: what each source sent and what became of it
-- grain: source
-- reads: raw.files, contacts.leads, metrics.person_facts
with files as (
    select
        files.source,
        sum(files.rows_read) as rows_read,
        sum(files.rows_quarantined) as rows_quarantined
    from raw.files as files
    where files.object = 'leads'
    group by files.source
),

leads as (
    select
        leads.source,
        count(*) as leads
    from contacts.leads as leads
    group by leads.source
),

people as (
    select
        person_facts.source,
        count(*) as people,
        count(case when person_facts.is_quality then 1 end) as quality_people,
        count(case when person_facts.is_reachable then 1 end) as reachable_people,
        count(case when person_facts.has_gap then 1 end) as people_with_gaps,
        sum(person_facts.score) / nullif(cast(count(person_facts.score) as double), 0) as mean_score,
        cast(sum(try_cast(person_facts.spend as decimal(30, 9))) as double) as spend
    from metrics.person_facts as person_facts
    group by person_facts.source
),

names as (
    select files.source from files
    union distinct
    select leads.source from leads
    union distinct
    select people.source from people
)

select
    names.source,
    cast(coalesce(files.rows_read, 0) as bigint) as rows_read,
    cast(coalesce(files.rows_quarantined, 0) as bigint) as rows_quarantined,
    cast(coalesce(leads.leads, 0) as bigint) as leads,
    cast(coalesce(people.people, 0) as bigint) as people,
    cast(coalesce(people.quality_people, 0) as bigint) as quality_people,
    cast(coalesce(people.reachable_people, 0) as bigint) as reachable_people,
    cast(coalesce(people.people_with_gaps, 0) as bigint) as people_with_gaps,
    people.mean_score,
    -- nothing spent is not known, rather than free
    nullif(people.spend, 0) as spend
from names
left join files on names.source = files.source
left join leads on names.source = leads.source
left join people on names.source = people.source
where names.source is not null
