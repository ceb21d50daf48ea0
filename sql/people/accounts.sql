-- people.accounts: which known account a person belongs to, by the surest of the ways; what is ambiguous stays open
-- grain: person_id, account_id
-- reads: people.members, people.account_keys, people.person_keys, people.account_choices, contacts.leads
with by_crm_id as (
    select
        members.person_id,
        account_keys.account_id,
        'crm_id' as method,
        1.0 as score
    from contacts.leads as leads
    inner join people.members as members on leads.lead_id = members.lead_id
    inner join people.account_keys as account_keys
        on
            leads.account_source_id = account_keys.source_record_id
            and (leads.source = account_keys.source or leads.system = account_keys.system)
    -- the newest of several
    qualify
        row_number() over (
            partition by members.person_id
            order by
                members.is_survivor desc, coalesce(leads.updated_at, leads.created_at) desc nulls last, leads.lead_id,
                leads.source = account_keys.source desc, account_keys.account_id
        ) = 1
)

select by_crm_id.* from by_crm_id
union all
select
    person_keys.person_id,
    choices.account_id,
    choices.method,
    choices.score
from people.person_keys as person_keys
inner join people.account_choices as choices on person_keys.key_id = choices.key_id
left join by_crm_id on person_keys.person_id = by_crm_id.person_id
where choices.account_id is not null and by_crm_id.person_id is null
