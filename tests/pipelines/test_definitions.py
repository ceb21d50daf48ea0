"""What Dagster loads: every table an asset, every rule a check, everything documented."""

import dagster as dg
import pytest

from assets.factory import key
from assets.graph import ASSET_STEPS, asset_of
from leadgrade import contract
from leadgrade.audit import load_rules
from pipelines.definitions import defs
from tests.support import REPOSITORY

GOLDEN = REPOSITORY / "tests" / "pipelines" / "assets.txt"


@pytest.fixture(scope="module")
def graph():
    return defs.resolve_asset_graph()


def test_the_definitions_load():
    dg.Definitions.validate_loadable(defs)


def test_every_published_table_is_an_asset(graph):
    published = {t.name for t in contract.tables().values() if t.stage != "meta" and not t.internal}
    tables = published | {"meta.publication"}
    assert {".".join(k.path) for k in graph.get_all_asset_keys()} == tables


def test_every_internal_table_is_made_by_exactly_one_step():
    made = [t for step in ASSET_STEPS for t in step.all_tables]
    assert sorted(made) == sorted(t for t in contract.tables() if not t.startswith("meta."))


def test_every_rule_is_a_check_and_blocks_where_it_says(graph):
    checks = {(k.asset_key, k.name): graph.get_check_spec(k) for k in graph.asset_check_keys}
    assert set(checks) == {(key(asset_of(r.table)), r.rule) for r in load_rules()}
    assert {n for (_, n), spec in checks.items() if spec.blocking} == {r.rule for r in load_rules() if r.blocking}


def test_every_stage_has_a_blocking_rule():
    assert {r.stage for r in load_rules() if r.blocking} == set(contract.STAGES)


def test_a_stage_is_one_group_and_data_never_flows_back(graph):
    order = {stage: i for i, stage in enumerate((*contract.STAGES, "meta"))}
    for asset_key in graph.get_all_asset_keys():
        node = graph.get(asset_key)
        stage = asset_key.path[0]
        assert node.group_name == ("publish" if stage == "meta" else stage)
        if asset_key == key("raw.row_ledger"):  # bookkeeping: where a row ended is known when people are
            continue
        for parent in node.parent_keys:
            assert order[parent.path[0]] <= order[stage], (asset_key, parent)


def test_every_asset_says_what_it_is_and_shows_its_columns(graph):
    for asset_key in graph.get_all_asset_keys():
        node = graph.get(asset_key)
        assert node.description
        if asset_key != key("meta.publication"):
            columns = node.metadata["dagster/column_schema"].columns
            assert [c.name for c in columns] == [c.name for c in contract.table(".".join(asset_key.path)).columns]


def test_assets_and_their_inputs_are_as_agreed(graph):
    """A changed graph is a changed product: look at the difference, then refresh with the line that fails below."""
    lines = [
        f"{'/'.join(k.path)} <- {', '.join(sorted('/'.join(p.path) for p in graph.get(k).parent_keys)) or 'files'}"
        for k in sorted(graph.get_all_asset_keys(), key=lambda k: k.path)
    ]
    found = "\n".join(lines) + "\n"
    assert GOLDEN.read_text(encoding="utf-8") == found, "refresh: python -m tests.pipelines.refresh"


def test_the_job_covers_everything_and_the_schedule_is_off(graph):
    job = defs.resolve_job_def("nightly")
    assert job.asset_layer.executable_asset_keys == graph.get_all_asset_keys()
    schedule = defs.resolve_schedule_def("nightly_schedule")
    assert (schedule.cron_schedule, schedule.execution_timezone) == ("0 2 * * *", "UTC")
    assert schedule.default_status == dg.DefaultScheduleStatus.STOPPED
    assert defs.resolve_sensor_def("inbox_sensor").default_status == dg.DefaultSensorStatus.STOPPED


def test_the_shipped_dagster_settings_keep_quiet_and_in_line(tmp_path, monkeypatch):
    from pipelines.environment import dagster_home

    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "dagster"))
    dagster_home(tmp_path)
    with dg.DagsterInstance.get() as instance:
        assert instance.telemetry_enabled is False
        assert type(instance.compute_log_manager).__name__ == "NoOpComputeLogManager"
        assert instance.get_concurrency_config().run_queue_config.max_concurrent_runs == 1
