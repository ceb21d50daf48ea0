-- hygiene.consent_forecast: how many usable channels come to an end in so many days, if nothing happens until then
-- grain: horizon_days, jurisdiction, channel, source
-- reads: hygiene.consent_expiries, hygiene.consent_facts, hygiene.consent, config.consent_horizons, meta.run
with usable as (
    select
        consent.jurisdiction,
        consent.channel,
        facts.source,
        count(*) as usable
    from hygiene.consent as consent
    inner join hygiene.consent_facts as facts
        on consent.person_id = facts.person_id and consent.channel = facts.channel
    where consent.is_usable
    group by consent.jurisdiction, consent.channel, facts.source
),

-- one line a channel and horizon, whatever number of reasons will be open
ends as (
    select
        horizons.horizon_days,
        consent.jurisdiction,
        expiries.channel,
        expiries.source,
        expiries.person_id,
        max(case when expiries.severity = 'block' then 1 else 0 end) as is_lost
    from hygiene.consent_expiries as expiries
    inner join hygiene.consent as consent
        on expiries.person_id = consent.person_id and expiries.channel = consent.channel
    cross join meta.run as run
    inner join config.consent_horizons as horizons
        on epoch(expiries.ends_at) - epoch(run.as_of) <= horizons.horizon_days * 86400
    group by
        horizons.horizon_days, consent.jurisdiction, expiries.channel, expiries.source, expiries.person_id
),

counted as (
    select
        ends.horizon_days,
        ends.jurisdiction,
        ends.channel,
        ends.source,
        count(*) as ending,
        sum(ends.is_lost) as lost
    from ends
    group by ends.horizon_days, ends.jurisdiction, ends.channel, ends.source
)

select
    horizons.horizon_days,
    usable.jurisdiction,
    usable.channel,
    usable.source,
    usable.usable,
    coalesce(counted.ending, 0) as ending,
    coalesce(counted.lost, 0) as lost
from usable
cross join config.consent_horizons as horizons
left join counted
    on
        horizons.horizon_days = counted.horizon_days and usable.jurisdiction = counted.jurisdiction
        and usable.channel = counted.channel and usable.source is not distinct from counted.source
