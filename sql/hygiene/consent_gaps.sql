-- hygiene.consent_gaps: what is missing to use a channel lawfully: each rule whose test is true. Not legal advice
-- grain: person_id, channel, reason
-- reads: hygiene.consent_facts, hygiene.place_rules, meta.run
with found as (
    select
        facts.person_id,
        facts.channel,
        rules.rule_set as jurisdiction,
        rules.strictness,
        rules.reason,
        rules.severity,
        rules.needs,
        rules.is_shared,
        case
            when rules.test in ('withdrawn', 'objected', 'contacted_after_stop')
                then facts.event_at + to_days(cast(rules.opt_out_days as integer))
            when rules.test = 'erased' then facts.erased_at + to_days(cast(rules.opt_out_days as integer))
            when rules.test = 'sale_opt_out' then facts.sale_opt_out_at + to_days(cast(rules.opt_out_days as integer))
            when rules.test = 'global_privacy_control' then facts.gpc_at + to_days(cast(rules.opt_out_days as integer))
            when rules.test = 'retention' then facts.last_inbound_at + to_days(cast(rules.max_age_days as integer))
            when rules.test = 'late_notice' then facts.created_at + to_days(cast(rules.max_age_days as integer))
        end as due_at
    from hygiene.consent_facts as facts
    inner join hygiene.place_rules as rules on facts.group_number = rules.group_number
    cross join meta.run as run
    where
        facts.has_contact and facts.tests & rules.test_bit <> 0
        -- the figures of the rule
        and case rules.test
            when 'no_tps_screening'
                then coalesce(config.is_older(facts.tps_screened_at, rules.max_age_days, run.as_of), true)
            when 'no_registry_check'
                then coalesce(config.is_older(facts.dnc_screened_at, rules.max_age_days, run.as_of), true)
            when 'no_dnc_screening'
                then
                    coalesce(config.is_older(facts.dnc_screened_at, rules.max_age_days, run.as_of), true)
                    and coalesce(config.is_older(facts.inquiry_at, rules.inquiry_days, run.as_of), true)
                    and coalesce(config.is_older(facts.converted_at, rules.purchase_days, run.as_of), true)
            when 'expired_relationship'
                then
                    coalesce(config.is_older(facts.dnc_screened_at, rules.max_age_days, run.as_of), true)
                    and coalesce(config.is_older(facts.inquiry_at, rules.inquiry_days, run.as_of), true)
                    and coalesce(config.is_older(facts.converted_at, rules.purchase_days, run.as_of), true)
            when 'late_notice'
                then
                    config.is_older(facts.created_at, rules.max_age_days, run.as_of)
                    and not coalesce(
                        epoch(facts.first_notice_at) - epoch(facts.created_at) <= rules.max_age_days * 86400, false
                    )
            when 'retention'
                then config.is_older(facts.last_inbound_at, rules.max_age_days, run.as_of)
            when 'contacted_after_stop'
                then config.is_older(facts.event_at, rules.opt_out_days, facts.last_contact_at)
            when 'asked_again'
                then epoch(facts.asked_at) - epoch(facts.sale_opt_out_at) < rules.max_age_days * 86400
            else true
        end
),

-- few reasons are asked for by two laws in different ways
strictest as (
    select found.*
    from found
    where found.is_shared
    qualify row_number() over (
        partition by found.person_id, found.channel, found.reason
        order by found.severity asc, found.strictness desc, found.jurisdiction asc
    ) = 1
),

gaps as (
    select found.* from found
    where not found.is_shared
    union all
    select strictest.* from strictest
)

select
    gaps.person_id,
    gaps.channel,
    gaps.jurisdiction,
    gaps.reason,
    gaps.severity,
    gaps.needs,
    gaps.due_at
from gaps
