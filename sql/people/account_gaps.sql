-- people.account_gaps: why a person belongs to no known account: nothing to go by, nobody who answers to it, or several
-- grain: person_id
-- reads: people.person_keys, people.accounts, people.account_keys, people.account_choices
with known as (select count(account_keys.account_id) as accounts from people.account_keys as account_keys),

names as (
    select
        account_keys.company_key,
        count(*) as accounts
    from people.account_keys as account_keys
    where account_keys.company_key is not null
    group by account_keys.company_key
)

select
    person_keys.person_id,
    case
        when known.accounts = 0 then 'no_accounts'
        when choices.key_id is not null then 'several_accounts'
        when names.company_key is not null then 'other_country'
        when person_keys.has_crm_id then 'unknown_crm_id'
        when person_keys.key_id is not null then 'unknown_company'
        when person_keys.is_free_mail then 'free_mail'
        else 'no_evidence'
    end as reason,
    coalesce(choices.evidence, case when names.company_key is not null then 'company' end) as evidence,
    coalesce(choices.candidates, names.accounts, 0) as candidates
from people.person_keys as person_keys
cross join known
left join people.accounts as accounts on person_keys.person_id = accounts.person_id
left join people.account_choices as choices on person_keys.key_id = choices.key_id
left join names on person_keys.company_key = names.company_key
where accounts.person_id is null
