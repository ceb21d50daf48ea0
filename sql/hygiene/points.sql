-- hygiene.points: which of a person's source ids carry the golden address or number, for records that name no other
-- grain: person_id, source_record_id
-- reads: people.members, contacts.leads, hygiene.subjects
select
    members.person_id,
    leads.source_record_id,
    -- of several addresses under one id the golden one counts
    coalesce(
        max(case when lower(leads.email) = subjects.email_key then subjects.email_key end), min(lower(leads.email))
    ) as email_key,
    coalesce(max(case when lower(leads.email) = subjects.email_key then 1 else 0 end), 0) = 1 as is_golden_email,
    coalesce(max(case
        when replace(leads.phone_e164, '+', '') = subjects.phone_key then 1
        when replace(leads.mobile_e164, '+', '') = subjects.phone_key then 1
        else 0
    end), 0) = 1 as is_golden_phone
from people.members as members
inner join contacts.leads as leads on members.lead_id = leads.lead_id
inner join hygiene.subjects as subjects on members.person_id = subjects.person_id
where leads.source_record_id is not null
group by members.person_id, leads.source_record_id
