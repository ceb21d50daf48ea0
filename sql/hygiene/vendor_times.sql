-- hygiene.vendor_times: when vendors gave or confirmed a value of a lead (a view)
-- grain: lead_id, golden_field
-- reads: contacts.enrichment, meta.run
select
    enrichment.lead_id,
    enrichment.field as golden_field,
    max(enrichment.enriched_at) as vendor_at,
    bool_or(enrichment.used) as is_filled
from contacts.enrichment as enrichment
cross join meta.run as run
where (enrichment.used or enrichment.reason = 'first_party_agrees') and enrichment.enriched_at <= run.as_of
group by enrichment.lead_id, enrichment.field
