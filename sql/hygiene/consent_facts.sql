-- hygiene.consent_facts: what the consent rules ask about, per person and channel, and which of their tests are true
-- grain: person_id, channel
-- reads: hygiene.consent_basis, config.consent_settings
-- views: hygiene.consent_basis
with judged as (
    select
        basis.*,
        basis.state in ('granted_proven', 'soft_opt_in') as has_opt_in,
        basis.state in ('granted_proven', 'granted_unproven') as is_granted,
        basis.state = 'expired' and basis.action = 'implied' as is_implied_ended,
        not basis.is_stopped and basis.state not in ('granted_proven', 'soft_opt_in')
        and (basis.subject = 'consumer' or basis.is_mobile) as may_be_registered
    from hygiene.consent_basis as basis
)

select
    judged.person_id,
    judged.channel,
    judged.subject,
    judged.has_contact,
    judged.group_number,
    judged.jurisdiction,
    judged.jurisdiction_from,
    judged.state,
    case
        when judged.is_stopped or judged.state = 'expired' then 'none'
        when judged.is_granted then coalesce(judged.event_basis, 'consent')
        when judged.state in ('soft_opt_in', 'implied') then coalesce(judged.event_basis, judged.state)
        else coalesce(judged.basis, 'none')
    end as lawful_basis,
    judged.event_at,
    judged.expires_at,
    case when judged.seen_basis is null then judged.said_evidence end as evidence,
    case when judged.seen_basis is null then judged.source end as source,
    -- the tests that are true, but for the figures of each rule, which sql/hygiene/consent_gaps.sql compares. A stop
    -- says it all: nothing is asked for then that would only be needed to begin
    judged.group_tests & (
        config.test_bit('always')
        -- what the person said
        | case when judged.state in ('withdrawn', 'denied') then config.test_bit('withdrawn') else 0 end
        | case when judged.state = 'objected' then config.test_bit('objected') else 0 end
        | case when judged.state = 'erased' then config.test_bit('erased') else 0 end
        | case when judged.sale_opt_out_at is not null then config.test_bit('sale_opt_out') else 0 end
        | case when judged.gpc_at is not null then config.test_bit('global_privacy_control') else 0 end
        | case when judged.asked_at > judged.sale_opt_out_at then config.test_bit('asked_again') else 0 end
        | case
            when judged.is_stopped and judged.last_contact_at > judged.event_at
                then config.test_bit('contacted_after_stop')
            else 0
        end
        -- what is not there
        | case
            when
                not judged.is_stopped and not judged.is_not_required
                and (
                    judged.state in ('unknown', 'expired') and judged.notice_basis is null
                    or judged.state = 'implied'
                ) then config.test_bit('no_basis')
            else 0
        end
        | case when not judged.is_stopped and not judged.has_opt_in then config.test_bit('no_opt_in') else 0 end
        | case
            when
                not judged.is_stopped and not judged.has_opt_in and judged.state <> 'implied'
                and not judged.is_implied_ended then config.test_bit('no_consent')
            else 0
        end
        | case
            when
                not judged.is_stopped and judged.state <> 'soft_opt_in'
                and not (judged.is_granted and judged.is_double_opt_in) then config.test_bit('no_double_opt_in')
            else 0
        end
        | case
            when not judged.is_stopped and judged.state <> 'granted_proven' then config.test_bit('no_written_consent')
            else 0
        end
        | case
            when judged.is_implied_ended and coalesce(judged.event_basis, 'implied_inquiry') <> 'implied_purchase'
                then config.test_bit('expired_inquiry')
            else 0
        end
        | case
            when judged.is_implied_ended and judged.event_basis = 'implied_purchase'
                then config.test_bit('expired_purchase')
            else 0
        end
        | case when not judged.is_stopped and not judged.has_notice then config.test_bit('no_notice') else 0 end
        | case
            when
                not judged.is_stopped and not judged.has_assessment and judged.basis = 'legitimate_interest'
                and judged.state in ('not_required', 'not_required_with_notice')
                then config.test_bit('no_assessment')
            else 0
        end
        | case when judged.is_purchased and not judged.is_stopped then config.test_bit('late_notice') else 0 end
        | case when not judged.is_stopped and not judged.has_role then config.test_bit('no_relevance') else 0 end
        | case
            when judged.event_basis = 'published_address' and not judged.has_role
                then config.test_bit('no_role_relevance')
            else 0
        end
        | case
            when
                not judged.is_stopped and not judged.has_opt_in and not judged.is_customer
                and judged.inquiry_at is null and not judged.has_business_reason
                then config.test_bit('no_business_reason')
            else 0
        end
        | case when not settings.has_retention then config.test_bit('no_retention_period') else 0 end
        -- how well it is recorded
        | case
            when
                judged.state in ('granted_unproven', 'claimed_unproven') and not judged.is_not_required
                -- a bare claim is only in the way where consent is what is relied on
                and coalesce(judged.basis, 'consent') = 'consent' then config.test_bit('unproven')
            else 0
        end
        | case when judged.is_granted and not judged.has_scope then config.test_bit('no_scope') else 0 end
        | case
            when (judged.is_granted or judged.state = 'claimed_unproven') and not judged.has_purpose
                then config.test_bit('no_purpose')
            else 0
        end
        | case when judged.is_granted and not judged.has_text_version then config.test_bit('no_text_version') else 0 end
        | case when judged.has_future then config.test_bit('captured_in_future') else 0 end
        | case
            when judged.is_granted and judged.event_at > judged.first_contact_at
                then config.test_bit('captured_after_contact')
            else 0
        end
        | case when judged.has_clear_suppression then config.test_bit('suppression_in_clear') else 0 end
        -- registers and time
        | case
            when not judged.is_stopped and not judged.has_opt_in
                then config.test_bit('no_tps_screening') | config.test_bit('no_registry_check')
            else 0
        end
        | case when judged.may_be_registered then config.test_bit('no_dnc_screening') else 0 end
        | case
            when judged.may_be_registered and coalesce(judged.inquiry_at, judged.converted_at) is not null
                then config.test_bit('expired_relationship')
            else 0
        end
        | case
            when (judged.is_granted or judged.state = 'claimed_unproven') and judged.wrong_number_at > judged.event_at
                then config.test_bit('number_changed')
            else 0
        end
        | case when not judged.is_customer then config.test_bit('retention') else 0 end
    ) as tests,
    -- of the other tests those that will be true when the consent has ended
    case
        when judged.expires_at > judged.as_of and not judged.is_stopped then judged.group_tests & (
            config.test_bit('no_opt_in') | config.test_bit('no_double_opt_in') | config.test_bit('no_written_consent')
            | config.test_bit('no_tps_screening') | config.test_bit('no_registry_check')
            | case
                when not judged.is_not_required and judged.notice_basis is null then config.test_bit('no_basis')
                else 0
            end
            | case
                when judged.action <> 'implied' then config.test_bit('no_consent')
                when judged.event_basis = 'implied_purchase' then config.test_bit('expired_purchase')
                else config.test_bit('expired_inquiry')
            end
            | case
                when judged.subject = 'consumer' or judged.is_mobile then config.test_bit('no_dnc_screening')
                else 0
            end
        )
    end as end_tests,
    judged.created_at,
    judged.converted_at,
    judged.tps_screened_at,
    judged.dnc_screened_at,
    judged.inquiry_at,
    judged.last_inbound_at,
    judged.last_contact_at,
    judged.first_notice_at,
    judged.sale_opt_out_at,
    judged.gpc_at,
    judged.erased_at,
    judged.asked_at
from judged
cross join config.consent_settings as settings
