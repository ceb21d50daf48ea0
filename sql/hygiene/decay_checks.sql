-- hygiene.decay_checks: checks of values that had an evidence before, counted: what the laws are learned from
-- grain: field, segment_id, is_captured, is_recent, age_bucket
-- reads: people.members, contacts.leads, contacts.emails, hygiene.subjects, hygiene.touches, hygiene.learners,
--   hygiene.decay_streams, meta.run, config.decay_settings
-- captured: it was written down; proved: it worked; held, failed: somebody checked
with seen as (
    select
        touches.person_id,
        case
            when touches.kind in ('connected', 'phone_verified', 'wrong_number') then 'phone' else 'email'
        end as contact,
        coalesce(touches.other_email_key, '') as other_key,
        touches.kind,
        touches.touched_at as seen_at,
        touches.object,
        coalesce(touches.source, '') as source
    from hygiene.touches as touches
    inner join hygiene.learners as learners on touches.person_id = learners.person_id
    where
        touches.kind in (
            'form', 'delivered', 'reply', 'click', 'opt_in', 'email_verified', 'bounce_hard', 'connected',
            'phone_verified', 'wrong_number'
        )
),

told as (
    select
        seen.person_id,
        seen.contact,
        seen.other_key,
        case
            when seen.kind = 'form' then 'captured'
            when seen.kind in ('bounce_hard', 'wrong_number') then case when streams.is_used then 'failed' end
            when
                streams.is_used and seen.kind <> 'opt_in'
                and (seen.kind not in ('reply', 'click') or streams.are_answers_checks) then 'held'
            else 'proved'
        end as outcome,
        seen.seen_at
    from seen
    left join hygiene.decay_streams as streams
        on seen.contact = streams.contact and seen.object = streams.object and seen.source = streams.source
),

checked as (
    select distinct
        told.person_id,
        told.contact
    from told
    where told.outcome in ('held', 'failed')
),

-- when each address and the number were written down first
captured as (
    select
        members.person_id,
        'email' as contact,
        case when lower(leads.email) = subjects.email_key then '' else lower(leads.email) end as other_key,
        case when bool_or(emails.is_free) then 'personal_email' else 'work_email' end as field,
        min(leads.created_at) as seen_at
    from checked
    inner join people.members as members on checked.person_id = members.person_id
    inner join contacts.leads as leads on members.lead_id = leads.lead_id
    inner join contacts.emails as emails on leads.email_id = emails.email_id
    inner join hygiene.subjects as subjects on members.person_id = subjects.person_id
    where checked.contact = 'email' and leads.email is not null and leads.created_at is not null
    group by
        members.person_id, case when lower(leads.email) = subjects.email_key then '' else lower(leads.email) end
    union all
    select
        learners.person_id,
        'phone' as contact,
        '' as other_key,
        case when coalesce(learners.phone_type, '') = 'mobile' then 'mobile_phone' else 'direct_phone' end as field,
        min(leads.created_at) as seen_at
    from checked
    inner join hygiene.learners as learners on checked.person_id = learners.person_id
    inner join people.members as members on learners.person_id = members.person_id
    inner join contacts.leads as leads on members.lead_id = leads.lead_id
    where
        checked.contact = 'phone' and learners.phone_e164 in (leads.phone_e164, leads.mobile_e164)
        and leads.created_at is not null
    group by learners.person_id, learners.phone_type
),

lives as (
    select
        captured.person_id,
        captured.contact,
        captured.other_key,
        captured.field,
        'captured' as outcome,
        captured.seen_at
    from captured
    union all
    select
        captured.person_id,
        captured.contact,
        captured.other_key,
        captured.field,
        told.outcome,
        told.seen_at
    from captured
    inner join told
        on
            captured.person_id = told.person_id and captured.contact = told.contact
            and captured.other_key = told.other_key
    where told.outcome is not null
),

contact_checks as (
    select
        lives.person_id,
        lives.field,
        lives.seen_at,
        lives.outcome,
        lag(lives.seen_at) over life as evidence_at,
        lag(lives.outcome) over life as outcome_before,
        count(case when lives.outcome in ('held', 'proved') then 1 end) over life as proofs
    from lives
    window life as (
        partition by lives.person_id, lives.contact, lives.other_key order by lives.seen_at, lives.outcome
    )
),

-- a later lead of the same person checks what the one before said of the job
jobs as (
    select
        members.person_id,
        leads.created_at as seen_at,
        leads.job_title,
        leads.seniority,
        leads.department,
        leads.company_key,
        leads.company_domain,
        lag(leads.created_at) over (partition by members.person_id order by leads.created_at, leads.lead_id)
            as evidence_at,
        lag(leads.job_title) over (partition by members.person_id order by leads.created_at, leads.lead_id)
            as title_before,
        lag(leads.seniority) over (partition by members.person_id order by leads.created_at, leads.lead_id)
            as seniority_before,
        lag(leads.department) over (partition by members.person_id order by leads.created_at, leads.lead_id)
            as department_before,
        lag(leads.company_key) over (partition by members.person_id order by leads.created_at, leads.lead_id)
            as company_before,
        lag(leads.company_domain) over (partition by members.person_id order by leads.created_at, leads.lead_id)
            as domain_before
    from hygiene.learners as learners
    inner join people.members as members on learners.person_id = members.person_id and learners.has_more_leads
    inner join contacts.leads as leads on members.lead_id = leads.lead_id
    where leads.company_key is not null and leads.created_at is not null
),

job_checks as (
    select
        jobs.person_id,
        jobs.seen_at,
        jobs.evidence_at,
        jobs.job_title is not null and jobs.title_before is not null as has_titles,
        coalesce(jobs.seniority_before = 'c_level', false) as was_chief,
        jobs.company_key <> jobs.company_before and coalesce(jobs.company_domain <> jobs.domain_before, true)
            as has_left,
        coalesce(jobs.seniority <> jobs.seniority_before, false)
        or coalesce(jobs.department <> jobs.department_before, false) as has_moved
    from jobs
    where jobs.evidence_at is not null
),

checks as (
    select
        contact_checks.person_id,
        contact_checks.field,
        contact_checks.seen_at,
        contact_checks.evidence_at,
        contact_checks.outcome = 'failed' as is_failure,
        -- the check itself is counted where it held
        contact_checks.proofs = case when contact_checks.outcome = 'held' then 1 else 0 end as is_captured
    from contact_checks
    where
        contact_checks.outcome in ('held', 'failed')
        and contact_checks.outcome_before in ('captured', 'proved', 'held')
    union all
    select
        job_checks.person_id,
        'employer' as field,
        job_checks.seen_at,
        job_checks.evidence_at,
        job_checks.has_left as is_failure,
        -- another spelling passes for another employer: a mistaken check, not a wrong value
        false as is_captured
    from job_checks
    union all
    select
        job_checks.person_id,
        case when job_checks.was_chief then 'job_title_csuite' else 'job_title' end as field,
        job_checks.seen_at,
        job_checks.evidence_at,
        job_checks.has_left or job_checks.has_moved as is_failure,
        false as is_captured
    from job_checks
    where job_checks.has_titles
),

aged as (
    select
        checks.field,
        learners.segment_id,
        checks.is_captured,
        checks.is_failure,
        epoch(run.as_of) - epoch(checks.seen_at) < settings.backtest_days * 86400 as is_recent,
        -- what was seen on the day of a proof is the same event told twice; on the day of the capture it tells of typos
        greatest(cast(floor((epoch(checks.seen_at) - epoch(checks.evidence_at)) / 86400) as bigint), 1) as age_days
    from checks
    inner join hygiene.learners as learners on checks.person_id = learners.person_id
    cross join meta.run as run
    cross join config.decay_settings as settings
    where
        checks.seen_at <= run.as_of
        and (checks.is_captured or epoch(checks.seen_at) - epoch(checks.evidence_at) >= 86400)
)

select
    aged.field,
    aged.segment_id,
    aged.is_captured,
    aged.is_recent,
    -- a fifth wide, as an age is long
    cast(floor(4 * log2(aged.age_days)) as bigint) as age_bucket,
    count(*) as checks,
    count(case when aged.is_failure then 1 end) as failures,
    cast(sum(aged.age_days) as bigint) as age_days
from aged
group by
    aged.field, aged.segment_id, aged.is_captured, aged.is_recent, cast(floor(4 * log2(aged.age_days)) as bigint)
