-- scores.person_risks: the risk signals of each person on one line
-- grain: person_id
-- reads: hygiene.risk, hygiene.people
with signals as (
    select
        risk.person_id,
        bool_or(risk.signal = 'competitor') as is_competitor,
        -- an academic domain alone makes no student: staff have such addresses too
        bool_or(risk.signal = 'student' and risk.evidence like '%title%') as is_student,
        concat_ws(
            '+',
            max(case when risk.signal = 'bot_user_agent' then risk.signal end),
            max(case when risk.signal = 'disposable_email' then risk.signal end),
            max(case when risk.signal = 'fast_burst' then risk.signal end),
            max(case when risk.signal = 'fast_submit' then risk.signal end),
            max(case when risk.signal = 'gibberish_name' then risk.signal end),
            max(case when risk.signal = 'gibberish_text' then risk.signal end),
            max(case when risk.signal = 'honeypot' then risk.signal end),
            max(case when risk.signal = 'placeholder_contact' then risk.signal end),
            max(case when risk.signal = 'spam_text' then risk.signal end)
        ) as spam_signals
    from hygiene.risk as risk
    group by risk.person_id
)

select
    hygiene_people.person_id,
    coalesce(signals.is_competitor, false) as is_competitor,
    coalesce(signals.is_student, false) as is_student,
    coalesce(hygiene_people.is_spam, false) as is_spam,
    coalesce(signals.spam_signals, '') as spam_signals,
    coalesce(hygiene_people.hard_risks, 0) = 0 as is_low_risk
from hygiene.people as hygiene_people
left join signals
    on hygiene_people.person_id = signals.person_id
