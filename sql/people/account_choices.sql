-- people.account_choices: the account that answers best to company, country and domains, once for all who share them
-- grain: key_id
-- reads: people.person_keys, people.account_keys, people.similar_companies
with keys as (
    select distinct
        person_keys.key_id,
        person_keys.company_key,
        person_keys.country,
        person_keys.domain,
        person_keys.website_domain
    from people.person_keys as person_keys
    where person_keys.key_id is not null
),

-- a stronger kind of evidence outweighs all weaker ones together; the weaker ones decide among equals
by_domain as (
    select
        keys.key_id,
        account_keys.account_id,
        8.0 as strength
    from keys
    inner join people.account_keys as account_keys on keys.domain = account_keys.domain
),

sites as (
    select
        keys.key_id,
        keys.domain as site
    from keys
    where keys.domain is not null
    union all
    select
        keys.key_id,
        keys.website_domain as site
    from keys
    where keys.website_domain is not null
),

by_website as (
    select distinct
        sites.key_id,
        account_keys.account_id,
        4.0 as strength
    from sites
    inner join people.account_keys as account_keys
        on sites.site = account_keys.website_domain
    union
    select distinct
        keys.key_id,
        account_keys.account_id,
        4.0 as strength
    from keys
    inner join people.account_keys as account_keys
        on keys.website_domain = account_keys.domain
),

by_company as (
    select
        keys.key_id,
        account_keys.account_id,
        case when keys.country = account_keys.country then 2.0 else 1.0 end as strength
    from keys
    inner join people.account_keys as account_keys
        on
            keys.company_key = account_keys.company_key
            and coalesce(keys.country = account_keys.country, true)
),

-- similar names of companies whose domains are known and have nothing in common are of two companies
by_similar_company as (
    select
        keys.key_id,
        account_keys.account_id,
        max(spellings.similarity) as strength
    from keys
    inner join people.similar_companies as spellings
        on
            keys.company_key = spellings.company_key
            and keys.country is not distinct from spellings.country
    inner join people.account_keys as account_keys
        on
            spellings.account_company_key = account_keys.company_key
            and spellings.account_country is not distinct from account_keys.country
    where
        coalesce(keys.domain, keys.website_domain) is null
        or coalesce(account_keys.domain, account_keys.website_domain) is null
        or split_part(coalesce(keys.domain, keys.website_domain), '.', 1)
        = split_part(coalesce(account_keys.domain, account_keys.website_domain), '.', 1)
    group by keys.key_id, account_keys.account_id
),

evidence as (
    select by_domain.* from by_domain
    union all
    select by_website.* from by_website
    union all
    select by_company.* from by_company
    union all
    select by_similar_company.* from by_similar_company
),

strengths as (
    select
        evidence.key_id,
        evidence.account_id,
        sum(evidence.strength) as strength
    from evidence
    group by evidence.key_id, evidence.account_id
),

-- who comes this close to the best is as good
contenders as (
    select
        strengths.key_id,
        strengths.account_id,
        strengths.strength,
        account_keys.parent_id
    from strengths
    inner join people.account_keys as account_keys on strengths.account_id = account_keys.account_id
    qualify strengths.strength >= max(strengths.strength) over (partition by strengths.key_id) - 0.03
),

-- of several of one family the parent of the others answers for all, or the parent that all have
families as (
    select
        contenders.key_id,
        max(contenders.strength) as strength,
        count(*) as candidates,
        min(contenders.account_id) as account_id,
        count(*) filter (where parents.account_id is null) as heads,
        min(contenders.account_id) filter (where parents.account_id is null) as head_id,
        count(distinct contenders.parent_id) as parents,
        count(*) filter (where contenders.parent_id is null) as orphans,
        min(contenders.parent_id) as parent_id
    from contenders
    left join contenders as parents
        on contenders.key_id = parents.key_id and contenders.parent_id = parents.account_id
    group by contenders.key_id
),

decided as (
    select
        families.key_id,
        families.candidates,
        families.strength,
        case
            when families.candidates = 1 then families.account_id
            when families.heads = 1 then families.head_id
            when families.parents = 1 and families.orphans = 0 then families.parent_id
        end as account_id,
        case
            when families.strength >= 8 then 'domain'
            when families.strength >= 4 then 'website'
            when families.strength >= 1 then 'company'
            else 'similar_company'
        end as evidence
    from families
)

select
    decided.key_id,
    decided.account_id,
    case
        when decided.account_id is null then null
        when decided.candidates > 1 then 'parent'
        else decided.evidence
    end as method,
    case
        when decided.account_id is null then null
        when decided.candidates > 1 then 0.5
        when decided.evidence = 'domain' then 0.9
        when decided.evidence = 'website' then 0.85
        when decided.strength >= 2 then 0.7
        when decided.evidence = 'company' then 0.6
        else round(0.6 * decided.strength, 3)
    end as score,
    decided.evidence,
    decided.candidates
from decided
