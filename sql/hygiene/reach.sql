-- hygiene.reach: can the person be reached on this channel, technically and lawfully?
-- grain: person_id, channel
-- reads: hygiene.subjects, hygiene.consent, hygiene.decay
with fields as (
    select
        decay.person_id,
        case when decay.field in ('work_email', 'personal_email') then 'email' else 'phone' end as channel,
        max(decay.p_valid) as p_valid,
        max(case when decay.cause in ('email_bounce', 'wrong_number') then 1 else 0 end) as is_bounced,
        max(case when decay.state = 'dead' then 1 else 0 end) as is_dead
    from hygiene.decay as decay
    where decay.field in ('work_email', 'personal_email', 'direct_phone', 'mobile_phone')
    group by all
),

checked as (
    select
        consent.person_id,
        consent.channel,
        case when consent.channel = 'email' then subjects.has_email else subjects.has_phone end as has_contact,
        case when consent.channel = 'email' then subjects.is_email_valid else subjects.is_phone_valid end as is_valid,
        coalesce(fields.is_bounced, 0) = 1 as is_bounced,
        coalesce(fields.is_dead, 0) = 1 as is_dead,
        fields.p_valid,
        consent.is_usable as may_contact
    from hygiene.consent as consent
    inner join hygiene.subjects as subjects on consent.person_id = subjects.person_id
    left join fields on consent.person_id = fields.person_id and consent.channel = fields.channel
),

judged as (
    select
        checked.person_id,
        checked.channel,
        checked.has_contact,
        checked.is_valid,
        checked.is_bounced,
        checked.p_valid,
        checked.may_contact,
        case
            when not checked.has_contact then 'no_contact'
            when not checked.is_valid then 'invalid'
            when checked.is_bounced then 'bounced'
            when checked.is_dead then 'dead'
            when not checked.may_contact then 'consent'
        end as why_not
    from checked
)

select
    judged.person_id,
    judged.channel,
    judged.has_contact,
    judged.is_valid,
    judged.is_bounced,
    judged.p_valid,
    judged.may_contact,
    case when coalesce(judged.why_not, 'dead') = 'dead' then judged.p_valid else 0 end as p_reach,
    judged.why_not is null as is_reachable,
    judged.why_not
from judged
