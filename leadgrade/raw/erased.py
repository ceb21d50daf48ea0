"""Rows of erased people that come in again: they are counted, and nothing of them is kept.

A row is turned away by its number in a file in which it was erased before, by the mark that an erasure left in its place,
or by a fingerprint: of its record, of an address, a number or a profile page that says whom it is about, of the id of
its subject.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from leadgrade.engine import DuckDBEngine
from leadgrade.erasure.forms import MARK, PATTERNS, told
from leadgrade.erasure.traces import SAYS_WHOM, id_form
from leadgrade.raw import store
from leadgrade.raw.convert import Converted
from leadgrade.raw.plan import Plan
from leadgrade.raw.readers.sniffed import ROW_NUMBER, Batch

TABLE = "raw.erased_rows"
_KEYS = "config.erased_keys"


@dataclass(frozen=True, slots=True)
class Erased:
    """What an intake knows of erased people.

    Attributes:
        engine: The work file.
        kinds: Kinds of fingerprint that there are; none where nobody was erased.
    """

    engine: DuckDBEngine
    kinds: frozenset[str] = frozenset()

    @classmethod
    def known(cls, engine: DuckDBEngine) -> Erased:
        """As the certificates of the home say."""
        if not engine.exists(_KEYS):
            return cls(engine)
        return cls(engine, frozenset(engine.collect(f"select distinct kind from {_KEYS}")["kind"]))

    def rows(self, file_id: str) -> dict[int, bool]:
        """Numbers of the rows of a file that were erased before, and whether they had come after that."""
        query = f"select row_number, came_erased from {TABLE} where file_id = $file_id"
        return dict(self.engine.collect(query, {"file_id": file_id}).rows())

    def late(self, plan: Plan, accepted: pl.DataFrame, file: dict[str, Any], owner: str) -> set[int]:
        """Numbers of accepted rows that are those of erased people."""
        if not self.kinds or accepted.is_empty():
            return set()
        asked = " union ".join(self._asked(plan, accepted.columns))
        hashed = store.hashed_rows(plan, accepted.columns)
        parameters = {"source": file["source"], "owner": owner, "system": file["system"]}
        query = f"create or replace temp table erased_now as with hashed as ({hashed}) {asked}"
        self.engine.sql_with(accepted, query, {k: v for k, v in parameters.items() if f"${k}" in query})
        return set(self.engine.collect("select row_number from erased_now")[ROW_NUMBER])

    def late_refused(self, refused: pl.DataFrame) -> set[int]:
        """Numbers of refused rows that hold anything of theirs."""
        kinds = self.kinds & set(PATTERNS)
        if not kinds or refused.is_empty():
            return set()
        asked = " union ".join(_holding("leadgrade_batch", "payload", kind) for kind in sorted(kinds))
        self.engine.sql_with(refused, f"create or replace temp table erased_now as {asked}")
        return set(self.engine.collect("select row_number from erased_now")[ROW_NUMBER])

    def keep_count(self, file: dict[str, Any], plan: Plan, numbers: Mapping[int, bool], as_of: Any) -> None:
        """Write down which rows were turned away, and whether they came after the erasure."""
        if not numbers:
            return
        file["rows_erased"] += len(numbers)
        schema = {ROW_NUMBER: pl.Int64(), "came_erased": pl.Boolean()}
        frame = pl.DataFrame(sorted(numbers.items()), schema=schema, orient="row")
        self.engine.sql_with(
            frame,
            f"""
            insert into {TABLE} by name
            select $file_id as file_id, row_number, $object as object, 'erasure' as reason, $as_of as erased_at,
                came_erased
            from leadgrade_batch
            """,
            {"file_id": file["file_id"], "object": plan.object, "as_of": as_of},
        )

    def _asked(self, plan: Plan, columns: list[str]) -> list[str]:
        record = "lead_id" if plan.object == "leads" else None
        queries = ["select row_number from leadgrade_batch where false"]
        if record and "lead" in self.kinds:
            queries.append(f"select row_number from hashed where {_is_erased('lead', 'record_id')}")
        for column in set(columns) & set(SAYS_WHOM):
            queries += [_holding("hashed", column, kind) for kind in SAYS_WHOM[column] if kind in self.kinds]
        if "subject_id" in columns and "id" in self.kinds:
            queries += [
                f"select row_number from hashed where {_is_erased('id', id_form(scope, f'${scope}', 'subject_id'))}"
                for scope in ("source", "system")
            ]
        return queries


def _is_erased(kind: str, form: str) -> str:
    return f"erasure_key('{kind}', {form}) in (select key from {_KEYS} where kind = '{kind}')"


def _holding(table: str, column: str, kind: str) -> str:
    return f"""
        select told.row_number
        from ({told(kind, column, f"{table} where {column} is not null", "row_number")}) as told
        where {_is_erased(kind, "told.form")}
    """


def without_marked(batch: Batch, known: Mapping[int, bool]) -> tuple[Batch, dict[int, bool]]:
    """A batch without the rows that were erased in the file itself; their numbers, and whether they had come after that.

    Args:
        batch: As it was read.
        known: The same of rows that were erased before.
    """
    here = _numbers(batch) if known else set()
    gone = {number: came for number, came in known.items() if number in here}
    # an erasure emptied them here: nobody sent them again
    gone |= dict.fromkeys(_marked(batch.rows), False)
    if not gone:
        return batch, {}
    rows = batch.rows.filter(~pl.col(ROW_NUMBER).is_in(list(gone)))
    return replace(batch, rows=rows, rejects=[r for r in batch.rejects if r.row_number not in gone]), gone


def _numbers(batch: Batch) -> set[int]:
    return {*batch.rows[ROW_NUMBER], *(r.row_number for r in batch.rejects)}


def _marked(rows: pl.DataFrame) -> list[int]:
    """Rows with nothing but the mark of an erasure."""
    cells = [name for name in rows.columns if name != ROW_NUMBER]
    held = rows.filter(pl.any_horizontal(pl.col(cells) == MARK))
    if held.is_empty():
        return []
    filled = pl.sum_horizontal(((pl.col(c) != "") & pl.col(c).is_not_null()).cast(pl.Int64) for c in cells)
    return list(held.filter(filled == 1)[ROW_NUMBER])


def without(converted: Converted, numbers: Collection[int]) -> Converted:
    """A converted batch without some rows."""
    if not numbers:
        return converted
    stays = ~pl.col(ROW_NUMBER).is_in(list(numbers))
    return replace(
        converted,
        accepted=converted.accepted.filter(stays),
        refused=converted.refused.filter(stays),
        kept=converted.kept.filter(stays),
    )
