"""What changed since last night among the leads that are compared, and last night's tables brought up to it.

``people.changes`` names the leads; their forms of last night are in ``scratch.replaced`` until they are counted, their features
of tonight in ``scratch.recompared`` until the pairs are made. Leads that did not change are read only to find others among them.
"""

from __future__ import annotations

from leadgrade import contract
from leadgrade.engine import DuckDBEngine, sql_file
from leadgrade.people.compare import SHARED_EMAIL, SHARED_PHONE
from leadgrade.people.normalise import normalise

# names that are none, and addresses of nobody in particular, are no evidence
LEAD_INPUT = """
select
    leads.lead_id,
    case when leads.name_issue is null or leads.name_issue = 'gibberish' then leads.first_name end as first_name,
    case when leads.name_issue is null or leads.name_issue = 'gibberish' then leads.last_name end as last_name,
    cast(null as varchar) as full_name,
    case when not coalesce(emails.is_placeholder, false) then coalesce(leads.email_match, leads.email_raw) end as email,
    emails.is_role as email_is_role,
    leads.phone_e164 as phone,
    leads.mobile_e164 as mobile,
    leads.company_key as company,
    leads.company_domain,
    leads.job_title,
    leads.street,
    leads.city,
    leads.region,
    leads.postal_code,
    leads.country
from contacts.leads as leads
left join contacts.emails as emails on leads.email_id = emails.email_id"""
# what LEAD_INPUT comes from; what contacts.emails says of an address is the address's and the code's (see matching_runs)
_COMPARED = (
    "name_issue", "first_name", "last_name", "email_match", "email_raw", "phone_e164", "mobile_e164", "company_key",
    "company_domain", "job_title", "street", "city", "region", "postal_code", "country",
)  # fmt: skip
# what decides which lead stands for its person, and which person is the older: see sql/people/members.sql and assigned.sql
_ORDERED_BY = ("email is null", "coalesce(phone_e164, mobile_e164) is null", "updated_at", "created_at")
# half of a hash fits a BIGINT; another version of DuckDB, which may hash otherwise, makes a full night
_INPUTS = f"""
select
    leads.lead_id,
    cast(hash({", ".join(_COMPARED)}) // 2 as bigint) as input_hash,
    cast(hash({", ".join(_ORDERED_BY)}) // 2 as bigint) as order_hash
from contacts.leads as leads"""

# known leads keep their number, new ones get the next: pairs of earlier nights stay valid
_DIFFERING = f"""
with differing as (
    select
        coalesce(t.lead_id, k.lead_id) as lead_id,
        t.input_hash,
        t.order_hash,
        case
            when k.lead_id is null then 'new'
            when t.lead_id is null then 'gone'
            when t.input_hash <> k.input_hash then 'changed'
            else 'reordered'
        end as kind
    from ({_INPUTS}) as t
    full outer join people.inputs as k on t.lead_id = k.lead_id
    where t.input_hash is distinct from k.input_hash or t.order_hash is distinct from k.order_hash
),
newest as (select coalesce(max(f.record), 0) as record from people.features as f)
select
    d.*,
    coalesce(f.record, n.record + row_number() over (order by f.record is not null, d.lead_id)) as record
from differing as d
left join people.features as f on d.lead_id = f.lead_id
cross join newest as n"""

# values that belong to somebody: how many names appear under them cannot be counted up and down
_OWNED = "('email', 'phone', 'identifier')"


def read_inputs(engine: DuckDBEngine) -> None:
    """Make ``people.inputs``: what each lead of tonight is compared by."""
    engine.materialize("people.inputs", _INPUTS)


def find(engine: DuckDBEngine) -> dict[str, int]:
    """Bring ``people.inputs`` up to tonight; return the number of leads by kind: new, changed, gone.

    ``people.changes`` gets these leads, ``people.touched`` those that may stand otherwise among the leads of their person.
    """
    engine.sql(f"create or replace table scratch.differing as {_DIFFERING}")
    engine.sql("delete from people.inputs as i using scratch.differing as d where i.lead_id = d.lead_id")
    engine.sql("""
insert into people.inputs by name
select d.lead_id, d.input_hash, d.order_hash from scratch.differing as d where d.kind <> 'gone'""")
    engine.materialize("people.touched", "select d.record from scratch.differing as d where d.kind = 'reordered'")
    engine.materialize(
        "people.changes", "select d.lead_id, d.record, d.kind from scratch.differing as d where d.kind <> 'reordered'"
    )
    engine.sql("drop table scratch.differing")
    counted = engine.collect("select c.kind, count(*) as leads from people.changes as c group by c.kind")
    return {"new": 0, "changed": 0, "gone": 0} | dict(counted.rows())


def _forms() -> str:
    """The columns of people.normalised, in people.features (alias f)."""
    return ", ".join(f"f.{c.name}" for c in contract.table("people.normalised").columns)


def renew_forms(engine: DuckDBEngine) -> None:
    """Make ``people.normalised`` of the leads that are new or changed, and keep what it replaces.

    A lead whose forms came out the same, for another spelling of its city, is taken out of ``people.changes``.
    """
    wanted = "select c.lead_id from people.changes as c where c.kind in ('new', 'changed')"
    query = f"select i.* from ({LEAD_INPUT}) as i semi join ({wanted}) as c on i.lead_id = c.lead_id"
    engine.map_batches(query, normalise, "people.normalised")
    engine.sql(f"""
create or replace table scratch.replaced as
select {_forms()} from people.features as f where f.record in (select c.record from people.changes as c)""")
    _leave_out_same(engine)


def _leave_out_same(engine: DuckDBEngine) -> None:
    engine.sql("""
create or replace table scratch.same as
select n.lead_id from people.normalised as n inner join scratch.replaced as r on n.lead_id = r.lead_id
where n is not distinct from r""")
    for table in ("people.changes", "people.normalised", "scratch.replaced"):
        engine.sql(f"delete from {table} as t using scratch.same as s where t.lead_id = s.lead_id")
    engine.sql("drop table scratch.same")


def _counts_of(table: str) -> str:
    """The query of people.value_counts over other rows of its columns."""
    return sql_file("people.value_counts").query.replace("people.normalised", table)


def renew_counts(engine: DuckDBEngine) -> None:
    """Bring ``people.value_counts`` up to tonight.

    Who has an address or number that came to be shared by many tonight, or no longer is, is added to ``people.changes`` as
    ``shared``: what it says of two leads is another thing then. ``scratch.counts_tonight`` keeps the counts of
    every value that a lead has now or had before.
    """
    engine.sql(f"""
create or replace table scratch.recounted as
select v.field, v.value, sum(v.gain)::bigint as gain
from (
    select a.field, a.value, a.records as gain from ({_counts_of("people.normalised")}) as a
    union all
    select g.field, g.value, -g.records as gain from ({_counts_of("scratch.replaced")}) as g
) as v
group by v.field, v.value""")
    _find_sharing(engine)
    engine.sql(f"""
create or replace table scratch.counts_tonight as
select
    r.field, r.value, coalesce(o.records, 0) + r.gain as records, coalesce(s.names, 0) as names,
    coalesce(o.names, 0) as names_before, o.rowid as counted_row
from scratch.recounted as r
left join people.value_counts as o on r.field = o.field and r.value = o.value
left join ({_counts_of("scratch.sharing")}) as s on r.field in {_OWNED} and r.field = s.field and r.value = s.value""")
    # by the row that was found: looking for the values once more is the dearer half
    engine.sql(
        "delete from people.value_counts as v where v.rowid in (select t.counted_row from scratch.counts_tonight as t)"
    )
    engine.sql("""
insert into people.value_counts by name
select t.field, t.value, t.records, t.names from scratch.counts_tonight as t where t.records > 0""")
    _find_shared(engine)
    for table in ("recounted", "sharing"):
        engine.sql(f"drop table scratch.{table}")


def _find_sharing(engine: DuckDBEngine) -> None:
    """Make ``scratch.sharing``: who has one of the addresses, numbers and identifiers, with the columns that count names."""
    needed = ("lead_id", "email", "phone", "mobile", "identifier", "name_key", "last")
    columns = [c.name for c in contract.table("people.normalised").columns]
    read = ", ".join(f"f.{c}" if c in needed else f'cast(null as varchar) as "{c}"' for c in columns)
    touched = "select r.value from scratch.recounted as r where r.field"
    # last night's forms of those who did not change, and tonight's: the values of all of these are counted anew
    engine.sql(f"""
create or replace table scratch.sharing as
select {read} from people.features as f
where f.record not in (select c.record from people.changes as c) and (
    f.email in ({touched} = 'email')
    or f.phone in ({touched} = 'phone')
    or f.mobile in ({touched} = 'phone')
    or f.identifier in ({touched} = 'identifier')
)
union all by name
select {read} from people.normalised as f""")


def _find_shared(engine: DuckDBEngine) -> None:
    engine.sql(f"""
insert into people.changes by name
with turned as (
    select t.field, t.value
    from scratch.counts_tonight as t
    cross join (select unnest(['email', 'phone']) as field, unnest([{SHARED_EMAIL}, {SHARED_PHONE}]) as many) as m
    where t.field = m.field and (t.names >= m.many) <> (t.names_before >= m.many)
),
leads as (
    select s.lead_id from scratch.sharing as s inner join turned as t on t.field = 'email' and s.email = t.value
    union
    select s.lead_id from scratch.sharing as s inner join turned as t on t.field = 'phone' and t.value in (s.phone, s.mobile)
)
select l.lead_id, f.record, 'shared' as kind
from leads as l
anti join people.changes as c on l.lead_id = c.lead_id
inner join people.features as f on l.lead_id = f.lead_id""")


def renew_features(engine: DuckDBEngine) -> None:
    """Bring ``people.features`` up to tonight; who is new or changed, ``scratch.recompared``, gets the counts of tonight.

    Who is compared anew for what others changed gets how many names share its address and numbers, which is what turned.
    """
    query = sql_file("people.features").query
    query = query.replace("people.value_counts", "scratch.counts_tonight")
    engine.sql(f"""
create or replace table scratch.recompared as
select q.* replace (c.record as record) from ({query}) as q inner join people.changes as c on q.lead_id = c.lead_id""")
    engine.sql("""
delete from people.features as f using people.changes as c where c.kind <> 'shared' and f.record = c.record""")
    engine.sql("insert into people.features by name select r.* from scratch.recompared as r")
    for column, field in (("email", "email"), ("phone", "phone"), ("mobile", "phone")):
        engine.sql(f"""
update people.features as f set {column}_names = t.names
from people.changes as c, scratch.counts_tonight as t
where c.kind = 'shared' and f.record = c.record and t.field = '{field}' and f.{column} = t.value""")
    for table in ("counts_tonight", "replaced"):
        engine.sql(f"drop table scratch.{table}")
