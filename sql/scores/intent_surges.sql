-- scores.intent_surges: company domains for which a third party reports intent; each vendor's scale in its own way
-- grain: domain
-- reads: raw.intent_signals, raw.versions, meta.run, config.scoring, config.scoring_lists
with signals as (
    select
        signals.record_id,
        lower(trim(signals.provider)) as provider,
        regexp_replace(
            regexp_replace(lower(trim(signals.domain)), '^(https?://)?(www\.)?', '', 'g'), '[/:?#].*$', '', 'g'
        ) as domain,
        coalesce(lower(trim(signals.topic)), '') as topic,
        lower(trim(signals.signal_type)) as signal_type,
        signals.score,
        date_trunc('week', signals.occurred_at) as week
    from raw.intent_signals as signals
    inner join raw.versions as versions
        on signals.file_id = versions.file_id and signals.row_number = versions.row_number
    cross join meta.run as run
    cross join config.scoring as scoring
    where
        versions.object = 'intent_signals' and versions.state = 'current'
        and signals.occurred_at <= run.as_of and signals.occurred_at >= scoring.surges_from
),

weeks as (
    select
        signals.*,
        max(signals.week) over (partition by signals.provider, signals.domain) as latest_week
    from signals
),

-- the latest week that the provider reported for the domain: an older surge that ended does not count
topics as (
    select
        weeks.provider,
        weeks.domain,
        weeks.topic,
        max(weeks.score) as score,
        min(case when weeks.score >= scoring.surge_score then weeks.record_id end) as record_id
    from weeks
    cross join config.scoring as scoring
    where weeks.week = weeks.latest_week and weeks.provider is distinct from 'g2'
    group by weeks.provider, weeks.domain, weeks.topic
),

surges as (
    select
        topics.provider,
        topics.domain,
        count(*) filter (topics.score >= scoring.surge_score) as surging_topics,
        count(*) as topics,
        min(topics.record_id) as record_id,
        min(case when topics.provider = 'bombora' then scoring.surge_topic_share else 0 end) as least_share
    from topics
    cross join config.scoring as scoring
    group by topics.provider, topics.domain
),

domains as (
    select
        surges.domain,
        surges.record_id
    from surges
    where surges.surging_topics > 0 and surges.surging_topics >= surges.least_share * surges.topics
    union all
    select
        signals.domain,
        signals.record_id
    from signals
    inner join config.scoring_lists as lists
        on signals.signal_type = lists.value and lists.list = 'surge_types'
    where signals.provider = 'g2'
)

select
    domains.domain,
    min(domains.record_id) as intent_record
from domains
where domains.domain <> ''
group by domains.domain
