"""Golden records night by night: only those are made anew whose leads, or whose place among them, changed.

``people.golden_inputs`` keeps of every lead whose record it went into and the hash of all that a golden record takes from it. So
it does not matter how a change came about, nor whether matching was full: what differs is made anew.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import cache
from pathlib import Path

from leadgrade.engine import DuckDBEngine
from leadgrade.people import golden
from leadgrade.people.matching_runs import are_as_contract, save, tonight
from leadgrade.run import Run

# from this share of the people on, all are made anew for less
MOST = 0.3
_TABLES = ("people.golden", "people.golden_fields", "people.golden_inputs")


@cache
def _rules() -> str:
    """Hash of the code and the rules that golden records come from; another one makes every lead differ."""
    paths = (Path(golden.__file__), Path(golden.__file__).parent / "data" / "survivorship.yaml")
    return hashlib.sha256(b"\0".join(p.read_bytes() for p in paths)).hexdigest()[:16]


@cache
def _inputs() -> str:
    return f"""
select
    members.lead_id,
    members.person_id,
    cast(hash(
        '{_rules()}', members.is_survivor, phones.region, phones.type, mobiles.region, mobiles.type,
        leads.phone_e164, leads.phone_id, leads.mobile_e164, leads.mobile_id, {golden.lead_columns()}
    ) // 2 as bigint) as row_hash
from people.members as members
inner join contacts.leads as leads on members.lead_id = leads.lead_id
left join contacts.phones as phones on leads.phone_id = phones.phone_id
left join contacts.phones as mobiles on leads.mobile_id = mobiles.phone_id"""


# rows of golden_inputs that are new, gone or others now
_DIFFERING = """
create or replace table scratch.golden_differing as
select
    coalesce(t.lead_id, k.lead_id) as lead_id, t.person_id, k.person_id as person_id_before, t.row_hash
from ({inputs}) as t
full outer join people.golden_inputs as k on t.lead_id = k.lead_id
where t.row_hash is distinct from k.row_hash or t.person_id is distinct from k.person_id"""
# the people of these leads, and people who stand otherwise tonight though none of their leads does
_STALE = f"""
create or replace table scratch.golden_stale as
select d.person_id from scratch.golden_differing as d where d.person_id is not null
union
select d.person_id_before as person_id from scratch.golden_differing as d where d.person_id_before is not null
union
select g.person_id
from people.golden as g inner join ({golden.STANDING}) as s on g.person_id = s.person_id
where (g.in_review, g.weakest_link, g.is_bridged) is distinct from (s.in_review, s.weakest_link, s.is_bridged)"""


def build_golden(run: Run) -> None:
    """Make ``people.golden`` and ``people.golden_fields`` from the members, the current leads, the review and the cohesion.

    Records of people whom nothing happened to stay as they are.
    """
    engine = run.engine
    made = None if run.full or not _stands(engine) else _renew(engine)
    if made is None:
        made = _build_all(engine)
    night = tonight(run)
    if night:
        save(engine, replace(night, golden_people=made))
    engine.checkpoint()


def _stands(engine: DuckDBEngine) -> bool:
    """What last night left is whole."""
    if not are_as_contract(engine, *_TABLES):
        return False
    people = "(select distinct i.person_id from people.golden_inputs as i)"
    return engine.count("people.golden") == engine.count(people)


def _build_all(engine: DuckDBEngine) -> int:
    # made last: where the night breaks off before, the next finds no golden_inputs
    engine.sql("drop table if exists people.golden_inputs")
    made = engine.materialize("people.golden", golden.golden_query())
    engine.materialize("people.golden_fields", golden.golden_fields_query())
    engine.materialize("people.golden_inputs", _inputs())
    return made


def _renew(engine: DuckDBEngine) -> int | None:
    """Bring the records up to tonight; return how many were made anew, None where so many differ that none was."""
    engine.sql(_DIFFERING.format(inputs=_inputs()))
    engine.sql(_STALE)
    stale = engine.count("scratch.golden_stale")
    is_small = stale <= MOST * engine.count("people.golden")
    if is_small:
        engine.sql("""
create or replace table scratch.golden_members as
select m.* from people.members as m semi join scratch.golden_stale as s on m.person_id = s.person_id""")
        _replace(engine)
        engine.sql("drop table scratch.golden_members")
    for table in ("golden_differing", "golden_stale"):
        engine.sql(f"drop table scratch.{table}")
    return stale if is_small else None


def _replace(engine: DuckDBEngine) -> None:
    with engine.transaction():
        for table, query in (("golden", golden.golden_query), ("golden_fields", golden.golden_fields_query)):
            engine.sql(
                f"delete from people.{table} as g using scratch.golden_stale as s where g.person_id = s.person_id"
            )
            engine.sql(f"insert into people.{table} by name {query('scratch.golden_members')}")
        engine.sql(
            "delete from people.golden_inputs as i using scratch.golden_differing as d where i.lead_id = d.lead_id"
        )
        engine.sql("""
insert into people.golden_inputs by name
select d.lead_id, d.person_id, d.row_hash from scratch.golden_differing as d where d.person_id is not null""")
