"""When it runs by itself. Off until somebody switches it on."""

from __future__ import annotations

import dagster as dg

from leadgrade.config import load_settings
from leadgrade.config.run import RunConfig
from leadgrade.errors import ConfigError
from pipelines.environment import config_folder
from pipelines.jobs import nightly


def _run_config() -> RunConfig:
    """The schedule's settings. A faulty configuration must not hide the UI: the run itself names the faults."""
    try:
        return load_settings(config_folder()).run
    except ConfigError:
        return RunConfig()


_config = _run_config()

nightly_schedule = dg.ScheduleDefinition(
    name="nightly_schedule",
    job=nightly,
    cron_schedule=_config.schedule,
    execution_timezone=_config.time_zone,
    default_status=dg.DefaultScheduleStatus.STOPPED,
    description="Starts the nightly job at the time and in the time zone of run.yaml.",
)
