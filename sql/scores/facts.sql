-- scores.facts: one line a person with everything that rules may ask, apart from scores.behaviour
-- grain: person_id
-- reads: people.golden, scores.person_accounts, scores.intent_surges, scores.contact_checks, scores.person_risks,
--   scores.sales_states, scores.rfm, meta.run
-- views: scores.contact_checks, scores.sales_states, scores.person_accounts, scores.person_risks
select
    golden.person_id,
    accounts.account_id,
    -- who they are
    lower(trim(coalesce(golden.industry, accounts.industry))) as industry,
    coalesce(golden.employees, accounts.employees) as employees,
    coalesce(golden.annual_revenue, accounts.annual_revenue) as annual_revenue,
    nullif(concat_ws(';', lower(golden.tech_stack), lower(accounts.tech_stack)), '') as tech_stack,
    golden.country,
    golden.region,
    golden.city,
    lower(golden.free_text) as text,
    golden.job_title,
    golden.seniority,
    golden.department,
    golden.buying_role,
    golden.source,
    golden.source_channel,
    golden.lifecycle_stage,
    golden.lead_status,
    -- how soon
    golden.declared_timeline_days,
    datediff('day', run.as_of::date, coalesce(golden.renewal_date, accounts.renewal_date)::date) as renewal_days,
    datediff('day', run.as_of::date, coalesce(golden.contract_end, accounts.contract_end)::date) as contract_end_days,
    coalesce(golden.budget_hi, golden.budget_lo) as budget,
    golden.use_case,
    golden.current_solution,
    coalesce(golden.buying_role = 'budget_holder', false) as has_budget_owner,
    -- contact
    checks.has_email,
    checks.is_email_valid,
    checks.is_corporate_email,
    checks.is_free_email,
    checks.is_disposable_email,
    checks.is_role_email,
    checks.is_academic_email,
    checks.is_bounced,
    checks.has_phone,
    checks.phone_level,
    checks.is_phone_verified,
    checks.is_phone_bad,
    checks.is_consent_captured,
    checks.consent_evidence,
    checks.is_contact_dead,
    -- record and risk
    not coalesce(golden.in_review, false) as has_no_duplicate,
    accounts.account_id is not null as is_account_matched,
    coalesce(risks.is_low_risk, true) as is_low_risk,
    coalesce(golden.seniority = 'student', false) or coalesce(risks.is_student, false) as is_student,
    coalesce(risks.is_competitor, false) or coalesce(accounts.is_competitor, false) as is_competitor,
    coalesce(risks.is_spam, false) as is_spam,
    coalesce(risks.spam_signals, '') as spam_signals,
    -- market and sales
    coalesce(surges.intent_record, accounts.intent_record) is not null as has_intent_surge,
    coalesce(surges.intent_record, accounts.intent_record) as intent_record,
    coalesce(sales_states.is_customer, false) as is_customer,
    sales_states.sales_stage,
    -- orders
    rfm.order_count,
    rfm.order_amount,
    rfm.days_since_order,
    rfm.recency as rfm_recency,
    rfm.frequency as rfm_frequency,
    rfm.monetary as rfm_monetary
from people.golden as golden
cross join meta.run as run
inner join scores.contact_checks as checks
    on golden.person_id = checks.person_id
left join scores.person_accounts as accounts
    on golden.person_id = accounts.person_id
left join scores.person_risks as risks
    on golden.person_id = risks.person_id
left join scores.intent_surges as surges
    on golden.company_domain = surges.domain
left join scores.sales_states as sales_states
    on golden.person_id = sales_states.person_id
left join scores.rfm as rfm
    on golden.person_id = rfm.person_id
