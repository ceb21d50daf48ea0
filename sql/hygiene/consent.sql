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
    facts.lawful_basis,
    facts.event_at as captured_at,
    facts.expires_at,
    facts.has_contact and blocked.person_id is null as is_usable,
    facts.evidence
from hygiene.consent_facts as facts
left join blocked on facts.person_id = blocked.person_id and facts.channel = blocked.channel
