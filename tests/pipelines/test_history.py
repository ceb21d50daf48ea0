"""The history of a run is written by one engine a file, and is there for whoever opens it afterwards."""

import dagster as dg
import pytest
import sqlalchemy
from dagster._core.storage.event_log.sqlite import sqlite_event_log

from pipelines import history


@dg.op
def nothing() -> None: ...


@dg.job
def anything() -> None:
    nothing()


def test_each_file_has_one_engine_and_others_read_what_it_wrote(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = []

    def counted(address, **options):
        made.append(address)
        return sqlalchemy.create_engine(address, **options)

    usual = sqlite_event_log.create_engine
    monkeypatch.setattr(history, "create_engine", counted)
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance, history.kept_engines():
        runs = [anything.execute_in_process(instance=instance).run_id for _ in range(2)]
    assert len(made) == len(set(made)) == 3  # each run's and the index
    assert sqlite_event_log.create_engine is usual
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        assert {run.run_id for run in instance.get_runs()} == set(runs)
        kinds = [
            [e.dagster_event.event_type_value for e in instance.all_logs(run) if e.is_dagster_event] for run in runs
        ]
    assert kinds[0] == kinds[1]
    assert kinds[0][-1] == "PIPELINE_SUCCESS"
