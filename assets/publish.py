"""The last asset: what readers get."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import dagster as dg

from assets.factory import key, measured, result
from assets.guard import guarded
from leadgrade import contract, publish, report
from leadgrade.audit import refuse_unless_passed
from leadgrade.publish import Home
from leadgrade.run import Run

PUBLICATION = "meta.publication"


def _published_tables() -> list[str]:
    return [t.name for t in contract.tables().values() if t.stage in contract.STAGES and not t.internal]


def _metadata(run: Run, generation: str) -> dict[str, Any]:
    home = Home(run.home)
    return {
        "generation": generation,
        "as_of": run.as_of.isoformat(),
        "warehouse_bytes": home.warehouse.stat().st_size,
        "dagster/size_bytes": home.warehouse.stat().st_size,
        "people": run.engine.count("people.golden"),
    }


@dg.asset(
    key=key(PUBLICATION),
    deps=[key(t) for t in _published_tables()],
    group_name="publish",
    kinds={"duckdb"},
    description="The published warehouse: written, verified, and made current with one switch. Readers never wait.",
    # one quiet night is noticed before the second
    freshness_policy=dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=36), warn_window=timedelta(hours=26)),
)
def publication(store: dg.ResourceParam[Run]) -> dg.MaterializeResult:
    """Publish the run's tables, write the report, and tidy up."""
    home = Home(store.home)
    with guarded(PUBLICATION):
        refuse_unless_passed(store)
        with measured(store, PUBLICATION) as cost:
            folder = publish.publish(store, datetime.now(UTC).replace(tzinfo=None))
        page = report.write(folder / "warehouse.duckdb", home.reports)
        publish.tidy(home, store.settings.run)
    done = result(store, PUBLICATION, cost)
    return dg.MaterializeResult(
        asset_key=done.asset_key,
        metadata={**(done.metadata or {}), **_metadata(store, folder.name), "report": dg.MetadataValue.path(str(page))},
    )
