-- scores.person_events: events inside the longest window that a rule looks back, and company triggers by account
-- grain: event of a person, or company trigger of an account
-- reads: raw.events, raw.versions, raw.accounts, people.links, meta.run, config.scoring, config.scoring_lists
-- few rows are not current: it is cheaper to leave them out than to look for the others
with past_rows as (
    select
        versions.file_id,
        versions.row_number
    from raw.versions as versions
    where versions.state <> 'current' and versions.object = 'events'
),

recent_events as (
    select
        events.record_id,
        events.source,
        events.account_source_id,
        events.type,
        events.page_class,
        events.occurred_at
    from raw.events as events
    cross join meta.run as run
    cross join config.scoring as scoring
    where
        events.occurred_at >= scoring.events_from and events.occurred_at <= run.as_of
        and (events.file_id, events.row_number) not in (
            select (past_rows.file_id, past_rows.row_number) from past_rows
        )
),

account_sources as (
    select
        accounts.source,
        accounts.source_record_id,
        accounts.record_id as account_id
    from raw.accounts as accounts
    inner join raw.versions as versions
        on accounts.file_id = versions.file_id and accounts.row_number = versions.row_number
    where versions.object = 'accounts' and versions.state = 'current' and accounts.source_record_id is not null
),

-- the web shop's events name the CRM's account ids: an id that one account alone has is good in any source
account_ids as (
    select
        account_sources.source_record_id,
        min(account_sources.account_id) as account_id
    from account_sources
    group by account_sources.source_record_id
    having count(distinct account_sources.account_id) = 1
),

company_triggers as (
    select
        recent_events.record_id,
        min(coalesce(account_sources.account_id, account_ids.account_id)) as account_id
    from recent_events
    inner join config.scoring_lists as lists
        on recent_events.type = lists.value
    left join account_sources
        on
            recent_events.source = account_sources.source
            and recent_events.account_source_id = account_sources.source_record_id
    left join account_ids
        on recent_events.account_source_id = account_ids.source_record_id
    where lists.list = 'account_triggers'
    group by recent_events.record_id
)

select
    recent_events.record_id,
    links.person_id,
    company_triggers.account_id,
    recent_events.type,
    recent_events.page_class,
    recent_events.occurred_at
from recent_events
left join people.links as links
    on recent_events.record_id = links.record_id and links.object = 'events'
left join company_triggers
    on recent_events.record_id = company_triggers.record_id
where links.person_id is not null or company_triggers.account_id is not null
