-- hygiene.retention_due: people whose time to be kept is over, by the limits of run.yaml; nobody where there are none
-- grain: person_id
-- reads: hygiene.people, hygiene.subjects, hygiene.places, hygiene.person_times, config.retention, meta.run
with last_seen as (
    -- a customer is kept by the contract; opens are no contact by the person, nor is a change of the record
    select
        people.person_id,
        subjects.place,
        coalesce(times.inbound_at, subjects.created_at) as evidence_at,
        case when times.inbound_at is null then 'never_in_contact' else 'no_contact_since' end as reason
    from hygiene.people as people
    inner join hygiene.subjects as subjects on people.person_id = subjects.person_id
    left join hygiene.person_times as times on subjects.person_id = times.person_id
    where not coalesce(subjects.is_customer, false)
),

candidates as (
    select distinct
        places.place,
        places.country
    from hygiene.places as places
),

-- evidence of several countries: the shortest time counts
limits as (
    select
        candidates.place,
        candidates.country,
        coalesce(own_limit.days, general_limit.days) as days
    from candidates
    left join config.retention as own_limit on candidates.country = own_limit.country
    left join config.retention as general_limit on general_limit.country = '*'
    where coalesce(own_limit.days, general_limit.days) is not null
)

select
    last_seen.person_id,
    limits.country as jurisdiction,
    last_seen.evidence_at,
    last_seen.evidence_at + to_days(cast(limits.days as integer)) as due_at,
    last_seen.reason
from last_seen
inner join limits on last_seen.place = limits.place
cross join meta.run as run
where epoch(run.as_of) - epoch(last_seen.evidence_at) >= limits.days * 86400
qualify row_number() over (
    partition by last_seen.person_id
    order by limits.days asc, limits.country asc
) = 1
