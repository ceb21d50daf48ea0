"""Makes raw.versions and what stands around it, after every intake."""

from __future__ import annotations

from leadgrade.engine import sql_file
from leadgrade.run import Run

TABLES = ("raw.deliveries", "raw.records", "raw.versions", "raw.snapshot_losses")
# narrow columns of tables that are there already: kept as a view, it takes no room in the work file
_VIEW = "raw.records"


def build_versions(run: Run) -> None:
    """Build raw.deliveries, raw.versions and raw.snapshot_losses from the intake's tables and config.source_modes."""
    run.engine.ensure("raw.corrections")
    for table in TABLES:
        query = sql_file(table).query
        if table == _VIEW:
            run.engine.define(table, query)
        else:
            run.engine.materialize(table, query)
