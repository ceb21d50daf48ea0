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

from assets.figures import figures
from assets.guard import guarded
from assets.steps import AssetStep
from leadgrade import contract
from leadgrade.engine.duckdb import polars_schema
from leadgrade.run import Run

# who is asked first; the catalog filters by owner
OWNERS = {
    "raw": "team:data-engineering",
    "contacts": "team:data-engineering",
    "people": "team:data-engineering",
    "hygiene": "team:marketing-ops",
    "scores": "team:marketing-ops",
    "metrics": "team:marketing-ops",
}

progress = logging.getLogger("leadgrade.progress")


def key(table: str) -> dg.AssetKey:
    """``people.golden`` is the asset ``people/golden``."""
    return dg.AssetKey(table.split("."))


def spec(table: str, deps: Sequence[str] = (), made_by: str = "sql") -> dg.AssetSpec:
    """The asset of a table, described by its contract; ``made_by`` is sql or python."""
    about = contract.table(table)
    columns = [dg.TableColumn(c.name, c.type, description=c.about) for c in about.columns]
    return dg.AssetSpec(
        key(table),
        deps=[key(d) for d in deps],
        description=f"{about.about} One row per {about.grain}.",
        group_name=about.stage,
        kinds={"duckdb", made_by},
        owners=[OWNERS[about.stage]],
        tags={"audience": "private" if about.private_only else "warehouse"},
        metadata={"dagster/column_schema": dg.TableSchema(columns=columns), "dagster/table_name": table},
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

    def metadata(self) -> dict[str, float]:
        """As the Dagster UI shows it."""
        return {
            "cpu_seconds": round(self.cpu_seconds, 3),
            "wall_seconds": round(self.wall_seconds, 3),
            "peak_memory_mib": round(self.peak_memory_bytes / 2**20, 1),
        }


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
    """Rows, figures and cost of a table for the Dagster UI: each number becomes a curve there."""
    metadata: dict[str, Any] = {"dagster/row_count": run.engine.count(table), **figures(run, table)}
    if cost:
        metadata |= cost.metadata()
    return dg.MaterializeResult(asset_key=key(table), metadata=metadata)


def step_asset(asset: AssetStep) -> dg.AssetsDefinition:
    """The assets of a step's published tables; what is made on the way is measured, too."""
    made_by = "python" if asset.step.build else "sql"
    specs = [spec(t, sorted(asset.reads), made_by) for t in asset.published_tables]

    @dg.multi_asset(specs=specs, name=asset.step.name.replace(".", "__"))
    def make(store: dg.ResourceParam[Run]) -> Iterator[dg.MaterializeResult]:
        costs: dict[str, Cost] = {}
        for step in (*asset.before, asset.step):
            with guarded(step.name), measured(store, step.name) as costs[step.name]:
                step.run(store)
        total = Cost.sum(costs.values())
        for table in asset.published_tables:
            with guarded(f"figures of {table}"):
                shown = result(store, table, total if table == asset.step.name else None)
            yield shown

    return make
