"""Removes what Dagster itself never removes: the records of old runs. Once a week, off until switched on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import dagster as dg

from leadgrade.config import load_settings
from pipelines.environment import config_folder

_PAGE = 100


def delete_old_runs(instance: dg.DagsterInstance, before: datetime) -> int:
    """Delete the records of finished runs last touched before a time, and return how many.

    The figures of every night stay: they are in meta.rule_results, meta.steps and metrics.quality_history.
    """
    ended = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]
    old = dg.RunsFilter(statuses=ended, updated_before=before)
    deleted = 0
    while records := instance.get_run_records(filters=old, limit=_PAGE):
        for record in records:
            instance.delete_run(record.dagster_run.run_id)
        deleted += len(records)
    return deleted


@dg.op(description="Deletes the records of Dagster runs older than keep_dagster_days of run.yaml.")
def delete_run_records(context) -> None:  # type: ignore[no-untyped-def]
    """Delete old run records of this instance."""
    days = load_settings(config_folder()).run.keep_dagster_days
    deleted = delete_old_runs(context.instance, datetime.now(UTC) - timedelta(days=days))
    context.log.info("deleted the records of %d runs older than %d days", deleted, days)


@dg.job(
    description="Weekly: removes the records of old Dagster runs. Published tables and their history are not touched."
)
def housekeeping() -> None:
    """One step."""
    delete_run_records()


housekeeping_schedule = dg.ScheduleDefinition(
    name="housekeeping_schedule",
    job=housekeeping,
    cron_schedule="30 4 * * 0",
    default_status=dg.DefaultScheduleStatus.STOPPED,
    description="Sundays at 04:30 UTC.",
)
