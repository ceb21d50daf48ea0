"""What lay where when the intake last looked (``raw.offers``), so that an unchanged file need not be read to be known.

The rows of one place: ``X`` for a file; ``X`` and ``X!Sheet2`` for a workbook; ``X!``, ``X!a.csv``, ``X!b.xlsx!Sheet2``
for an archive. A place whose content might have changed without a trace has no ``modified_at``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

import polars as pl

from leadgrade.engine import DuckDBEngine
from leadgrade.engine.duckdb import polars_schema
from leadgrade.raw.inbox.places import Place

TABLE = "raw.offers"
INSIDE = "!"
SECOND = 10**9


@dataclass(frozen=True, slots=True)
class Remembered:
    """A row of ``raw.offers``."""

    source: str
    location: str
    bytes: int
    modified_at: int | None
    file_id: str
    offered_at: datetime
    seen_at: datetime
    written_at: int | None = None
    offer_number: int | None = None
    delivery_number: int | None = None

    @property
    def is_pending(self) -> bool:
        """Offered since it last came together with all files of its source."""
        return self.offer_number is not None and (self.delivery_number or 0) < self.offer_number

    @property
    def inside(self) -> tuple[str, ...]:
        """Names below the place: of the member, of the sheet; one empty name for an archive itself."""
        return tuple(map(_unescape, self.location.split(INSIDE)[1:]))


def location(place: str, *inside: str) -> str:
    """Address of a file inside a place; an exclamation mark that a name holds is escaped."""
    return INSIDE.join(map(_escape, (place, *inside)))


def _escape(name: str) -> str:
    return name.replace("%", "%25").replace(INSIDE, "%21")


def _unescape(name: str) -> str:
    return name.replace("%21", INSIDE).replace("%25", "%")


def _is_same_time(before: int | None, now: int) -> bool:
    """True for one time of modification, also where a copying tool kept the seconds alone."""
    if before is None or before == now:
        return True
    return now % SECOND == 0 and before // SECOND == now // SECOND


def _next_number(engine: DuckDBEngine) -> int:
    """Number of this run. Runs are counted, for their as-of times may be equal or go back."""
    tables = " union all ".join(f"select max(offer_number) as number from {table}" for table in (TABLE, "raw.files"))
    return int(engine.collect(f"select coalesce(max(number), 0) + 1 as number from ({tables})").item())


class Memory:
    """The rows of ``raw.offers``, by source and place.

    Args:
        engine: Where the table lies; it is made where it is missing.
        as_of: The time that this run calls now.

    Attributes:
        number: Number of this run.
    """

    def __init__(self, engine: DuckDBEngine, as_of: datetime) -> None:
        self._engine, self._as_of = engine, as_of
        self._seen: set[tuple[str, str]] = set()
        self._rows: dict[tuple[str, str], list[Remembered]] = defaultdict(list)
        for table in (TABLE, "raw.files"):
            engine.ensure(table)
        self.number = _next_number(engine)
        for values in engine.read(TABLE).iter_rows(named=True):
            row = Remembered(**values)
            self._rows[row.source, row.location.split(INSIDE)[0]].append(row)

    def recall(self, source: str, place: Place) -> list[Remembered] | None:
        """What lies there; None where somebody has to look."""
        rows = self._rows.get((source, location(place.location)), [])
        head = next((row for row in rows if row.inside in {(), ("",)}), None)
        if head is None or (head.bytes, head.modified_at) != (place.bytes, place.changed_at):
            return None
        return rows

    def touch(self, source: str, place: Place) -> None:
        """Note that everything is still there."""
        key = (source, location(place.location))
        self._seen.add(key)
        self._rows[key] = [replace(row, seen_at=self._as_of) for row in self._rows[key]]

    def keep(
        self, source: str, place: Place, found: list[tuple[str, int, str]], *, is_sure: bool, is_snapshot: bool = False
    ) -> None:
        """Note what was found at a place: (location, bytes, file_id) of each file; it replaces what was noted before.

        Args:
            source: Name of the source.
            place: The place.
            found: The files.
            is_sure: The content cannot change without the place's time moving.
            is_snapshot: A file that was written again is a new delivery, even with the same content. Rights, owner and
                links of a file may change without that.
        """
        key = (source, location(place.location))
        self._seen.add(key)
        before = self._rows.get(key, [])
        is_again = is_snapshot and not all(_is_same_time(row.written_at, place.modified_at) for row in before)
        had = {(row.location, row.file_id): row for row in before}
        stamp = place.changed_at if is_sure else None
        self._rows[key] = [
            self._noted(Remembered(
                source, where, size, stamp, file_id, self._as_of, self._as_of, place.modified_at, self.number
            ), had.get((where, file_id)), is_again=is_again)
            for where, size, file_id in found
        ]  # fmt: skip

    def _noted(self, row: Remembered, before: Remembered | None, *, is_again: bool) -> Remembered:
        """The row, with what is known of the same content at the same place."""
        if before is None:
            return row
        row = replace(row, delivery_number=before.delivery_number)
        return row if is_again else replace(row, offered_at=before.offered_at, offer_number=before.offer_number)

    def save(self, incomplete: Collection[str] = ()) -> None:
        """Write ``raw.offers``.

        Args:
            incomplete: Sources of which not every file could be taken. What they offer is no delivery yet: it is one
                together with what lies there when a run takes all of it.
        """
        for key in self._seen:
            if key[0] not in incomplete:
                self._rows[key] = [self._delivered(row) for row in self._rows[key]]
        rows = [row for _, rows in sorted(self._rows.items()) for row in rows]
        columns = {name: [getattr(row, name) for row in rows] for name in polars_schema(TABLE)}
        self._engine.write(TABLE, pl.DataFrame(columns, schema=polars_schema(TABLE)))

    def _delivered(self, row: Remembered) -> Remembered:
        return replace(row, delivery_number=self.number) if row.is_pending else row
