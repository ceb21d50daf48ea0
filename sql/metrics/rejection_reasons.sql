-- metrics.rejection_reasons: why sales turned people down, by the source of the person
-- grain: source, reason
-- reads: raw.sales_decisions, raw.versions, people.links, people.golden
with rejected as (
    select
        coalesce(golden.source, 'unknown') as source,
        coalesce(nullif(lower(trim(sales_decisions.reason)), ''), 'not told') as reason,
        golden.person_id
    from raw.sales_decisions as sales_decisions
    inner join raw.versions as versions
        on sales_decisions.file_id = versions.file_id and sales_decisions.row_number = versions.row_number
    left join people.links as links
        on sales_decisions.record_id = links.record_id and links.object = 'sales_decisions'
    left join people.golden as golden on links.person_id = golden.person_id
    where
        versions.object = 'sales_decisions' and versions.state = 'current' and sales_decisions.decision = 'rejected'
),

counted as (
    select
        rejected.source,
        rejected.reason,
        cast(count(*) as bigint) as rejections
    from rejected
    group by rejected.source, rejected.reason
)

select
    counted.source,
    counted.reason,
    counted.rejections,
    counted.rejections / cast(sum(counted.rejections) over (partition by counted.source) as double) as share_of_source
from counted
