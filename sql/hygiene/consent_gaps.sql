-- hygiene.consent_gaps: what is missing to use a channel lawfully: each rule whose test is true. Not legal advice
-- grain: person_id, channel, reason
-- reads: hygiene.consent_facts, hygiene.subjects, hygiene.places, config.consent_rules, config.consent_settings,
--   meta.run
with facts as (
    select
        facts.*,
        facts.state in ('granted_proven', 'soft_opt_in') as has_opt_in,
        facts.state in ('granted_proven', 'granted_unproven', 'claimed_unproven') as is_consent,
        -- a bare claim is only in the way where consent is what is relied on
        coalesce(facts.event_basis, facts.notice_basis, facts.default_basis) as basis,
        subjects.is_mobile,
        subjects.is_purchased,
        subjects.is_customer,
        subjects.converted_at,
        subjects.created_at,
        subjects.has_role,
        subjects.has_business_reason,
        settings.has_retention,
        run.as_of,
        (epoch(run.as_of) - epoch(subjects.tps_screened_at)) / 86400 as tps_days,
        (epoch(run.as_of) - epoch(subjects.dnc_screened_at)) / 86400 as dnc_days,
        (epoch(run.as_of) - epoch(facts.inquiry_at)) / 86400 as inquiry_age_days,
        (epoch(run.as_of) - epoch(subjects.converted_at)) / 86400 as purchase_age_days,
        greatest(
            coalesce(facts.inbound_at, subjects.created_at), coalesce(subjects.created_at, facts.inbound_at)
        ) as last_inbound_at
    from hygiene.consent_facts as facts
    inner join hygiene.subjects as subjects on facts.person_id = subjects.person_id
    cross join meta.run as run
    cross join config.consent_settings as settings
    where facts.has_contact
),

-- several candidate countries may share a rule set
applied as (
    select
        places.place,
        places.rule_set,
        max(places.strictness) as strictness
    from hygiene.places as places
    group by places.place, places.rule_set
),

gaps as (
    select
        facts.person_id,
        facts.channel,
        rules.rule_set as jurisdiction,
        applied.strictness,
        rules.reason,
        rules.severity,
        rules.needs,
        case
            when rules.test in ('withdrawn', 'objected', 'contacted_after_stop')
                then facts.event_at + to_days(cast(rules.opt_out_days as integer))
            when rules.test = 'erased' then facts.erased_at + to_days(cast(rules.opt_out_days as integer))
            when rules.test = 'sale_opt_out' then facts.sale_opt_out_at + to_days(cast(rules.opt_out_days as integer))
            when rules.test = 'global_privacy_control' then facts.gpc_at + to_days(cast(rules.opt_out_days as integer))
            when rules.test = 'retention' then facts.last_inbound_at + to_days(cast(rules.max_age_days as integer))
            when rules.test = 'late_notice' then facts.created_at + to_days(cast(rules.max_age_days as integer))
        end as due_at
    from facts
    inner join applied on facts.place = applied.place
    inner join config.consent_rules as rules
        on
            applied.rule_set = rules.rule_set and facts.channel = rules.channel
            and facts.subject = rules.subject
    where
        case rules.test
            when 'always' then true
            -- what the person said
            when 'withdrawn' then facts.state in ('withdrawn', 'denied')
            when 'objected' then facts.state = 'objected'
            when 'erased' then facts.erased_at is not null
            when 'sale_opt_out' then facts.sale_opt_out_at is not null
            when 'global_privacy_control' then facts.gpc_at is not null
            when 'asked_again'
                then
                    facts.last_asked_at > facts.sale_opt_out_at
                    and epoch(facts.last_asked_at) - epoch(facts.sale_opt_out_at) < rules.max_age_days * 86400
            when 'contacted_after_stop'
                then
                    facts.is_stopped
                    and epoch(facts.last_contact_at) - epoch(facts.event_at) > rules.opt_out_days * 86400
            -- what is not there (a stop says it all, so nothing else is asked for then)
            when 'no_basis'
                then
                    not facts.is_stopped and not facts.is_not_required
                    and (
                        facts.state in ('unknown', 'expired') and facts.notice_basis is null or facts.state = 'implied'
                    )
            when 'no_opt_in' then not facts.is_stopped and not facts.has_opt_in
            when 'no_consent'
                then
                    not facts.is_stopped and not facts.has_opt_in and facts.state <> 'implied'
                    and not (facts.state = 'expired' and facts.action = 'implied')
            when 'no_double_opt_in'
                then
                    not facts.is_stopped and facts.state <> 'soft_opt_in'
                    and not (facts.state in ('granted_proven', 'granted_unproven') and facts.is_double_opt_in)
            when 'no_written_consent' then not facts.is_stopped and facts.state <> 'granted_proven'
            when 'expired_inquiry'
                then
                    facts.state = 'expired' and facts.action = 'implied'
                    and coalesce(facts.event_basis, 'implied_inquiry') <> 'implied_purchase'
            when 'expired_purchase' then facts.state = 'expired' and facts.event_basis = 'implied_purchase'
            -- how well it is recorded
            when 'unproven'
                then
                    facts.state in ('granted_unproven', 'claimed_unproven') and not facts.is_not_required
                    and coalesce(facts.basis, 'consent') = 'consent'
            when 'no_scope' then facts.state in ('granted_proven', 'granted_unproven') and not facts.has_scope
            when 'no_purpose' then facts.is_consent and not facts.has_purpose
            when 'no_text_version'
                then facts.state in ('granted_proven', 'granted_unproven') and not facts.has_text_version
            when 'captured_in_future' then facts.has_future
            when 'captured_after_contact'
                then facts.state in ('granted_proven', 'granted_unproven') and facts.event_at > facts.first_contact_at
            when 'no_notice' then not facts.is_stopped and not facts.has_notice
            when 'no_assessment'
                then
                    not facts.is_stopped and not facts.has_assessment and facts.basis = 'legitimate_interest'
                    and facts.state in ('not_required', 'not_required_with_notice')
            when 'late_notice'
                then
                    facts.is_purchased and not facts.is_stopped
                    and epoch(facts.as_of) - epoch(facts.created_at) > rules.max_age_days * 86400
                    and not coalesce(
                        epoch(facts.first_notice_at) - epoch(facts.created_at) <= rules.max_age_days * 86400, false
                    )
            when 'no_relevance' then not facts.is_stopped and not facts.has_role
            when 'no_role_relevance' then facts.event_basis = 'published_address' and not facts.has_role
            when 'no_business_reason'
                then
                    not facts.is_stopped and not facts.has_opt_in and not facts.is_customer
                    and facts.inquiry_at is null and not facts.has_business_reason
            -- registers and time
            when 'no_tps_screening'
                then
                    not facts.is_stopped and not facts.has_opt_in
                    and coalesce(facts.tps_days > rules.max_age_days, true)
            when 'no_registry_check'
                then
                    not facts.is_stopped and not facts.has_opt_in
                    and coalesce(facts.dnc_days > rules.max_age_days, true)
            when 'no_dnc_screening'
                then
                    not facts.is_stopped and not facts.has_opt_in and (facts.subject = 'consumer' or facts.is_mobile)
                    and coalesce(facts.dnc_days > rules.max_age_days, true)
                    and coalesce(facts.inquiry_age_days > rules.inquiry_days, true)
                    and coalesce(facts.purchase_age_days > rules.purchase_days, true)
            when 'expired_relationship'
                then
                    not facts.is_stopped and not facts.has_opt_in and (facts.subject = 'consumer' or facts.is_mobile)
                    and coalesce(facts.dnc_days > rules.max_age_days, true)
                    and (facts.inquiry_at is not null or facts.converted_at is not null)
                    and coalesce(facts.inquiry_age_days > rules.inquiry_days, true)
                    and coalesce(facts.purchase_age_days > rules.purchase_days, true)
            when 'number_changed' then facts.is_consent and facts.wrong_number_at > facts.event_at
            when 'retention'
                then
                    not facts.is_customer
                    and epoch(facts.as_of) - epoch(facts.last_inbound_at) > rules.max_age_days * 86400
            when 'no_retention_period' then not facts.has_retention
            when 'suppression_in_clear' then facts.has_clear_suppression
        end
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
qualify row_number() over (
    partition by gaps.person_id, gaps.channel, gaps.reason
    order by gaps.severity asc, gaps.strictness desc, gaps.jurisdiction asc
) = 1
