"""What intake writes: rows, refusals and the record of each file. The hashes are made here, in SQL."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl

from leadgrade import contract
from leadgrade.engine import DuckDBEngine
from leadgrade.raw.inbox.offers import LATEST_OFFERS
from leadgrade.raw.mappings_data import OBJECTS
from leadgrade.raw.plan import Plan
from leadgrade.raw.readers.sniffed import Reject

TABLES = tuple(f"raw.{name}" for name in OBJECTS)
_OF_FILES = ("raw.quarantine", "raw.columns", "raw.erased_rows", *TABLES)
_LETTERS = {
    "leads": "l", "accounts": "a", "events": "e", "consents": "c", "suppressions": "s", "activities": "t",
    "opportunities": "o", "sales_decisions": "d", "intent_signals": "i", "campaign_spend": "m", "orders": "r",
    "enrichments": "n",
}  # fmt: skip
# what names a record of an object whose rows carry no id; absent: the whole row does
_NATURAL_KEYS = {
    "accounts": "coalesce(nullif(lower(domain), ''), lower(name))",
    "opportunities": "concat_ws(chr(31), lower(name), account_source_id, account_domain, created_at::varchar)",
    # what a provider says last of a field is what it says
    "enrichments": "concat_ws(chr(31), lower(trim(concat_ws(chr(31), subject, subject_email, subject_id, domain, "
    "linkedin_url))), field, lower(trim(provider)))",
}
_KEY_FIELDS = {
    "accounts": ("domain", "name"),
    "opportunities": ("name", "account_source_id", "account_domain", "created_at"),
    "enrichments": ("subject", "subject_email", "subject_id", "domain", "linkedin_url", "field", "provider"),
}
_TELLING_ID = r"@|%40|^\s*\+[0-9]|\pL\s+\pL"
_IDS = ("source_record_id", "subject_id", "account_source_id", "parent_account_id", "opportunity_source_id")


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a file that was offered before."""

    source: str
    status: str
    settings_hash: str | None
    ingested_at: datetime


def is_known(known: Known | None, source: str, settings_hash: str) -> bool:
    """True where a file need not be read: it was taken, and its source is described as it was then."""
    if known is None or known.status != "taken":
        return False
    # another source that offers the same content changes nothing
    return known.source != source or known.settings_hash in {None, settings_hash}


def prepare(engine: DuckDBEngine) -> None:
    """Make the raw tables where they are missing, and take away what a killed run left of a file."""
    for table in ("raw.files", "raw.offers", "raw.corrections", *_OF_FILES):
        engine.ensure(table)
    for table in _OF_FILES:
        engine.sql(f"delete from {table} where file_id not in (select file_id from raw.files)")


def known_files(engine: DuckDBEngine) -> dict[str, Known]:
    """Every file ever offered, by its id."""
    rows = engine.collect("select file_id, source, status, settings_hash, ingested_at from raw.files")
    return {file_id: Known(*told) for file_id, *told in rows.iter_rows()}


def forget(engine: DuckDBEngine, file_id: str) -> None:
    """Delete what is known of a file, so that it can be taken again. Of a new one nothing is."""
    known = "select 1 from raw.files where file_id = $file_id"
    if engine.collect(known, {"file_id": file_id}).is_empty():
        return
    for table in ("raw.files", *_OF_FILES):
        engine.sql(f"delete from {table} where file_id = $file_id", {"file_id": file_id})


def system_of(engine: DuckDBEngine, source: str, object_name: str | None) -> str | None:
    """The system of most files that were taken from a source; None where there are none."""
    query = """
        select system from raw.files
        where source = $source and status = 'taken' and system is not null and object = coalesce($object, object)
        group by system order by count(*) desc, system limit 1
    """
    found = engine.collect(query, {"source": source, "object": object_name})
    return None if found.is_empty() else str(found.item())


def date_offers(engine: DuckDBEngine) -> None:
    """Write beside each file when its source last offered its content anew, and with which delivery it came."""
    names = ("offered_at", "offer_number", "delivery_number")
    engine.sql(
        f"update raw.files set {', '.join(f'{n} = newest.{n}' for n in names)} from ({LATEST_OFFERS}) as newest "
        "where raw.files.file_id = newest.file_id and raw.files.source = newest.source "
        f"and ({' or '.join(f'raw.files.{n} is distinct from newest.{n}' for n in names)})"
    )


def _row_hash(names: Sequence[str], types: dict[str, str]) -> str:
    """md5 over the filled fields and which they are: an added, empty column changes nothing.

    A number stands for each field, and the sum of the filled ones for all their names: far cheaper than to write each
    name before its value, and as telling.
    """
    ordered = sorted(names)
    filled = " + ".join(f"cast({n} is not null as bigint) * {_number_of(n)}" for n in ordered)
    values = ", ".join(n if types[n] == "VARCHAR" else f"cast({n} as varchar)" for n in ordered)
    return f"md5(concat_ws(chr(31), cast({filled} as varchar), {values}))"


def _number_of(name: str) -> int:
    """52 bits of the md5 of a field's name; the sum of some hundred of them stays within 64."""
    return int(hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()[:13], 16)


def _record_id(object_name: str, names: Sequence[str]) -> str:
    """Hash of source and record id, else of the natural key, else of the row."""
    keys = ["'id' || chr(31) || source_record_id"] if "source_record_id" in names else []
    natural = _NATURAL_KEYS.get(object_name)
    if natural:
        keys.append(f"nullif('key' || chr(31) || {natural}, 'key' || chr(31))")
    keys.append("'row' || chr(31) || row_hash")
    return f"'{_LETTERS[object_name]}_' || substr(md5($owner || chr(31) || coalesce({', '.join(keys)})), 1, 20)"


def _safe_id(name: str) -> str:
    """An id that is an address, a number with a plus or a name is replaced by its hash: ids tell nobody's name."""
    hashed = f"'h_' || substr(md5(lower(trim({name}))), 1, 20)"
    return f"case when regexp_matches({name}, '{_TELLING_ID}') then {hashed} else {name} end as {name}"


def hashed_rows(plan: Plan, columns: Sequence[str]) -> str:
    """A query of the accepted rows in ``leadgrade_batch`` with ids that tell no name, row_hash and record_id.

    ``$owner`` is the source whose ids these are.
    """
    missing = [n for n in _KEY_FIELDS.get(plan.object, ()) if n not in columns]
    names = [*columns, *missing]
    types = {c.name: c.type for c in contract.table(f"raw.{plan.object}").columns}
    hashed = [n for n in names if n not in {"row_number", "version_at", "null_reasons"}]
    safe = [f"null::varchar as {n}" if n in missing else _safe_id(n) if n in _IDS else n for n in names]
    return f"""
        with safe as (select {", ".join(safe)} from leadgrade_batch),
        hashed as (select *, {_row_hash(hashed, types)} as row_hash from safe)
        select *, {_record_id(plan.object, hashed)} as record_id from hashed
    """


def insert_rows(engine: DuckDBEngine, plan: Plan, frame: pl.DataFrame, file: dict[str, Any], owner: str) -> None:
    """Append accepted rows to the table of their object, with record id and row hash.

    Args:
        engine: The work file.
        plan: How the file was read.
        frame: Accepted rows; fields that the file does not have are left out.
        file: Record of the file.
        owner: Source whose record ids these are: the file's own but for a list of deletions.
    """
    if frame.is_empty():
        return
    object_name = plan.object
    record = "lead_id" if object_name == "leads" else "record_id"
    system = ", $system as system" if object_name == "leads" else ""
    parameters = {"file_id": file["file_id"], "source": file["source"], "owner": owner}
    parameters |= {"system": plan.match.variant.system} if system else {}
    engine.sql_with(
        frame,
        f"""
        insert into raw.{object_name} by name
        select $file_id as file_id, $source as source{system}, * rename (record_id as {record})
        from ({hashed_rows(plan, frame.columns)})
        """,
        parameters,
    )


def insert_refused(engine: DuckDBEngine, frame: pl.DataFrame, file: dict[str, Any]) -> None:
    """Append refused rows (row_number, reason, column_name, detail, value_class, payload) to the quarantine."""
    if frame.is_empty():
        return
    engine.sql_with(
        frame,
        """
        insert into raw.quarantine by name
        select $file_id as file_id, $source as source, $object as object, $run_id as run_id, row_number, reason,
            nullif(column_name, '') as column_name, detail, value_class, payload
        from leadgrade_batch
        """,
        {key: file[key] for key in ("file_id", "source", "object", "run_id")},
    )


def refuse_all(engine: DuckDBEngine, file: dict[str, Any], rows: int, detail: str) -> None:
    """Quarantine every row of a refused file, without payload: the file itself is kept."""
    engine.sql(
        """
        insert into raw.quarantine by name
        select $file_id as file_id, $source as source, $object as object, $run_id as run_id,
            unnest(range(1, $rows + 1)) as row_number, $reason as reason, $detail as detail
        """,
        {key: file[key] for key in ("file_id", "source", "object", "run_id", "reason")}
        | {"rows": rows, "detail": detail},
    )


def rejects_frame(rejects: Sequence[Reject]) -> pl.DataFrame:
    """Records that the reader refused, as rows for the quarantine."""
    schema = {"row_number": pl.Int64(), "reason": pl.String(), "detail": pl.String(), "payload": pl.String()}
    rows = [(r.row_number, r.reason, r.detail, r.payload) for r in rejects]
    return pl.DataFrame(rows, schema=schema, orient="row").with_columns(
        column_name=pl.lit(None, dtype=pl.String()), value_class=pl.lit(None, dtype=pl.String())
    )


def insert_file(engine: DuckDBEngine, file: dict[str, Any]) -> None:
    """Write the record of a file; with it the file counts as offered."""
    names = ", ".join(f"${name} as {name}" for name in file)
    engine.sql(f"insert into raw.files by name select {names}", file)
