"""A small home with people to be erased: files of every format, a refused row, shared numbers, notes that speak of others.

The rows come in through the intake; who is who is written down by hand, so that no stage has to run.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import zipfile
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from leadgrade import contract
from leadgrade.audit import load_rules
from leadgrade.config import load_settings
from leadgrade.config.loader import Settings
from leadgrade.config.sources import Source, SourcesConfig
from leadgrade.engine import DuckDBEngine, sql_file
from leadgrade.erasure import config_tables as erased_config
from leadgrade.publish import Home
from leadgrade.raw import config_tables as raw_config
from leadgrade.raw import intake, versions
from leadgrade.run import Run
from tests.raw.workbooks import write_workbook
from tests.support import REPOSITORY, make_table

AS_OF = datetime(2026, 10, 1)
ANN, ANN_TOO = "ann.lee@acme.example.org", "Ann.Lee+news@private.example.net"
BOB, CARL = "bob@acme.example.org", "carl@other.example.com"
NAME = "Ann Quillfeather"
NUMBERS = {"(415) 555-0132": "+14155550132", "415-555-0132": "+14155550132", "+44 20 7946 0958": "+442079460958"}
SHARED = "+442079460958"
# what may be nowhere any more, in small letters
TRACES = ("ann.lee", "quillfeather,", "ann quillfeather", "5550132", "555-0132", "555.0132")

LEADS = [
    ["source_record_id", "first_name", "last_name", "email", "phone", "company_name", "notes", "created_at"],
    ["1", "Ann", "Quillfeather", ANN, "(415) 555-0132", "Acme", "met at the fair", "2026-01-01"],
    ["2", "Bob", "Bracken", BOB, "+44 20 7946 0958", "Acme", f"asked {ANN} first; {NAME}: 415.555.0132", "2026-01-02"],
    ["3", "Carl", "Cobham", CARL, "+44 20 7946 0958", "Other", "joann.lee@acme.example.org is not she", "2026-01-03"],
    ["4", "Ann", "Quillfeather", ANN_TOO, "415-555-0132", "Acme", "", "2026-02-01"],
]  # fmt: skip
EVENTS = [
    {"subject_email": ANN, "type": "form_submit", "occurred_at": "2026-03-01T10:00:00Z", "detail": "/pricing"},
    {"subject_email": BOB, "type": "form_submit", "occurred_at": "2026-03-02T10:00:00Z",
     "detail": f"/r?e={ANN.replace('@', '%40')}"},
    {"subject_email": CARL, "type": "form_submit", "occurred_at": "2026-03-03T10:00:00Z", "detail": "/"},
    {"subject_email": ANN, "type": "form_submit", "occurred_at": "31/02/2026", "detail": "/refused"},
    {"subject_id": "4", "type": "page_view", "occurred_at": "2026-03-04T10:00:00Z", "detail": "/by-id"},
]  # fmt: skip
SOURCES = {
    "crm": Source(path="inbox/crm/*.csv", system="leadgrade", object="leads"),
    "sheet": Source(path="inbox/sheet/*", object="leads"),
    "web": Source(path="inbox/web/*", system="leadgrade", object="events"),
    "mail": Source(path="inbox/mail/*", object="activities"),
    "list": Source(path="inbox/list/*", object="consents"),
    "deals": Source(path="inbox/deals/*", system="leadgrade", object="opportunities"),
}
LINKED = ("events", "activities", "consents", "opportunities")
RULES = ("files_accounted", "files_match_tables", "version_row_complete", "ledger_complete", "lead_row_unique")


def csv_text(rows: list[list[str]], delimiter: str = ",") -> str:
    """Rows as delimited text."""
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    return text.getvalue()


def settings(**changes: object) -> Settings:
    """The project's own settings with the sources of this world, and changes to run.yaml."""
    loaded = load_settings(REPOSITORY / "config")
    return replace(loaded, run=loaded.run.model_copy(update=changes), sources=SourcesConfig(sources=SOURCES))


def fill(home: Path) -> None:
    """Put the exports into the inbox."""
    folders = {name: home / "inbox" / name for name in SOURCES}
    for folder in folders.values():
        folder.mkdir(parents=True)
    (folders["crm"] / "leads.csv").write_bytes(csv_text(LEADS, ";").encode("cp1252"))
    sheet = [
        ["Lead ID", "First Name", "Last Name", "Email"],
        ["s1", "Ann", "Quillfeather", ANN.upper()],
        ["s2", "Dora", "Dale", "dora@dale.example.com"],
    ]
    write_workbook(
        folders["sheet"] / "book.xlsx", sheet, [["Lead ID", "Email"], ["s3", "e@dale.example.com"], ["s4", ANN]]
    )
    (folders["web"] / "events.jsonl").write_text("\n".join(map(json.dumps, EVENTS)), encoding="utf-8")
    with zipfile.ZipFile(folders["web"] / "old.zip", "w") as archive:
        archive.writestr("a/more.json", json.dumps([EVENTS[0] | {"detail": "/a"}, EVENTS[2] | {"detail": "/b"}]))
        archive.writestr("other.json", json.dumps([EVENTS[2] | {"detail": "/c"}]))
    mails = [
        ["Email", "Channel", "Direction", "Date"],
        [ANN, "email", "out", "2026-04-01"],
        [CARL, "email", "out", "2026-04-02"],
    ]
    (folders["mail"] / "mails.csv.gz").write_bytes(gzip.compress(csv_text(mails).encode("utf-16")))
    given = {
        "Email": [ANN, BOB],
        "Action": ["granted"] * 2,
        "Captured At": [datetime(2026, 1, 5)] * 2,
        "Channel": ["email"] * 2,
    }
    pq.write_table(pa.table(given), folders["list"] / "consents.parquet")
    deals = [["source_record_id", "name", "subject_email", "stage", "amount", "close_date"],
             ["d1", f"Acme: {NAME}", BOB, "won", "100", "2026-05-01"],
             ["d2", "Mine", ANN, "lost", "5", "2026-05-02"]]  # fmt: skip
    (folders["deals"] / "deals.csv").write_text(csv_text(deals), encoding="utf-8")


def export(home: Path) -> None:
    """Copies of rows that somebody made for other eyes, in every encoding and format."""
    folder = home / "exports" / "fair"
    folder.mkdir(parents=True)
    for encoding in ("utf-8", "utf-16", "latin-1"):
        (folder / f"{encoding}.csv").write_bytes(csv_text(LEADS, ";").encode(encoding))
    (folder / "packed.csv.gz").write_bytes(gzip.compress(csv_text(LEADS).encode("utf-16")))
    with zipfile.ZipFile(folder / "packed.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("leads.csv", csv_text(LEADS))
    pl.DataFrame(LEADS[1:], schema=LEADS[0], orient="row").write_parquet(folder / "leads.parquet")
    write_workbook(folder / "leads.xlsx", LEADS)


def open_run(home: Path, engine: DuckDBEngine, run_id: str, at: datetime = AS_OF) -> Run:
    """A run on a work file that is open."""
    run = Run(engine, settings(), home, run_id, at, Home(home).secret())
    make_table(engine, "meta.run", [{"run_id": run_id, "as_of": at, "secret": run.secret}])
    raw_config.load(run)
    erased_config.load(run)
    return run


def take_in(run: Run) -> None:
    """What a night does up to the versions, and the ledger."""
    intake.take_in(run)
    versions.build_versions(run)
    for table in ("contacts.blocked_leads", "people.members"):
        run.engine.ensure(table)
    run.engine.materialize("raw.row_ledger", sql_file("raw.row_ledger").query)


def know_people(engine: DuckDBEngine) -> None:
    """Who is who: by name, else by address."""
    cases = " ".join(f"when '{typed}' then '{number}'" for typed, number in NUMBERS.items())
    engine.ensure("contacts.leads")
    engine.sql(f"""
        insert into contacts.leads by name
        select leads.lead_id, leads.file_id, leads.row_number, leads.source, leads.system, leads.source_record_id,
            first_name, last_name, notes as free_text, nullif(concat_ws(' ', first_name, last_name), '') as full_name,
            email as email_raw, lower(email) as email, lower(email) as email_match, md5(email) as email_id,
            phone as phone_raw, md5(phone) as phone_id, case phone {cases} end as phone_e164
        from raw.leads as leads
        inner join raw.versions as versions
            on versions.object = 'leads' and versions.state = 'current' and leads.lead_id = versions.record_id
                and leads.file_id = versions.file_id and leads.row_number = versions.row_number
    """)
    engine.sql("""
        create or replace table people.members as
        select lead_id, 'p_' || substr(md5(coalesce(full_name, email)), 1, 20) as person_id,
            row_number() over (partition by coalesce(full_name, email) order by lead_id) = 1 as is_survivor,
            1.0::double as match_probability, null::timestamp as person_since
        from contacts.leads
    """)
    for table, key, column in (("emails", "email_id", "email_raw"), ("phones", "phone_id", "phone_raw")):
        engine.ensure(f"contacts.{table}")
        told = f"select distinct {key}, {column} from contacts.leads where {key} is not null"
        engine.sql(f"insert into contacts.{table} by name {told}")
    engine.ensure("people.golden")
    engine.sql("""
        insert into people.golden by name
        select person_id, lead_id, full_name, email, email_id, phone_e164, phone_id, free_text
        from contacts.leads inner join people.members using (lead_id) where is_survivor
    """)
    engine.ensure("people.inputs")
    engine.sql("insert into people.inputs by name select lead_id from contacts.leads")
    make_table(engine, "people.matching_runs", [{"night": number, "run_id": f"n{number}"} for number in (0, 1)])
    _link(engine)


def _link(engine: DuckDBEngine) -> None:
    engine.ensure("people.links")
    for name in LINKED:
        engine.sql(f"""
            insert into people.links by name
            select '{name}' as object, told.record_id, members.person_id,
                case when leads.source_record_id = told.subject_id then 'source_id' else 'email' end as method
            from raw.{name} as told
            inner join contacts.leads as leads
                on leads.email = lower(told.subject_email) or leads.source_record_id = told.subject_id
            inner join people.members as members on leads.lead_id = members.lead_id
        """)


def publish(home: Path, engine: DuckDBEngine, run_id: str, at: datetime) -> None:
    """A generation of the tables that there are, as a publication would write them."""
    folder = Home(home).published / f"{at:%Y%m%dT%H%M%S}Z-{run_id}"
    folder.mkdir(parents=True)
    counts: dict[str, dict[str, int]] = {"private": {}, "warehouse": {}}
    for name, told in counts.items():
        engine.sql(f"attach '{folder}/{name}.duckdb' as out (storage_version 'v1.0.0')")
        for table in contract.tables().values():
            columns = table.private_columns if name == "private" else table.warehouse_columns
            if columns and engine.exists(table.name) and not table.name.startswith("meta."):
                engine.sql(f"create schema if not exists out.{table.stage}")
                shown = ", ".join(f'"{c.name}"' for c in columns)
                engine.sql(f"create table out.{table.name} as select {shown} from {table.name}")
                engine.sql(f"comment on table out.{table.name} is 'what it is'")
                told[table.name] = engine.count(table.name)
        engine.sql("detach out")
    (folder / "manifest.json").write_text(json.dumps({"run_id": run_id, "row_counts": counts, "seal": "x"}))
    link = Home(home).published / "current"
    link.unlink(missing_ok=True)
    link.symlink_to(folder.name)


def night(home: Path, run_id: str, at: datetime = AS_OF) -> None:
    """A night: files taken in, people known, published; each from an empty work file."""
    work = Home(home).prepare().work_file(run_id)
    work.parent.mkdir()
    with DuckDBEngine(work) as engine:
        take_in(open_run(home, engine, run_id, at))
        know_people(engine)
        engine.materialize("raw.row_ledger", sql_file("raw.row_ledger").query)
        publish(home, engine, run_id, at)


def ids(home: Path) -> dict[str, list[str]]:
    """Name -> ids of the leads and the person, as the night knows them; an address where there is no name."""
    with duckdb.connect(str(Home(home).work_file("n1")), read_only=True) as connection:
        told = connection.execute("""
            select coalesce(full_name, email), list(lead_id order by created_at, lead_id), any_value(person_id)
            from contacts.leads inner join people.members using (lead_id) group by 1
        """).fetchall()
    return {name: [*leads, person] for name, leads, person in told}


def decide(home: Path) -> None:
    """Decisions about Ann alone, about her and others, about others, and one that names her in its reason."""
    known = ids(home)
    (ann, ann_too, ann_more, ann_id), bob, carl = known[NAME], known["Bob Bracken"][0], known["Carl Cobham"][0]
    at = "2026-09-01T10:00:00"
    lines = [
        {"kind": "merge", "parts": [[ann], [ann_too]], "reason": "the same"},
        {"kind": "merge", "parts": [[bob, ann_more], [carl]], "reason": f"as {ann_id} said"},
        {"kind": "split", "parts": [[ann, ann_too], [bob]], "reason": "two"},
        {"kind": "undo", "undoes": 1, "reason": f"{ann} says no"},
        {"kind": "split", "parts": [[bob], [carl]], "reason": "not one"},
        {"kind": "undo", "undoes": 5, "reason": "one"},
    ]
    told = [json.dumps({"decision": n, "at": at, "by": "kim", **line}) for n, line in enumerate(lines, 1)]
    (home / "decisions.jsonl").write_text("".join(f"{line}\n" for line in told), encoding="utf-8")


def broken_rules(engine: DuckDBEngine) -> dict[str, list[tuple[object, ...]]]:
    """Rules of the accounting that a work file breaks."""
    found = {r.rule: engine.collect(r.failures_query).rows() for r in load_rules() if r.rule in RULES}
    assert len(found) == len(RULES)
    return {name: rows for name, rows in found.items() if rows}


def all_texts(home: Path) -> Iterable[tuple[str, str]]:
    """Everything that a home holds as text, read without the code under test: place and text in small letters."""
    for path in sorted(home.rglob("*")):
        if path.is_file() and not path.is_symlink() and path.name != "secret.key":
            yield from ((f"{path.relative_to(home)} {place}", text.lower()) for place, text in _texts(path))


def _texts(path: Path) -> Iterable[tuple[str, str]]:
    data = path.read_bytes()
    yield "bytes", data.decode("latin-1")
    if data[8:12] == b"DUCK":
        with duckdb.connect(str(path), read_only=True) as connection:
            tables = connection.execute("select schema_name || '.' || table_name from duckdb_tables()").fetchall()
            for (table,) in tables:
                yield table, "\n".join(map(str, connection.execute(f"select * from {table}").fetchall()))
    elif b"\0" in data:
        yield "wide", data.replace(b"\0", b"").decode("latin-1")
    if data[:2] == b"\x1f\x8b":
        yield "unpacked", gzip.decompress(data).decode("utf-16")
    elif data[:2] == b"PK":
        with zipfile.ZipFile(path) as archive:
            yield from ((name, archive.read(name).decode("utf-8", "replace")) for name in archive.namelist())
    elif data[:4] == b"PAR1":
        yield "rows", str(pl.read_parquet(path).rows())
