-- hygiene.place_defaults: which rule set stands first for a place, and whether a basis stands without consent
-- grain: place, channel, subject
-- reads: hygiene.places, config.consent_channels, config.consent_rules
with subjects as (
    select 'business' as subject
    union all
    select 'consumer' as subject
),

kinds as (
    select distinct
        channels.channel,
        subjects.subject
    from config.consent_channels as channels
    cross join subjects
),

rules as (
    select
        rules.rule_set,
        rules.channel,
        rules.subject,
        min(rules.default_basis) as default_basis,
        min(case when rules.test = 'expired_inquiry' then rules.inquiry_days end) as inquiry_days,
        min(case when rules.test = 'expired_purchase' then rules.purchase_days end) as purchase_days,
        bit_or(config.test_bit(rules.test)) as tests
    from config.consent_rules as rules
    group by rules.rule_set, rules.channel, rules.subject
),

countries as (
    select
        places.place,
        kinds.channel,
        kinds.subject,
        places.country,
        max(rules.default_basis) as default_basis,
        min(rules.inquiry_days) as inquiry_days,
        min(rules.purchase_days) as purchase_days,
        coalesce(bit_or(rules.tests), 0) as tests
    from hygiene.places as places
    cross join kinds
    left join rules
        on places.rule_set = rules.rule_set and kinds.channel = rules.channel and kinds.subject = rules.subject
    group by places.place, kinds.channel, kinds.subject, places.country
),

defaults as (
    select
        countries.place,
        countries.channel,
        countries.subject,
        -- consent is not required only where no candidate country requires it
        min(case when countries.default_basis is null then 0 else 1 end) = 1 as is_not_required,
        min(countries.default_basis) as default_basis,
        min(countries.inquiry_days) as inquiry_days,
        min(countries.purchase_days) as purchase_days,
        bit_or(countries.tests) as tests
    from countries
    group by countries.place, countries.channel, countries.subject
),

ranked as (
    select
        kinds.channel,
        kinds.subject,
        places.place,
        places.rule_set,
        places.evidence,
        row_number() over (
            partition by places.place, kinds.channel, kinds.subject
            order by
                case when rules.rule_set is null then 1 else 0 end,
                places.strictness desc,
                places.rule_set asc,
                places.country asc
        ) as place_rank
    from hygiene.places as places
    cross join kinds
    left join rules
        on places.rule_set = rules.rule_set and kinds.channel = rules.channel and kinds.subject = rules.subject
)

select
    row_number() over (order by defaults.place, defaults.channel, defaults.subject) as group_number,
    defaults.place,
    defaults.channel,
    defaults.subject,
    defaults.tests as group_tests,
    ranked.rule_set as jurisdiction,
    ranked.evidence as jurisdiction_from,
    defaults.is_not_required,
    case when defaults.is_not_required then defaults.default_basis end as default_basis,
    defaults.inquiry_days,
    defaults.purchase_days
from defaults
inner join ranked
    on
        defaults.place = ranked.place and defaults.channel = ranked.channel and defaults.subject = ranked.subject
        and ranked.place_rank = 1
