-- people.links: which person an event, consent, suppression, activity, opportunity, order or decision is about
-- grain: object, record_id
-- reads: people.subjects, people.handles
select
    subjects.object,
    subjects.record_id,
    coalesce(
        by_source.person_id, by_system.person_id, by_id.person_id, by_email.person_id, by_phone.person_id
    ) as person_id,
    case
        when coalesce(by_source.person_id, by_system.person_id, by_id.person_id) is not null then 'source_id'
        when by_email.person_id is not null then 'email'
        when by_phone.person_id is not null then 'phone'
        else 'none'
    end as method
from people.subjects as subjects
left join people.handles as by_source
    on
        by_source.kind = 'id'
        and by_source.scope = 'source:' || subjects.source
        and subjects.subject_id = by_source.value
left join people.handles as by_system
    on
        by_system.kind = 'id'
        and by_system.scope = 'system:' || subjects.system
        and subjects.subject_id = by_system.value
left join people.handles as by_id
    on by_id.kind = 'id' and by_id.scope = 'any' and subjects.subject_id = by_id.value
left join people.handles as by_email
    on by_email.kind = 'email' and subjects.subject_email = by_email.value
left join people.handles as by_phone
    on by_phone.kind = 'phone' and subjects.subject_phone = by_phone.value
