-- hygiene.place_rules: the rules that hold for a place, channel and kind of subject
-- grain: group_number, rule_set, reason
-- reads: hygiene.place_defaults, hygiene.places, config.consent_rules
with applied as (
    -- several candidate countries may share a rule set
    select
        places.place,
        places.rule_set,
        max(places.strictness) as strictness
    from hygiene.places as places
    group by places.place, places.rule_set
),

matched as (
    select
        defaults.group_number,
        rules.rule_set,
        applied.strictness,
        rules.reason,
        rules.test,
        rules.severity,
        rules.max_age_days,
        rules.inquiry_days,
        rules.purchase_days,
        rules.opt_out_days,
        rules.needs,
        -- the same demand of two laws is one gap, named after the stricter law
        row_number() over (
            partition by
                defaults.group_number, rules.reason, rules.test, rules.severity, rules.max_age_days,
                rules.inquiry_days, rules.purchase_days, rules.opt_out_days
            order by applied.strictness desc, rules.rule_set asc
        ) as same_rank
    from hygiene.place_defaults as defaults
    inner join applied on defaults.place = applied.place
    inner join config.consent_rules as rules
        on
            applied.rule_set = rules.rule_set and defaults.channel = rules.channel
            and defaults.subject = rules.subject
)

select
    matched.group_number,
    matched.rule_set,
    matched.strictness,
    matched.reason,
    matched.test,
    config.test_bit(matched.test) as test_bit,
    matched.severity,
    matched.max_age_days,
    matched.inquiry_days,
    matched.purchase_days,
    matched.opt_out_days,
    matched.needs,
    -- two laws that ask for the same in different ways: only one of the gaps is shown
    count(*) over (partition by matched.group_number, matched.reason) > 1 as is_shared
from matched
where matched.same_rank = 1
