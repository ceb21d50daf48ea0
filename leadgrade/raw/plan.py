"""How the rows of one file are read: which column is which field, of which type, with which form of dates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from leadgrade import contract
from leadgrade.raw.cells.dates import DateForm
from leadgrade.raw.headers import REQUIRED, Match
from leadgrade.raw.mappings_data import canonical_fields, variants

# text in raw.leads, but made ISO where it can be read
LEAD_TIMES = (
    "created_at", "updated_at", "last_activity_at", "last_contacted_at", "first_response_at", "mql_at", "sql_at",
    "converted_at", "double_opt_in_at", "contract_end", "renewal_date",
)  # fmt: skip


@dataclass(frozen=True)
class Plan:
    """How the rows of one file are read.

    Attributes:
        match: What its headers mean.
        headers: Its headers, cleaned.
        forms: Position of a date column -> its order of day and month.
        is_deletions: Every row names a record that was deleted, and needs nothing but its id.
        named_system: System of the records that such a list names, by which its ids are read; None: the file's own.
    """

    match: Match
    headers: list[str]
    forms: Mapping[int, DateForm] = field(default_factory=dict)
    is_deletions: bool = False
    named_system: str | None = None

    @property
    def object(self) -> str:
        """What a row is."""
        return self.match.variant.object

    @property
    def id_system(self) -> str:
        """The system by whose rules ids are read."""
        return self.named_system or self.match.variant.system

    @property
    def strip(self) -> str | None:
        """Pattern of a prefix that the system puts before values."""
        named = (v.strip for v in variants() if v.system == self.named_system)
        return self.match.variant.strip or next(named, None)

    @cached_property
    def types(self) -> dict[str, str]:
        """Field -> type of the contract, for the fields that this file fills."""
        types = {c.name: c.type for c in contract.table(f"raw.{self.object}").columns}
        there = set(self.match.fields) | set(self.match.variant.constants)
        return {name: types.get(name, "VARCHAR") for name in canonical_fields(self.object) if name in there}

    @property
    def required(self) -> tuple[tuple[str, ...], ...]:
        """Groups of fields of which a row needs one each."""
        return (("source_record_id",),) if self.is_deletions else REQUIRED[self.object]

    @cached_property
    def time_fields(self) -> list[str]:
        """Fields of this file that hold times."""
        return [n for n, t in self.types.items() if t == "TIMESTAMP" or (self.object == "leads" and n in LEAD_TIMES)]

    @cached_property
    def time_positions(self) -> list[int]:
        """Positions of the date columns."""
        return [position for name in self.time_fields for position in self.match.fields.get(name, ())]

    @cached_property
    def text_positions(self) -> list[int]:
        """Positions of the mapped columns that hold text."""
        times = set(self.time_positions)
        named = [p for n, t in self.types.items() if t == "VARCHAR" for p in self.match.fields.get(n, ())]
        return [p for p in named if p not in times]

    @cached_property
    def open_positions(self) -> list[int]:
        """Positions of the date columns whose ambiguous values nobody can read."""
        return [p for p, form in self.forms.items() if not form.is_known]
