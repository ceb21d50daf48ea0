-- hygiene.consent: may we use the channel, and on what basis?
-- grain: person_id, channel
-- reads: hygiene.consent_facts, hygiene.consent_gaps
with blocked as (
    select distinct
        gaps.person_id,
        gaps.channel
    from hygiene.consent_gaps as gaps
    where gaps.severity = 'block'
)

select
    facts.person_id,
    facts.channel,
    facts.jurisdiction,
    facts.jurisdiction_from,
    facts.state,
    case
        when facts.is_stopped or facts.state = 'expired' then 'none'
        when facts.state in ('granted_proven', 'granted_unproven') then coalesce(facts.event_basis, 'consent')
        when facts.state in ('soft_opt_in', 'implied') then coalesce(facts.event_basis, facts.state)
        else coalesce(facts.event_basis, facts.notice_basis, facts.default_basis, 'none')
    end as lawful_basis,
    facts.event_at as captured_at,
    facts.expires_at,
    facts.has_contact and blocked.person_id is null as is_usable,
    case when facts.object = 'leads' then 'lead:' || facts.record_id else facts.record_id end as evidence
from hygiene.consent_facts as facts
left join blocked on facts.person_id = blocked.person_id and facts.channel = blocked.channel
