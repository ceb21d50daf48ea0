-- people.members: the person that each lead belongs to, and which lead's record stands for the person
-- grain: lead_id
-- reads: contacts.leads, people.assigned
select
    assigned.lead_id,
    assigned.person_id,
    -- who can be written to, then who can be called, then the newest
    row_number() over (
        partition by assigned.person_id
        order by
            leads.email is not null desc,
            coalesce(leads.phone_e164, leads.mobile_e164) is not null desc,
            coalesce(leads.updated_at, leads.created_at) desc nulls last,
            leads.created_at desc nulls last,
            assigned.lead_id asc
    ) = 1 as is_survivor,
    assigned.match_probability,
    assigned.person_since
from people.assigned as assigned
inner join contacts.leads as leads on assigned.lead_id = leads.lead_id
