"""Everything that Dagster loads."""

from __future__ import annotations

import dagster as dg

from assets import all_assets, all_checks
from pipelines.console import quiet_console
from pipelines.housekeeping import housekeeping, housekeeping_schedule
from pipelines.jobs import nightly
from pipelines.resources import work_store
from pipelines.retention import retention, retention_schedule
from pipelines.schedules import nightly_schedule
from pipelines.sensors import inbox_sensor

defs = dg.Definitions(
    assets=all_assets(),
    asset_checks=all_checks(),
    jobs=[nightly, housekeeping, retention],
    schedules=[nightly_schedule, housekeeping_schedule, retention_schedule],
    sensors=[inbox_sensor],
    resources={"store": work_store},
    loggers={"console": quiet_console},
    # one process for all steps: a step costs 0.1 CPU seconds instead of 7, and the work file is opened once
    executor=dg.in_process_executor,
)
