-- people.accounts: which known account a person belongs to, by the surest of three ways; what is ambiguous stays open
-- grain: person_id, account_id
-- reads: people.members, people.golden, people.account_keys, contacts.leads
with by_crm_id as (
    select
        members.person_id,
        account_keys.account_id,
        'crm_id' as method,
        1.0 as score,
        -- the newest of several
        row_number() over (
            partition by members.person_id
            order by
                members.is_survivor desc, coalesce(leads.updated_at, leads.created_at) desc nulls last, leads.lead_id,
                leads.source = account_keys.source desc, account_keys.account_id
        ) as place
    from contacts.leads as leads
    inner join people.members as members on leads.lead_id = members.lead_id
    inner join people.account_keys as account_keys
        on
            leads.account_source_id = account_keys.source_record_id
            and (leads.source = account_keys.source or leads.system = account_keys.system)
),

unique_domains as (
    select
        account_keys.domain,
        min(account_keys.account_id) as account_id
    from people.account_keys as account_keys
    where account_keys.domain is not null
    group by account_keys.domain
    having count(distinct account_keys.account_id) = 1
),

unique_names as (
    select
        account_keys.company_key,
        account_keys.country,
        min(account_keys.account_id) as account_id
    from people.account_keys as account_keys
    where account_keys.company_key is not null and account_keys.country is not null
    group by account_keys.company_key, account_keys.country
    having count(distinct account_keys.account_id) = 1
),

by_domain as (
    select
        golden.person_id,
        unique_domains.account_id,
        'domain' as method,
        0.9 as score,
        1 as place
    from people.golden as golden
    inner join unique_domains on golden.company_domain = unique_domains.domain
),

by_name as (
    select
        golden.person_id,
        unique_names.account_id,
        'name_country' as method,
        0.7 as score,
        1 as place
    from people.golden as golden
    inner join contacts.leads as leads on golden.lead_id = leads.lead_id
    inner join unique_names on leads.company_key = unique_names.company_key and golden.country = unique_names.country
),

matches as (
    select by_crm_id.* from by_crm_id
    union all
    select by_domain.* from by_domain
    union all
    select by_name.* from by_name
)

select
    matches.person_id,
    matches.account_id,
    matches.method,
    matches.score
from matches
qualify row_number() over (partition by matches.person_id order by matches.score desc, matches.place asc) = 1
