-- hygiene.owned_domains: people of our own domains and of competitors', by address, company or account
-- grain: person_id, signal, evidence
-- reads: people.golden, people.accounts, raw.accounts, raw.versions, config.own_domains
with domains as (
    select golden.email_domain as domain
    from people.golden as golden
    where golden.email_domain is not null
    union
    select golden.company_domain as domain
    from people.golden as golden
    where golden.company_domain is not null
),

-- the domain and those above it: mail.rival.example is rival.example's, notrival.example is not
suffixes as (
    select
        domains.domain,
        unnest([
            domains.domain,
            nullif(regexp_extract(domains.domain, '^[^.]+\.(.+)$', 1), ''),
            nullif(regexp_extract(domains.domain, '^[^.]+\.[^.]+\.(.+)$', 1), '')
        ]) as suffix
    from domains
),

listed as (
    select distinct
        suffixes.domain,
        own.signal
    from suffixes
    inner join config.own_domains as own on suffixes.suffix = own.domain
)

select
    golden.person_id,
    listed.signal,
    'email_domain' as evidence
from people.golden as golden
inner join listed on golden.email_domain = listed.domain
union all
select
    golden.person_id,
    listed.signal,
    'company_domain' as evidence
from people.golden as golden
inner join listed on golden.company_domain = listed.domain
union all
select
    matches.person_id,
    'competitor' as signal,
    accounts.record_id as evidence
from people.accounts as matches
inner join raw.accounts as accounts on matches.account_id = accounts.record_id and accounts.is_competitor
inner join raw.versions as versions
    on
        accounts.file_id = versions.file_id and accounts.row_number = versions.row_number
        and versions.object = 'accounts' and versions.state = 'current'
