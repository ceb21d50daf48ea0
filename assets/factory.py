"""Makes an asset out of a table: its description, columns and inputs come from the contract and the SQL file."""

from __future__ import annotations

import logging
import resource
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import dagster as dg
import polars as pl

from assets.guard import guarded
from assets.steps import AssetStep
from leadgrade import contract
from leadgrade.engine.duckdb import polars_schema
from leadgrade.run import Run

progress = logging.getLogger("leadgrade.progress")


def key(table: str) -> dg.AssetKey:
    """``people.golden`` is the asset ``people/golden``."""
    return dg.AssetKey(table.split("."))


def spec(table: str, deps: Sequence[str] = ()) -> dg.AssetSpec:
    """The asset of a table, described by its contract."""
    about = contract.table(table)
    columns = [dg.TableColumn(c.name, c.type, description=c.about) for c in about.columns]
    return dg.AssetSpec(
        key(table),
        deps=[key(d) for d in deps],
        description=f"{about.about} One row per {about.grain}.",
        group_name=about.stage,
        kinds={"duckdb"},
        metadata={
            "dagster/column_schema": dg.TableSchema(columns=columns),
            "dagster/table_name": table,
            "audience": "private" if about.private_only else "warehouse",
        },
    )


@dataclass(slots=True)
class Cost:
    """What a step cost, filled when it ends."""

    cpu_seconds: float = 0.0
    wall_seconds: float = 0.0
    peak_memory_bytes: int = 0

    @classmethod
    def sum(cls, costs: Iterable[Cost]) -> Cost:
        """Times added up, the highest peak."""
        all_costs = list(costs)
        return cls(
            sum(c.cpu_seconds for c in all_costs),
            sum(c.wall_seconds for c in all_costs),
            max(c.peak_memory_bytes for c in all_costs),
        )


@contextmanager
def measured(run: Run, table: str) -> Iterator[Cost]:
    """Measure a step and write it to ``meta.steps``: CPU of the whole process, elapsed time, peak memory so far."""
    cost = Cost()
    cpu, wall = time.process_time(), time.monotonic()
    yield cost
    cost.cpu_seconds, cost.wall_seconds = time.process_time() - cpu, time.monotonic() - wall
    cost.peak_memory_bytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    rows = run.engine.count(table)
    row = {
        "run_id": run.run_id,
        "as_of": run.as_of,
        "table_name": table,
        "rows": rows,
        "cpu_seconds": round(cost.cpu_seconds, 3),
        "wall_seconds": round(cost.wall_seconds, 3),
        "peak_memory_bytes": cost.peak_memory_bytes,
    }
    same = {"table": table, "run_id": run.run_id}
    run.engine.sql("delete from meta.steps where table_name = $table and run_id = $run_id", same)
    run.engine.write("meta.steps", pl.DataFrame([row], schema=polars_schema("meta.steps")), append=True)
    progress.info("%s", table, extra={"rows": rows, "seconds": cost.wall_seconds})


def result(run: Run, table: str, cost: Cost | None = None) -> dg.MaterializeResult:
    """Rows and cost of a table for the Dagster UI. Numbers only: each becomes a curve there."""
    metadata: dict[str, Any] = {"dagster/row_count": run.engine.count(table)}
    if cost:
        metadata |= {
            "cpu_seconds": round(cost.cpu_seconds, 3),
            "wall_seconds": round(cost.wall_seconds, 3),
            "peak_memory_mib": round(cost.peak_memory_bytes / 2**20, 1),
        }
    return dg.MaterializeResult(asset_key=key(table), metadata=metadata)


def step_asset(asset: AssetStep) -> dg.AssetsDefinition:
    """The assets of a step's published tables; what is made on the way is measured, too."""

    @dg.multi_asset(
        specs=[spec(t, sorted(asset.reads)) for t in asset.published_tables], name=asset.step.name.replace(".", "__")
    )
    def make(store: dg.ResourceParam[Run]) -> Iterator[dg.MaterializeResult]:
        costs: dict[str, Cost] = {}
        for step in (*asset.before, asset.step):
            with guarded(step.name), measured(store, step.name) as costs[step.name]:
                step.run(store)
        total = Cost.sum(costs.values())
        for table in asset.published_tables:
            yield result(store, table, total if table == asset.step.name else None)

    return make
