-- hygiene.stated_places: people whose records of consent name a law, with that as evidence of where they are
-- grain: person_id
-- reads: hygiene.consent_ledger, hygiene.consent_links, hygiene.subjects
with stated as (
    select
        links.person_id,
        string_agg(distinct ledger.jurisdiction, ',' order by ledger.jurisdiction) as stated
    from hygiene.consent_ledger as ledger
    inner join hygiene.consent_links as links on ledger.entry = links.entry
    where ledger.jurisdiction is not null
    group by links.person_id
)

select
    stated.person_id,
    subjects.place || '|' || stated.stated as place,
    subjects.place as place_known,
    stated.stated
from stated
inner join hygiene.subjects as subjects on stated.person_id = subjects.person_id
