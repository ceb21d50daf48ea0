"""Makes an asset out of a table: its description, columns and inputs come from the contract and the SQL file."""

from __future__ import annotations

import logging
import resource
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import dagster as dg
import polars as pl

from assets.guard import guarded
from leadgrade import contract
from leadgrade.engine import sql_file, sql_files
from leadgrade.engine.duckdb import polars_schema
from leadgrade.run import Run

progress = logging.getLogger("leadgrade.progress")
# tables of these schemas come with the run, not from an asset
_GIVEN = ("meta", "config")


def key(table: str) -> dg.AssetKey:
    """``people.golden`` is the asset ``people/golden``."""
    return dg.AssetKey(table.split("."))


def spec(table: str, deps: Sequence[str] = ()) -> dg.AssetSpec:
    """The asset of a table, described by its contract."""
    about = contract.table(table)
    columns = [dg.TableColumn(c.name, c.type, description=c.about) for c in about.columns]
    return dg.AssetSpec(
        key(table),
        deps=[key(d) for d in deps if d.split(".")[0] not in _GIVEN],
        description=f"{about.about} One row per {about.grain}.",
        group_name=about.stage,
        kinds={"duckdb"},
        metadata={
            "dagster/column_schema": dg.TableSchema(columns=columns),
            "dagster/table_name": table,
            "audience": "work file" if about.internal else "private" if about.private_only else "warehouse",
        },
    )


@dataclass(slots=True)
class Step:
    """What a step cost, filled when it ends."""

    cpu_seconds: float = 0.0
    wall_seconds: float = 0.0
    peak_memory_bytes: int = 0


@contextmanager
def measured(run: Run, table: str) -> Iterator[Step]:
    """Measure a step and write it to ``meta.steps``: CPU of the whole process, elapsed time, peak memory so far."""
    step = Step()
    cpu, wall = time.process_time(), time.monotonic()
    yield step
    step.cpu_seconds, step.wall_seconds = time.process_time() - cpu, time.monotonic() - wall
    step.peak_memory_bytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    rows = run.engine.count(table)
    row = {
        "run_id": run.run_id,
        "as_of": run.as_of,
        "table_name": table,
        "rows": rows,
        "cpu_seconds": round(step.cpu_seconds, 3),
        "wall_seconds": round(step.wall_seconds, 3),
        "peak_memory_bytes": step.peak_memory_bytes,
    }
    same = {"table": table, "run_id": run.run_id}
    run.engine.sql("delete from meta.steps where table_name = $table and run_id = $run_id", same)
    run.engine.write("meta.steps", pl.DataFrame([row], schema=polars_schema("meta.steps")), append=True)
    progress.info("%s", table, extra={"rows": rows, "seconds": step.wall_seconds})


def result(run: Run, table: str, step: Step | None = None) -> dg.MaterializeResult:
    """Rows and cost of a table for the Dagster UI. Numbers only: each becomes a curve there."""
    metadata: dict[str, Any] = {"dagster/row_count": run.engine.count(table)}
    if step:
        metadata |= {
            "cpu_seconds": round(step.cpu_seconds, 3),
            "wall_seconds": round(step.wall_seconds, 3),
            "peak_memory_mib": round(step.peak_memory_bytes / 2**20, 1),
        }
    return dg.MaterializeResult(asset_key=key(table), metadata=metadata)


def table_asset(
    tables: str | tuple[str, ...], build: Callable[[Run], object] | None = None, deps: Sequence[str] = ()
) -> dg.AssetsDefinition:
    """The asset that makes a table, or the assets of tables that are made together.

    Args:
        tables: Full name, e.g. ``people.members``; several where one function makes them in one go.
        build: Function that makes them; None: the SQL file does.
        deps: Tables that ``build`` reads; for a SQL file they stand in its header.
    """
    names = (tables,) if isinstance(tables, str) else tables
    reads = deps if build else [t for t in sql_file(names[0]).reads if t not in names]

    @dg.multi_asset(specs=[spec(t, reads) for t in names], name=names[0].replace(".", "__"))
    def make(store: dg.ResourceParam[Run]) -> Iterator[dg.MaterializeResult]:
        with guarded(names[0]), measured(store, names[0]) as step:
            if build:
                build(store)
            else:
                store.engine.materialize(names[0], sql_file(names[0]).query)
        for table in names:
            yield result(store, table, step if table == names[0] else None)

    return make


Builds = Mapping[str | tuple[str, ...], tuple[Callable[[Run], object], Sequence[str]]]


def stage_assets(stage: str, builds: Builds) -> list[dg.AssetsDefinition]:
    """The assets of a stage: its SQL files, and the tables that a function makes (with the tables it reads)."""
    from_sql = [table_asset(table) for table in sql_files(stage)]
    return from_sql + [table_asset(tables, build, reads) for tables, (build, reads) in builds.items()]
