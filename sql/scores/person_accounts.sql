-- scores.person_accounts: the account that each person is matched to, with what rules ask of it, and its risk and surge
-- grain: person_id
-- reads: people.accounts, raw.accounts, raw.versions, scores.intent_surges, scores.account_industries
with current_accounts as (
    select
        accounts.record_id,
        lower(trim(accounts.domain)) as domain,
        coalesce(industries.industry, accounts.industry) as industry,
        accounts.employees,
        accounts.annual_revenue,
        accounts.tech_stack,
        accounts.renewal_date,
        accounts.contract_end,
        accounts.is_competitor
    from raw.accounts as accounts
    inner join raw.versions as versions
        on accounts.file_id = versions.file_id and accounts.row_number = versions.row_number
    left join scores.account_industries as industries
        on accounts.industry = industries.typed
    where versions.object = 'accounts' and versions.state = 'current'
)

select
    memberships.person_id,
    memberships.account_id,
    current_accounts.industry,
    current_accounts.employees,
    current_accounts.annual_revenue,
    current_accounts.tech_stack,
    current_accounts.renewal_date,
    current_accounts.contract_end,
    coalesce(current_accounts.is_competitor, false) as is_competitor,
    surges.intent_record
from people.accounts as memberships
left join current_accounts
    on memberships.account_id = current_accounts.record_id
left join scores.intent_surges as surges
    on current_accounts.domain = surges.domain
