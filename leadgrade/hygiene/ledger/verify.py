"""Finds where the ledger of consent was changed after it was written.

What it finds: an event whose content, number or hash was changed, an event that was removed, inserted or put elsewhere, a
chain that was cut short, a subject or a whole night that is missing. What it cannot find: a ledger that was written anew
from the first changed event on by somebody who has ``secret.key`` too; and a ledger that was put back as a whole to an
earlier night, unless the seal of a later night is known (the manifest of each kept generation holds one).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from leadgrade.errors import InputError
from leadgrade.hygiene.ledger import hashes

# what is wrong with an event, by the first test that fails
FAULTS = {
    "repeated": "another event has the same number: one was inserted",
    "missing": "the event before it is missing: removed, or put elsewhere",
    "changed": "its content is not what was written, or it was put elsewhere",
    "unlinked": "it does not follow the event before it: one of the two was put in place of another",
    "cut_off": "the subject's last events are missing",
    "headless": "consent_heads does not know the subject, or knows another last event: inserted, or the summary was changed",
    "entry_missing": "entries of the night are missing from the ledger, from this number on: a subject was removed as a whole",
    "seal": "the night's entries or its seal are not what was written",
    "night_missing": "the night is missing from the seals",
}


@dataclass(frozen=True, slots=True)
class Broken:
    """A broken link.

    Attributes:
        fault: A key of FAULTS.
        subject_key: Subject of the event; of seals the run.
        sequence: Number of the event within the subject; of seals the number of the seal, or of the first missing entry.
    """

    fault: str
    subject_key: str
    sequence: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the ledger holds, and its first broken links, by subject and sequence (``broken`` counts them all)."""

    events: int
    subjects: int
    nights: int
    broken: int
    first: tuple[Broken, ...]

    @property
    def is_whole(self) -> bool:
        """True where no link is broken."""
        return self.broken == 0


def verify(database: Path, secret: str, seals: Iterable[str] = (), most: int = 20) -> Verdict:
    """Recompute every hash of the ledger in a database.

    Args:
        database: A work file, or a published ``warehouse.duckdb``; it is opened read-only.
        secret: The content of ``secret.key`` of the home that wrote it.
        seals: Seals that must stand in ``consent_seals``, as manifests of generations hold them.
        most: Broken links to name; of a subject the first one only.

    Raises:
        InputError: the file is no database, or has no ledger.
    """
    if not database.is_file():
        raise InputError(f"no such file: {database}")
    try:
        with duckdb.connect(str(database), read_only=True) as connection:
            return verify_connection(connection, secret, seals, most)
    except (duckdb.IOException, duckdb.CatalogException) as error:
        raise InputError(
            f"{database}: no ledger of consent can be read there ({type(error).__name__}); is it in use, or of an older release?"
        ) from None


def verify_connection(
    connection: duckdb.DuckDBPyConnection, secret: str, seals: Iterable[str] = (), most: int = 20
) -> Verdict:
    """The same on a database that is open already."""
    key = hashes.chain_key(secret)
    connection.execute("set timezone = 'UTC'")
    connection.execute(f"create or replace temp table broken as {_broken_sql(key)}")
    for row in _broken_nights(connection, key, set(seals)):
        connection.execute("insert into broken values (?, ?, ?)", list(row))
    events, subjects = connection.execute(
        f"select count(*), count(distinct subject_key) from {hashes.LEDGER}"
    ).fetchall()[0]
    nights = connection.execute(f"select count(*) from {hashes.SEALS}").fetchall()[0][0]
    count = connection.execute("select count(*) from broken").fetchall()[0][0]
    first = connection.execute(_FIRST, {"most": most}).fetchall()
    return Verdict(events, subjects, nights, count, tuple(Broken(*row) for row in first))


_FIRST = """
select fault, subject_key, sequence from broken
qualify row_number() over (partition by subject_key order by sequence, fault) = 1
order by subject_key, sequence
limit $most"""


def _broken_sql(key: str) -> str:
    """Events that break a rule of the chain, and subjects whose end is not the one that the summary knows."""
    linked = f"substr(sha256(concat('{key}', links.prev_hash, links.event)), 1, {hashes.HASH_DIGITS})"
    return f"""
with links as (
    select
        ledger.subject_key, ledger.sequence, ledger.prev_hash, ledger.row_hash,
        {hashes.event_sql(hashes.content_sql())} as event,
        lag(ledger.sequence, 1, 0) over subject as sequence_before,
        lag(ledger.row_hash, 1, '{hashes.GENESIS}') over subject as hash_before
    from {hashes.LEDGER} as ledger
    window subject as (partition by ledger.subject_key order by ledger.sequence, ledger.entry)
),
judged as (
    select
        links.subject_key,
        links.sequence,
        case
            when links.sequence = links.sequence_before then 'repeated'
            when links.sequence is distinct from links.sequence_before + 1 then 'missing'
            when links.row_hash is distinct from {linked} then 'changed'
            when links.prev_hash is distinct from links.hash_before then 'unlinked'
        end as fault
    from links
),
ends as (
    select
        links.subject_key,
        max(links.sequence) as events,
        arg_max(links.row_hash, links.sequence) as head_hash
    from links
    group by links.subject_key
),
heads as (
    select
        coalesce(heads.subject_key, ends.subject_key) as subject_key,
        case when heads.events > coalesce(ends.events, 0) then coalesce(ends.events, 0) + 1 else ends.events end as sequence,
        case when heads.events > coalesce(ends.events, 0) then 'cut_off' else 'headless' end as fault
    from ends
    full join {hashes.HEADS} as heads on ends.subject_key = heads.subject_key
    where ends.events is distinct from heads.events or ends.head_hash is distinct from heads.head_hash
)
select judged.fault, judged.subject_key, judged.sequence from judged where judged.fault is not null
union all
select heads.fault, heads.subject_key, heads.sequence from heads"""


def _broken_nights(connection: duckdb.DuckDBPyConnection, key: str, wanted: set[str]) -> Iterable[tuple[str, str, int]]:
    """Nights whose seal does not stand, and seals that are known elsewhere and missing here."""
    relation = connection.execute(f"select * from {hashes.SEALS} order by seal_number")
    names = [column[0] for column in relation.description or ()]
    before, number = None, 0
    for row in relation.fetchall():
        night = dict(zip(names, row, strict=True))
        number += 1
        places = {"first_entry": night["first_entry"], "last_entry": night["last_entry"]}
        missing = connection.execute(_MISSING_ENTRY, places).fetchall()[0][0]
        found = connection.execute(hashes.ENTRIES_HASH.format(ledger=hashes.LEDGER), places).fetchall()[0][0]
        if missing is not None:
            yield "entry_missing", f"run {night['run_id']}", missing
        elif (
            found != night["entries_hash"]
            or hashes.seal_of(key, {**night, "seal_number": number}, before) != night["seal"]
        ):
            yield "seal", f"run {night['run_id']}", number
        before = night["seal"]
        wanted.discard(night["seal"])
    yield from (("night_missing", f"seal {seal}", number + 1) for seal in sorted(wanted))


# an entry that lies behind a gap, or the end of the night where it is short; null where nothing is missing
_MISSING_ENTRY = f"""
with places as (
    select ledger.entry, lag(ledger.entry, 1, $first_entry - 1) over (order by ledger.entry) as entry_before
    from {hashes.LEDGER} as ledger
    where ledger.entry between $first_entry and $last_entry
)
select coalesce(
    min(places.entry_before + 1) filter (where places.entry > places.entry_before + 1),
    case when coalesce(max(places.entry), $first_entry - 1) < $last_entry then coalesce(max(places.entry) + 1, $first_entry) end
) from places"""
