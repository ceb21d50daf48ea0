-- hygiene.reverify_queue: what to verify first: value at stake times what a check would resolve
-- grain: person_id, field
-- reads: hygiene.decay, hygiene.reach, hygiene.people, hygiene.risk, hygiene.last_scores, people.links,
--   raw.opportunities, raw.versions, config.decay_fields, config.decay_settings
with deals as (
    select
        opportunities.record_id,
        upper(trim(opportunities.currency)) as currency,
        opportunities.amount,
        coalesce(opportunities.is_closed, false) as is_closed,
        coalesce(opportunities.is_won, false) as is_won
    from raw.opportunities as opportunities
    inner join raw.versions as versions
        on
            opportunities.file_id = versions.file_id and opportunities.row_number = versions.row_number
            and versions.object = 'opportunities' and versions.state = 'current'
    where opportunities.amount > 0
),

currencies as (
    select
        deals.currency,
        count(*) as deals
    from deals
    where deals.currency is not null
    group by deals.currency
),

-- amounts of other currencies cannot be added
main_currency as (
    select max(currencies.currency) as currency
    from currencies
    where currencies.deals = (select max(most.deals) from currencies as most)
),

priced as (
    select
        deals.record_id,
        deals.amount,
        deals.is_closed,
        deals.is_won
    from deals
    cross join main_currency
    where coalesce(deals.currency = main_currency.currency, true)
),

open_deals as (
    select
        links.person_id,
        cast(sum(cast(priced.amount as decimal(18, 2))) as double) as open_amount
    from priced
    inner join people.links as links on links.object = 'opportunities' and priced.record_id = links.record_id
    where not priced.is_closed and links.person_id is not null
    group by links.person_id
),

won_deals as (
    select avg(cast(priced.amount as decimal(18, 2))) as mean_amount
    from priced
    where priced.is_won
),

scale as (
    select
        coalesce(settings.deal_value, won_deals.mean_amount, 1) as deal_value,
        settings.most_rows
    from config.decay_settings as settings
    cross join won_deals
),

scored as (
    select
        max(scores.score) as best_score,
        avg(cast(scores.score as decimal(9, 2))) as mean_score
    from hygiene.last_scores as scores
),

unwanted as (
    select risk.person_id
    from hygiene.risk as risk
    where risk.signal in ('competitor', 'internal')
    union
    select people.person_id
    from hygiene.people as people
    where people.is_spam
),

-- a check of what may not be used, of what is dead for sure, or of what was proved lately, is not worth it
due as (
    select
        decay.person_id,
        decay.field,
        fields.kind,
        decay.evidence_at,
        decay.age_days,
        decay.p_valid,
        coalesce(decay.p_valid * (1 - decay.p_valid), 0.25) as uncertainty
    from hygiene.decay as decay
    inner join config.decay_fields as fields on decay.field = fields.field
    left join hygiene.reach as reach
        on
            decay.person_id = reach.person_id
            and case fields.kind when 'email' then 'email' when 'phone' then 'phone' end = reach.channel
    where
        fields.is_required and decay.ended_at is null
        and coalesce(decay.age_days >= fields.refresh_days, true)
        and (fields.kind not in ('email', 'phone') or (reach.is_valid and reach.may_contact))
),

valued as (
    select
        due.person_id,
        due.field,
        due.kind,
        due.evidence_at,
        due.age_days,
        due.p_valid,
        due.uncertainty,
        coalesce(open_deals.open_amount, 0) as open_amount,
        last_scores.score as last_score,
        scale.most_rows,
        -- who is new is worth what the average person is; on the first night all are worth the same
        coalesce(open_deals.open_amount, 0)
        + scale.deal_value * coalesce(coalesce(last_scores.score, scored.mean_score) / nullif(scored.best_score, 0), 1)
            as value_at_stake
    from due
    cross join scale
    cross join scored
    left join open_deals on due.person_id = open_deals.person_id
    left join hygiene.last_scores as last_scores on due.person_id = last_scores.person_id
    left join unwanted on due.person_id = unwanted.person_id
    where unwanted.person_id is null
),

gains as (
    select
        valued.*,
        valued.value_at_stake * valued.uncertainty as gain
    from valued
    where valued.value_at_stake * valued.uncertainty > 0
),

-- what gains less than the last that is listed need not be put in order
least as (
    select list_min(max(gains.gain, (select settings.most_rows from config.decay_settings as settings))) as gain
    from gains
),

ranked as (
    select
        gains.*,
        row_number() over (order by gains.gain desc, gains.person_id asc, gains.field asc) as rank
    from gains
    cross join least
    where gains.gain >= least.gain
)

select
    ranked.rank,
    ranked.person_id,
    ranked.field,
    case ranked.kind when 'email' then 'mail' when 'phone' then 'call' else 'research' end as how,
    ranked.evidence_at,
    ranked.age_days,
    ranked.p_valid,
    ranked.uncertainty,
    ranked.open_amount,
    ranked.last_score,
    ranked.value_at_stake,
    ranked.gain
from ranked
where ranked.rank <= ranked.most_rows
