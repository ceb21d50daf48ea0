"""Appends tonight's events to the ledger: numbers them, chains them by subject, and seals the night.

Everything is hashed in columns, the links to the event before too: of all subjects the first new event at once, then of all
the second. Only where a subject has very many new events the later ones are linked row by row.
"""

from __future__ import annotations

import polars as pl

from leadgrade.engine.duckdb import DuckDBEngine
from leadgrade.hygiene.ledger.hashes import (
    ENTRIES_HASH,
    FILES,
    GENESIS,
    HASH_DIGITS,
    HEADS,
    LEDGER,
    SEALS,
    TABLES,
    chain_key,
    content_sql,
    event_sql,
    link,
    link_sql,
    seal_of,
)  # fmt: skip

READS = ("hygiene.consent_arrivals", "hygiene.ledger_new_files")
_NUMBERED, _LINKED = "scratch.ledger_numbered", "scratch.ledger_linked"  # dropped at the end
_BATCH_ROWS = 200_000
_ROUNDS = 6  # new events of a subject that are linked in columns; few have more


def build(engine: DuckDBEngine) -> int:
    """Append hygiene.consent_arrivals to the ledger and return the number of new events.

    What was appended before stays as it is; the same files never count twice. All four tables take the night together.
    """
    for table in TABLES:
        engine.ensure(table)
    run = engine.read("meta.run", ["secret", "run_id"]).row(0, named=True)
    key = chain_key(run["secret"])
    engine.sql(f"create or replace table {_NUMBERED} as {_NUMBERS}")
    new = engine.count(_NUMBERED)
    if new:
        _link(engine, key)
    with engine.transaction():
        if new:
            engine.sql(f"insert into {LEDGER} by name {_NEW_EVENTS}")
            engine.sql(_FORGET_HEADS)
            engine.sql(_NEW_HEADS)
            _seal(engine, key)
        engine.sql(_NEW_FILES, {"run_id": run["run_id"]})
    for table in (_NUMBERED, _LINKED):
        engine.sql(f"drop table if exists {table}")
    return new


# an arrival, known by its rowid, as the ledger will hold it but for its place and its hashes
_EVENTS = f"""
select
    arrivals.rowid as arrival, arrivals.arrival_rank,
    config.subject_key(arrivals.subject_kind, arrivals.subject_value) as subject_key, arrivals.subject_kind,
    arrivals.object, arrivals.record_id, arrivals.file_id, arrivals.row_number, arrivals.channel, arrivals.names_number,
    arrivals.purpose, arrivals.action, arrivals.lawful_basis, arrivals.captured_at, arrivals.double_opt_in_at,
    arrivals.expires_at, arrivals.source, arrivals.capture_source, arrivals.capture_method,
    substr(sha256(arrivals.text_version), 1, {HASH_DIGITS}) as text_hash, arrivals.jurisdiction, arrivals.has_assessment,
    arrivals.is_in_clear, run.as_of as arrived_at
from hygiene.consent_arrivals as arrivals
cross join meta.run as run"""
# the place of each new event in the ledger: few narrow columns, for they are sorted
_NUMBERS = f"""
with events as (
    select
        events.arrival, events.arrival_rank, events.row_number, events.object, events.record_id, events.channel,
        events.action, events.subject_kind, events.subject_key, {content_sql()} as content_hash
    from ({_EVENTS}) as events
    semi join hygiene.ledger_new_files as new_files on events.file_id = new_files.file_id
    anti join {FILES} as files on events.file_id = files.file_id
),
-- a flag that is still true tells nothing new
known_flags as (
    select flags.arrival
    from events as flags
    left join {LEDGER} as ledger
        on ledger.object = 'leads' and flags.record_id = ledger.record_id and flags.channel = ledger.channel
        and flags.action = ledger.action and flags.subject_key = ledger.subject_key
    where flags.object = 'leads'
    qualify ledger.entry is not null or row_number() over (
        partition by flags.record_id, flags.channel, flags.action, flags.subject_key
        order by flags.arrival_rank, flags.row_number
    ) > 1
),
entered as (
    select
        events.arrival, events.subject_key, events.content_hash,
        last.entry + row_number() over (
            order by events.arrival_rank, events.row_number, events.channel, events.subject_kind
        ) as entry
    from events
    cross join (select coalesce(max(ledger.entry), 0) as entry from {LEDGER} as ledger) as last
    anti join known_flags on events.arrival = known_flags.arrival
),
placed as (
    select
        entered.*,
        row_number() over (partition by entered.subject_key order by entered.entry) as place
    from entered
)
select
    placed.arrival, placed.entry, placed.subject_key, placed.content_hash, placed.place,
    coalesce(heads.events, 0) + placed.place as sequence, coalesce(heads.head_hash, '{GENESIS}') as prev_hash
from placed
left join {HEADS} as heads on placed.subject_key = heads.subject_key"""
_NEW_EVENTS = f"""
select
    events.* exclude (arrival, arrival_rank, subject_key), numbered.subject_key, numbered.entry, numbered.sequence,
    linked.prev_hash, linked.row_hash
from ({_EVENTS}) as events
inner join {_NUMBERED} as numbered on events.arrival = numbered.arrival
inner join {_LINKED} as linked on numbered.entry = linked.entry"""


_BEFORE = f"select linked.subject_key, linked.place, linked.row_hash from {_LINKED} as linked"
# the links of the events that have the same place among the new ones of their subject; the event before is linked already
_ROUND = f"""
insert into {_LINKED}
select
    numbered.entry, numbered.subject_key, numbered.place, coalesce(before.row_hash, numbered.prev_hash) as prev_hash,
    {link_sql("coalesce(before.row_hash, numbered.prev_hash)", event_sql("content_hash"))} as row_hash
from {_NUMBERED} as numbered
left join ({_BEFORE}) as before on numbered.subject_key = before.subject_key and before.place = numbered.place - 1
where numbered.place = $place"""
_LATER = f"""
select
    numbered.entry, numbered.subject_key, numbered.place, coalesce(before.row_hash, numbered.prev_hash) as prev_hash,
    {event_sql("content_hash")} as event
from {_NUMBERED} as numbered
left join ({_BEFORE}) as before on numbered.subject_key = before.subject_key and before.place = numbered.place - 1
where numbered.place > {_ROUNDS}
order by numbered.subject_key, numbered.sequence"""


def _link(engine: DuckDBEngine, key: str) -> None:
    """Chain the new events: of each subject the first ones in columns, the others batch by batch."""
    engine.sql(
        f"create or replace table {_LINKED} "
        "(entry bigint, subject_key varchar, place bigint, prev_hash varchar, row_hash varchar)"
    )
    for place in range(1, _ROUNDS + 1):
        engine.sql(_ROUND, {"key": key, "place": place})
    for batch in map(_Chain(key), engine.batches(_LATER, _BATCH_ROWS)):
        engine.write(_LINKED, batch, append=True)


class _Chain:
    """Adds the hashes to rows that come subject by subject; a subject may go on in the next batch."""

    def __init__(self, key: str) -> None:
        self._key = key
        self._subject = ""
        self._hash = GENESIS

    def __call__(self, rows: pl.DataFrame) -> pl.DataFrame:
        before, hashes = [], []
        for subject, prev_hash, event in rows.select("subject_key", "prev_hash", "event").iter_rows():
            prev = self._hash if subject == self._subject else prev_hash
            self._subject, self._hash = subject, link(self._key, prev, event)
            before.append(prev)
            hashes.append(self._hash)
        return rows.select("entry", "subject_key", "place", prev_hash=pl.Series(before), row_hash=pl.Series(hashes))


_FORGET_HEADS = f"delete from {HEADS} where subject_key in (select numbered.subject_key from {_NUMBERED} as numbered)"
_NEW_HEADS = f"""
insert into {HEADS} by name
select ledger.subject_key, max(ledger.sequence) as events, arg_max(ledger.row_hash, ledger.sequence) as head_hash
from {LEDGER} as ledger
where ledger.entry >= (select min(numbered.entry) from {_NUMBERED} as numbered)
group by ledger.subject_key"""
_NEW_FILES = f"""
insert into {FILES} by name
select new_files.file_id, $run_id as run_id
from hygiene.ledger_new_files as new_files
anti join {FILES} as files on new_files.file_id = files.file_id"""
_NIGHT = f"""
select
    (select coalesce(max(seals.seal_number), 0) + 1 from {SEALS} as seals) as seal_number,
    (select arg_max(seals.seal, seals.seal_number) from {SEALS} as seals) as seal_before,
    (select count(*) from {HEADS}) as subjects,
    min(numbered.entry) as first_entry,
    max(numbered.entry) as last_entry,
    any_value(run.run_id) as run_id,
    any_value(run.as_of) as as_of
from {_NUMBERED} as numbered
cross join meta.run as run"""


def _seal(engine: DuckDBEngine, key: str) -> None:
    night = engine.collect(_NIGHT).row(0, named=True)
    before = night.pop("seal_before")
    places = {name: night[name] for name in ("first_entry", "last_entry")}
    night["entries_hash"] = engine.collect(ENTRIES_HASH.format(ledger=LEDGER), places)["entries_hash"][0]
    night["seal"] = seal_of(key, night, before)
    engine.write(SEALS, pl.DataFrame([night]), append=True)
