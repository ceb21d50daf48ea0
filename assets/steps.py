"""Steps and how they become assets: tables on the way are made by the step of the first published table that needs them.

A step makes one table (or a few, in one go). The graph that people look at shows published tables only; an internal
table is made inside the step of its first consumer, in the order of the whole graph, so no circle can come of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from graphlib import TopologicalSorter
from typing import Any

from leadgrade import contract
from leadgrade.engine import make_from_file, sql_steps
from leadgrade.run import Run

# tables of these schemas come with the run, not from a step
_GIVEN = ("meta", "config")


@dataclass(frozen=True, slots=True)
class Step:
    """What makes some tables: a function, or the SQL files of one table and its views; and the tables that it reads."""

    tables: tuple[str, ...]
    reads: frozenset[str]
    build: Callable[[Run], object] | None = None

    @property
    def name(self) -> str:
        """The first of its tables."""
        return self.tables[0]

    @property
    def is_internal(self) -> bool:
        """True where readers get none of its tables."""
        return all(contract.table(t).internal for t in self.tables)

    def run(self, run: Run) -> None:
        """Make the tables."""
        if self.build:
            self.build(run)
        else:
            make_from_file(run.engine, self.name)


@dataclass(slots=True)
class AssetStep:
    """A step whose tables people see, with the internal steps that are done before it, in order."""

    step: Step
    before: list[Step] = field(default_factory=list)
    reads: set[str] = field(default_factory=set)

    @property
    def all_tables(self) -> list[str]:
        """Every table made here in order, internal ones too."""
        return [t for s in (*self.before, self.step) for t in s.tables]

    @property
    def published_tables(self) -> list[str]:
        """The tables made here that people see."""
        return [t for t in self.step.tables if not contract.table(t).internal]

    def shown(self, table: str) -> str:
        """The published table that stands for one of the tables made here: itself, or the first where it is internal."""
        return table if table in self.published_tables else self.published_tables[0]


Build = tuple[Callable[[Run], object], Sequence[str]]
Builds = Mapping[Any, Build]  # by table, or by a tuple of tables that are made in one go


def _step(tables: str | tuple[str, ...], reads: Iterable[str], build: Callable[[Run], object] | None = None) -> Step:
    names = (tables,) if isinstance(tables, str) else tables
    own = {t for t in reads if t not in names and t.split(".")[0] not in _GIVEN}
    return Step(names, frozenset(own), build)


def stage_steps(stage: str, builds: Builds) -> list[Step]:
    """The steps of a stage: the tables that a function makes (with the tables it reads), and those of the other SQL files."""
    built = [_step(tables, reads, build) for tables, (build, reads) in builds.items()]
    made = {table for step in built for table in step.tables}
    return [_step(tables, reads) for tables, reads in sql_steps(stage).items() if tables[0] not in made] + built


def ordered(steps: Iterable[Step]) -> list[Step]:
    """The steps, each after those that make what it reads; equals by name."""
    maker = {t: s for s in steps for t in s.tables}
    sorter = TopologicalSorter(
        {s.name: {maker[t].name for t in s.reads} for s in sorted(maker.values(), key=lambda s: s.name)}
    )
    return [maker[name] for name in sorter.static_order()]


def asset_steps(steps: Iterable[Step]) -> list[AssetStep]:
    """Fold the internal steps into the steps of published tables."""
    in_order = ordered(steps)
    maker = {t: s for s in in_order for t in s.tables}
    host: dict[str, AssetStep] = {}  # by table
    assets: list[AssetStep] = []
    for step in (s for s in in_order if not s.is_internal):
        asset = AssetStep(step)
        asset.before = [s for s in in_order if s.is_internal and s.name not in host and s.name in _needed(step, maker)]
        host |= dict.fromkeys(asset.all_tables, asset)
        needed = {t for s in (*asset.before, step) for t in s.reads}
        asset.reads = {host[t].shown(t) for t in needed if host[t] is not asset}
        assets.append(asset)
    return assets


def _needed(step: Step, maker: Mapping[str, Step]) -> set[str]:
    """Names of the internal steps that a step stands on, through other internal steps."""
    found: set[str] = set()
    waiting = [maker[t] for t in step.reads]
    while waiting:
        other = waiting.pop()
        if other.is_internal and other.name not in found:
            found.add(other.name)
            waiting += [maker[t] for t in other.reads]
    return found


def steps_to(tables: Iterable[str], steps: Iterable[Step]) -> list[Step]:
    """The steps that some tables stand on, theirs included, each after those that make what it reads."""
    in_order = ordered(steps)
    maker = {t: s for s in in_order for t in s.tables}
    names: set[str] = set()
    waiting = [maker[t] for t in tables]
    while waiting:
        step = waiting.pop()
        if step.name not in names:
            names.add(step.name)
            waiting += [maker[t] for t in step.reads]
    return [step for step in in_order if step.name in names]
