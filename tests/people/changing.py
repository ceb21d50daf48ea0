"""A small table of leads with known people that changes night by night, and what a full night would make of it."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

import polars as pl

from benchmarks.night_changes import World
from benchmarks.people.measures import pairwise
from leadgrade.engine import DuckDBEngine, sql_file
from leadgrade.engine.duckdb import polars_schema
from leadgrade.people import matching
from leadgrade.people.build import build_features, build_golden, build_members, build_normalised, build_pairs
from leadgrade.people.quality import build_cohesion
from leadgrade.run import Run
from tests.support import AS_OF, make_table

GOLDEN = ("people.golden", "people.golden_fields", "people.golden_inputs")
GIVEN = (
    "Anna",
    "Bernd",
    "Carla",
    "David",
    "Elena",
    "Fritz",
    "Greta",
    "Hans",
    "Ines",
    "Jonas",
    "Karla",
    "Linus",
    "Maria",
)
FAMILY = (
    "Berg",
    "Feld",
    "Stein",
    "Hof",
    "Mann",
    "Bach",
    "Wald",
    "Brand",
    "Horn",
    "Lund",
    "Kamp",
    "Thal",
    "Kroon",
    "Vries",
)
CITIES = ("Ulm", "Bonn", "Kiel", "Jena", "Gera")


def pool(people: int, seed: int) -> pl.DataFrame:
    """Leads of so many people, one to four each, with the columns of contacts.leads and ``truth``."""
    draw = random.Random(seed)
    rows = []
    for person in range(people):
        first, last, company = (
            draw.choice(GIVEN),
            draw.choice(FAMILY) + draw.choice(FAMILY).lower(),
            draw.randrange(people // 6),
        )
        full = {
            "first_name": first,
            "last_name": last,
            "email_raw": f"{first}.{last}{person}@firm{company}.example".lower(),
            # every third has the switchboard alone
            "phone_e164": f"+4930{company:07}" if person % 3 == 0 else f"+49171{person:07}",
            "company_key": f"firm {company}",
            "company_domain": f"firm{company}.example",
            "city": CITIES[company % len(CITIES)],
            "truth": f"t{person}",
        }
        for _ in range(draw.choice((1, 1, 1, 2, 2, 3, 4))):
            row = dict(
                full, lead_id=f"l{draw.randrange(10**9):09}", created_at=AS_OF - timedelta(days=draw.randrange(900))
            )
            for gap in ("email_raw", "phone_e164", "city"):
                if draw.random() < 0.25:
                    row[gap] = None
            if draw.random() < 0.2:
                row["last_name"] = last[:2] + last[3:]
            rows.append(row)
    schema = polars_schema("contacts.leads") | {"truth": pl.String()}
    frame = pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema)
    return frame.with_columns(email_match="email_raw")


def night(run: Run, world: World, number: int) -> Run:
    """Compare the leads of a night; the run of that night."""
    tonight = replace(run, run_id=f"night-{number}", as_of=AS_OF + timedelta(days=number))
    engine = tonight.engine
    make_table(engine, "meta.run", [{"run_id": tonight.run_id, "as_of": tonight.as_of, "secret": run.secret}])
    engine.write("contacts.leads", world.leads.drop("truth"))
    for table in ("contacts.emails", "contacts.phones"):
        engine.ensure(table)
    for step in (build_normalised, build_features, build_pairs, build_members):
        step(tonight)
    return tonight


def golden(run: Run) -> dict[str, set[tuple[object, ...]]]:
    """Make the golden records of a night and what they stand on; their tables as sets of rows."""
    run.engine.materialize("people.review", sql_file("people.review").query)
    build_cohesion(run)
    build_golden(run)
    return {table: set(run.engine.read(table).rows()) for table in GOLDEN}


def touch(world: World, share: float) -> None:
    """Somebody looked at so many leads: another time of change, and nothing else."""
    at = pl.Series(world.draw.random(world.leads.height) < share)
    world.leads = world.leads.with_columns(pl.when(at).then(AS_OF).otherwise("updated_at").alias("updated_at"))


def f1(run: Run, world: World) -> float:
    """F1 of the people of a night, pair by pair."""
    members = run.engine.read("people.members", ["lead_id", "person_id"])
    return pairwise(members.join(world.leads.select("lead_id", "truth"), on="lead_id"))[2]


def last_row(run: Run) -> dict[str, object]:
    """What ``people.matching_runs`` says of the last night."""
    return run.engine.collect("select * from people.matching_runs order by night desc limit 1").to_dicts()[0]


def by_lead(engine: DuckDBEngine, table: str) -> set[tuple[str, str]]:
    """Pairs of records as pairs of leads."""
    query = f"""
select least(a.lead_id, b.lead_id) as a, greatest(a.lead_id, b.lead_id) as b from {table} as p
inner join people.features as a on p.record_a = a.record inner join people.features as b on p.record_b = b.record"""
    return set(engine.collect(query).rows())


def clusters_of_everybody(run: Run) -> set[tuple[str, str, float]]:
    """people.clusters as all weighed pairs would give it, the leads numbered in their order."""
    with DuckDBEngine() as other:
        other.write("people.numbers", run.engine.collect("select f.lead_id, f.record from people.features as f"))
        other.sql("""
create table people.features as
select n.lead_id, n.record as former, row_number() over (order by n.lead_id) as record from people.numbers as n""")
        for table in ("people.scored", "people.decided_pairs"):
            other.write("people.former", run.engine.read(table))
            other.sql(f"""
create table {table} as
select w.* replace (least(a.record, b.record) as record_a, greatest(a.record, b.record) as record_b) from people.former as w
inner join people.features as a on w.record_a = a.former inner join people.features as b on w.record_b = b.former""")
        matching.build_clusters(other, run.settings.run.match_threshold)
        return set(other.read("people.clusters").rows())


def members_of_everybody(run: Run, before: pl.DataFrame) -> pl.DataFrame:
    """people.members as all leads would get it from tonight's clusters and last night's members, without a shortcut."""
    with DuckDBEngine() as other:
        for table in ("contacts.leads", "people.clusters", "people.id_changes", "meta.run"):
            other.write(table, run.engine.read(table))
        other.write("people.previous", before.select("lead_id", "person_id", "person_since"))
        other.sql("""
create table people.taken_ids as select person_id from people.previous
union select old_person_id as person_id from people.id_changes""")
        for table in ("people.assigned", "people.members"):
            other.materialize(table, sql_file(table).query)
        return other.read("people.members").sort("lead_id")
