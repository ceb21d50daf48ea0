-- hygiene.consent_expiries: channels that may be used today, and what will be missing soon if nothing happens
-- grain: person_id, channel, reason
-- reads: hygiene.consent_facts, hygiene.place_rules, hygiene.consent, meta.run, config.consent_settings
with horizon as (
    select
        run.as_of,
        run.as_of + to_days(cast(settings.forecast_days as integer)) as until_at
    from meta.run as run
    cross join config.consent_settings as settings
),

-- what was given or implied comes to its end
ending as (
    select
        facts.person_id,
        facts.channel,
        facts.source,
        facts.expires_at as ends_at,
        'consent' as cause,
        rules.rule_set,
        rules.reason,
        rules.severity,
        rules.needs
    from hygiene.consent_facts as facts
    cross join horizon
    inner join hygiene.place_rules as rules
        on facts.group_number = rules.group_number and facts.end_tests & ~facts.tests & rules.test_bit <> 0
    where
        facts.has_contact and facts.expires_at > horizon.as_of and facts.expires_at <= horizon.until_at
        -- the figures of the rule on the day of the end
        and case rules.test
            when 'no_tps_screening'
                then coalesce(config.is_older(facts.tps_screened_at, rules.max_age_days, facts.expires_at), true)
            when 'no_registry_check'
                then coalesce(config.is_older(facts.dnc_screened_at, rules.max_age_days, facts.expires_at), true)
            when 'no_dnc_screening'
                then
                    coalesce(config.is_older(facts.dnc_screened_at, rules.max_age_days, facts.expires_at), true)
                    and coalesce(config.is_older(facts.inquiry_at, rules.inquiry_days, facts.expires_at), true)
                    and coalesce(config.is_older(facts.converted_at, rules.purchase_days, facts.expires_at), true)
            else true
        end
),

-- a screening, a relationship or the last contact grows too old, or a time to tell people runs out
ageing as (
    select
        facts.person_id,
        facts.channel,
        facts.source,
        case rules.test
            when 'no_tps_screening' then facts.tps_screened_at + to_days(cast(rules.max_age_days as integer))
            when 'no_registry_check' then facts.dnc_screened_at + to_days(cast(rules.max_age_days as integer))
            when 'no_dnc_screening'
                then
                    greatest(
                        facts.dnc_screened_at + to_days(cast(rules.max_age_days as integer)),
                        facts.inquiry_at + to_days(cast(rules.inquiry_days as integer)),
                        facts.converted_at + to_days(cast(rules.purchase_days as integer))
                    )
            when 'retention' then facts.last_inbound_at + to_days(cast(rules.max_age_days as integer))
            when 'late_notice'
                then
                    case
                        when
                            facts.first_notice_at is null
                            or config.is_older(facts.created_at, rules.max_age_days, facts.first_notice_at)
                            then facts.created_at + to_days(cast(rules.max_age_days as integer))
                    end
        end as ends_at,
        case rules.test when 'retention' then 'retention' when 'late_notice' then 'notice' else 'screening' end
            as cause,
        rules.rule_set,
        rules.reason,
        rules.severity,
        rules.needs
    from hygiene.consent_facts as facts
    inner join hygiene.place_rules as rules
        on facts.group_number = rules.group_number and facts.tests & rules.test_bit <> 0
    where
        facts.has_contact
        and rules.test in ('no_tps_screening', 'no_registry_check', 'no_dnc_screening', 'retention', 'late_notice')
),

coming as (
    select ending.* from ending
    union all
    select ageing.* from ageing
    cross join horizon
    where ageing.ends_at > horizon.as_of and ageing.ends_at <= horizon.until_at
)

select
    coming.person_id,
    coming.channel,
    coming.rule_set as jurisdiction,
    coming.source,
    coming.cause,
    coming.ends_at,
    cast(floor((epoch(coming.ends_at) - epoch(horizon.as_of)) / 86400) as bigint) as days_left,
    coming.reason,
    coming.severity,
    coming.needs
from coming
cross join horizon
inner join hygiene.consent as consent
    on coming.person_id = consent.person_id and coming.channel = consent.channel and consent.is_usable
-- of two laws that will ask for the same the one that asks first, then the one that blocks
qualify row_number() over (
    partition by coming.person_id, coming.channel, coming.reason
    order by coming.ends_at asc, coming.severity asc, coming.rule_set asc
) = 1
