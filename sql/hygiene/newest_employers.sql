-- hygiene.newest_employers: the employer that the newest lead names, of people with several leads (a view)
-- grain: person_id
-- reads: people.members, people.golden, contacts.leads, meta.run
select
    members.person_id,
    leads.company_key,
    leads.company_domain,
    coalesce(leads.created_at, leads.updated_at) as named_at
from people.members as members
inner join people.golden as golden on members.person_id = golden.person_id
inner join contacts.leads as leads on members.lead_id = leads.lead_id
cross join meta.run as run
where
    coalesce(golden.leads, 2) > 1 and leads.company_key is not null
    and coalesce(leads.created_at, leads.updated_at) <= run.as_of
qualify row_number() over (
    partition by members.person_id order by coalesce(leads.created_at, leads.updated_at) desc, leads.lead_id
) = 1
