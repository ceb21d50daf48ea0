"""What intake writes: rows, refusals and the record of each file. The hashes are made here, in SQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import polars as pl

from leadgrade import contract
from leadgrade.engine import DuckDBEngine
from leadgrade.engine.duckdb import polars_schema
from leadgrade.raw.convert import Plan
from leadgrade.raw.mappings_data import OBJECTS
from leadgrade.raw.readers import Reject

TABLES = tuple(f"raw.{name}" for name in OBJECTS)
_LETTERS = {"leads": "l", "accounts": "a", "events": "e", "consents": "c", "suppressions": "s", "activities": "t",
            "opportunities": "o", "sales_decisions": "d", "intent_signals": "i", "campaign_spend": "m"}  # fmt: skip
# what names a record of an object whose rows carry no id; absent: the whole row does
_NATURAL_KEYS = {
    "accounts": "coalesce(nullif(lower(domain), ''), lower(name))",
    "opportunities": "concat_ws(chr(31), lower(name), account_source_id, account_domain, created_at::varchar)",
}
_IDS = ("source_record_id", "subject_id", "account_source_id", "parent_account_id", "opportunity_source_id")
_BATCH = "leadgrade_intake"


def prepare(engine: DuckDBEngine) -> None:
    """Make the raw tables where they are missing, and take away what a killed run left of a file."""
    for table in ("raw.files", "raw.quarantine", *TABLES):
        engine.ensure(table)
    for table in ("raw.quarantine", *TABLES):
        engine.sql(f"delete from {table} where file_id not in (select file_id from raw.files)")


def known_files(engine: DuckDBEngine) -> dict[str, str]:
    """Status of every file ever offered, by its id."""
    rows = engine.collect("select file_id, status from raw.files")
    return dict(zip(rows["file_id"].to_list(), rows["status"].to_list(), strict=True))


def forget(engine: DuckDBEngine, file_id: str) -> None:
    """Delete what is known of a file, so that it can be taken again."""
    for table in ("raw.files", "raw.quarantine"):
        engine.sql(f"delete from {table} where file_id = $file_id", {"file_id": file_id})


@contextmanager
def transaction(engine: DuckDBEngine) -> Iterator[None]:
    """All or nothing."""
    engine.sql("begin transaction")
    try:
        yield
    except BaseException:
        engine.sql("rollback")
        raise
    engine.sql("commit")


@contextmanager
def _registered(engine: DuckDBEngine, frame: pl.DataFrame) -> Iterator[None]:
    engine.connection.register(_BATCH, frame.to_arrow())
    try:
        yield
    finally:
        engine.connection.unregister(_BATCH)


def _row_hash(names: list[str]) -> str:
    """md5 over the filled fields by name: an added, empty column changes nothing."""
    parts = ", ".join(f"'{name}=' || cast({name} as varchar)" for name in sorted(names))
    return f"md5(concat_ws(chr(31), {parts}))"


def _record_id(object_name: str, names: list[str]) -> str:
    """Hash of source and record id, else of the natural key, else of the row."""
    keys = ["'id' || chr(31) || source_record_id"] if "source_record_id" in names else []
    natural = _NATURAL_KEYS.get(object_name)
    if natural:
        keys.append(f"nullif('key' || chr(31) || {natural}, 'key' || chr(31))")
    keys.append("'row' || chr(31) || row_hash")
    return f"'{_LETTERS[object_name]}_' || substr(md5($source || chr(31) || coalesce({', '.join(keys)})), 1, 20)"


def _safe_id(name: str) -> str:
    """An id that is an address is replaced by its hash: ids never carry addresses."""
    hashed = f"'h_' || substr(md5(lower(trim({name}))), 1, 20)"
    return f"case when contains({name}, '@') then {hashed} else {name} end as {name}"


def insert_rows(engine: DuckDBEngine, plan: Plan, frame: pl.DataFrame, file_id: str, source: str) -> None:
    """Append accepted rows to the table of their object, with record id and row hash."""
    if frame.is_empty():
        return
    object_name = plan.object
    schema = polars_schema(f"raw.{object_name}")
    full = frame.with_columns(pl.lit(None, dtype=t).alias(n) for n, t in schema.items() if n not in frame.columns)
    own = [n for n in frame.columns if n not in {"row_number", "version_at"}]
    record = "lead_id" if object_name == "leads" else "record_id"
    written = ("file_id", "source", "system", record, "row_hash")
    columns = [c.name for c in contract.table(f"raw.{object_name}").columns if c.name not in written]
    system = ", $system as system" if object_name == "leads" else ""
    parameters = {"file_id": file_id, "source": source} | ({"system": plan.match.variant.system} if system else {})
    with _registered(engine, full):
        engine.sql(
            f"""
            insert into raw.{object_name} by name
            with safe as (select {", ".join(_safe_id(c) if c in _IDS else c for c in columns)} from {_BATCH}),
            hashed as (select *, {_row_hash(own)} as row_hash from safe)
            select $file_id as file_id, $source as source{system}, *, {_record_id(object_name, own)} as {record} from hashed
            """,
            parameters,
        )


def insert_refused(engine: DuckDBEngine, frame: pl.DataFrame, file: dict[str, Any]) -> None:
    """Append refused rows (row_number, reason, column_name, detail, payload) to the quarantine."""
    if frame.is_empty():
        return
    with _registered(engine, frame):
        engine.sql(
            f"""
            insert into raw.quarantine by name
            select $file_id as file_id, $source as source, $object as object, $run_id as run_id, row_number, reason,
                nullif(column_name, '') as column_name, detail, payload
            from {_BATCH}
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


def rejects_frame(rejects: list[Reject]) -> pl.DataFrame:
    """Records that the reader refused, as rows for the quarantine."""
    schema = {"row_number": pl.Int64(), "reason": pl.String(), "detail": pl.String(), "payload": pl.String()}
    rows = [(r.row_number, r.reason, r.detail, r.payload) for r in rejects]
    return pl.DataFrame(rows, schema=schema, orient="row").with_columns(column_name=pl.lit(None, dtype=pl.String))


def insert_file(engine: DuckDBEngine, file: dict[str, Any]) -> None:
    """Write the record of a file; with it the file counts as offered."""
    names = ", ".join(f"${name} as {name}" for name in file)
    engine.sql(f"insert into raw.files by name select {names}", file)
