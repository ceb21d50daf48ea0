"""Old records of runs go, new ones stay."""

from datetime import UTC, datetime, timedelta

import dagster as dg

from pipelines.housekeeping import delete_old_runs, housekeeping


@dg.job
def anything():
    @dg.op
    def nothing():
        return None

    nothing()


def test_only_runs_before_the_time_are_deleted():
    with dg.DagsterInstance.ephemeral() as instance:
        for _ in range(3):
            anything.execute_in_process(instance=instance)
        now = datetime.now(UTC)
        assert delete_old_runs(instance, now - timedelta(days=1)) == 0
        assert instance.get_runs_count() == 3
        assert delete_old_runs(instance, now + timedelta(minutes=1)) == 3
        assert instance.get_runs_count() == 0


def test_the_job_keeps_what_is_young(monkeypatch):
    with dg.DagsterInstance.ephemeral() as instance:
        anything.execute_in_process(instance=instance)
        assert housekeeping.execute_in_process(instance=instance).success
        assert instance.get_runs_count() == 2
