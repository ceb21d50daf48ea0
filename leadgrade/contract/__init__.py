"""The table contract: every table, its grain, its columns, and who may see them.

One YAML file a stage. A column is ``[type, meaning, flags...]``; the flags:

- ``pii``: names, addresses, numbers. Never in the warehouse, only in the private database.
- ``free``: text that people typed. In the warehouse it is redacted (addresses and long digit runs are masked).

A table marked ``internal`` stays in the work file; one marked ``private_only`` is not in the warehouse.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from leadgrade.yaml_files import read_yaml

CONTRACT_VERSION = "1"
STAGES = ("raw", "contacts", "people", "hygiene", "scores", "metrics")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a published or internal table."""

    name: str
    type: str
    about: str
    flags: frozenset[str] = frozenset()

    @property
    def is_pii(self) -> bool:
        """True where the column may hold a name, an address or a number."""
        return "pii" in self.flags

    @property
    def is_free_text(self) -> bool:
        """True where people typed the text, so that anything may stand in it."""
        return "free" in self.flags


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the contract; ``name`` is ``<stage>.<table>``."""

    name: str
    grain: str
    about: str
    columns: tuple[Column, ...]
    internal: bool = False
    private_only: bool = False

    @property
    def stage(self) -> str:
        """The stage, which is the DuckDB schema."""
        return self.name.split(".")[0]

    @property
    def warehouse_columns(self) -> tuple[Column, ...]:
        """Columns that readers of the warehouse see."""
        hidden = self.internal or self.private_only
        return () if hidden else tuple(c for c in self.columns if not c.is_pii)

    @property
    def private_columns(self) -> tuple[Column, ...]:
        """Columns of the private database: all of them, where any is personal."""
        has_pii = any(c.is_pii for c in self.columns)
        return self.columns if has_pii and not self.internal else ()


def _column(name: str, spec: list[str]) -> Column:
    kind, about, *flags = spec
    return Column(name, kind, about, frozenset(flags))


def _table(name: str, spec: dict[str, object]) -> Table:
    columns = spec["columns"]
    assert isinstance(columns, dict)
    return Table(
        name=name,
        grain=str(spec["grain"]),
        about=str(spec["about"]),
        columns=tuple(_column(c, s) for c, s in columns.items()),
        internal=bool(spec.get("internal")),
        private_only=bool(spec.get("private_only")),
    )


@cache
def tables_of(stage: str) -> dict[str, Table]:
    """The tables of one stage, or of meta, by their full names; none where there is no such stage."""
    if stage not in (*STAGES, "meta"):
        return {}
    specs = read_yaml(Path(__file__).parent / f"{stage}.yaml")
    return {name: _table(name, spec) for name, spec in specs.items()}


@cache
def tables() -> dict[str, Table]:
    """Every table of the contract by its full name, in the order of the stages."""
    return {name: table for stage in (*STAGES, "meta") for name, table in tables_of(stage).items()}


def find(name: str) -> Table | None:
    """The contract of one table, None where it is not in it; reads its stage and no other, for reading takes its time."""
    return tables_of(name.split(".", maxsplit=1)[0]).get(name)


def table(name: str) -> Table:
    """The contract of one table; a KeyError names the tables there are."""
    found = find(name)
    if found is None:
        raise KeyError(f"no table {name!r} in the contract; there are: {', '.join(tables())}")
    return found
