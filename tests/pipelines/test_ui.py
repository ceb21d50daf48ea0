"""What people find in the Dagster UI after a good night, asked of its own server without a browser."""

import json
import shutil
import threading
import time
import urllib.request

import dagster as dg
import pytest
import uvicorn
import yaml
from dagster._core.remote_origin import InProcessCodeLocationOrigin
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import InProcessWorkspaceLoadTarget
from dagster_webserver.app import create_app_from_workspace_process_context

from assets.publish import to_act_on
from leadgrade import contract
from leadgrade.audit import load_rules
from pipelines import ui
from pipelines.environment import dagster_home
from tests.support import REPOSITORY

METADATA = """metadataEntries {
    label
    ... on IntMetadataEntry { intValue }
    ... on FloatMetadataEntry { floatValue }
    ... on MarkdownMetadataEntry { mdStr }
    ... on TableMetadataEntry { table { records } }
}"""
NODES = f"""{{ assetNodes {{
    assetKey {{ path }} groupName description owners {{ ... on TeamAssetOwner {{ team }} }} kinds tags {{ key value }}
    internalFreshnessPolicy {{ ... on TimeWindowFreshnessPolicy {{ warnWindowSeconds failWindowSeconds }} }}
    metadataEntries {{
        label ... on TableSchemaMetadataEntry {{ schema {{ columns {{ name description }} }} }}
    }}
    assetMaterializations(limit: 1) {{ {METADATA} }}
    assetChecksOrError {{ ... on AssetChecks {{ checks {{
        name blocking description
        executionForLatestMaterialization {{ status evaluation {{ severity success description {METADATA} }} }}
    }} }} }}
}} }}"""
SCHEDULES = """{ workspaceOrError { ... on Workspace { locationEntries { locationOrLoadError {
    ... on RepositoryLocation { repositories { schedules { name description scheduleState { status } } } }
} } } } }"""


# the same server as in production, in this process: Dagster has no public way to it (1.13)
@pytest.fixture(scope="module")
def server(first_night, tmp_path_factory):
    history = tmp_path_factory.mktemp("ui") / "dagster"
    shutil.copytree(first_night.home / "dagster", history)
    with dg.DagsterInstance.from_config(str(history)) as instance:
        target = LoadableTargetOrigin(module_name="pipelines.definitions", working_directory=str(REPOSITORY))
        origin = InProcessCodeLocationOrigin(target, location_name="leadgrade")
        with WorkspaceProcessContext(instance, InProcessWorkspaceLoadTarget([origin])) as context:
            app = create_app_from_workspace_process_context(context)
            web = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None))
            thread = threading.Thread(target=web.run)
            thread.start()
            while not web.started:
                assert thread.is_alive()
                time.sleep(0.02)
            yield f"http://127.0.0.1:{web.servers[0].sockets[0].getsockname()[1]}/graphql"
            web.should_exit = True
            thread.join()


def ask(server, query: str):
    request = urllib.request.Request(
        server, json.dumps({"query": query}).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=30) as response:
        answer = json.load(response)
    assert "errors" not in answer, answer
    return answer["data"]


@pytest.fixture(scope="module")
def nodes(server):
    return {".".join(node["assetKey"]["path"]): node for node in ask(server, NODES)["assetNodes"]}


def shown(entries) -> dict:
    """Metadata by label: number, Markdown, or the names of a table's columns."""
    found = {}
    for entry in entries:
        if "table" in entry:
            found[entry["label"]] = [yaml.safe_load(record) for record in entry["table"]["records"]]
        else:
            value = entry.get("intValue", entry.get("floatValue"))
            found[entry["label"]] = entry.get("mdStr") if value is None else value
    return found


def latest(nodes, table: str) -> dict:
    return shown(nodes[table]["assetMaterializations"][0]["metadataEntries"])


def test_every_asset_is_green_owned_and_counted(nodes):
    for table, node in nodes.items():
        assert node["owners"][0]["team"] in {"data-engineering", "marketing-ops"}, table
        assert "duckdb" in node["kinds"], table
        assert "audience" in {tag["key"] for tag in node["tags"]}, table
        assert node["assetMaterializations"], table
        if table != "meta.publication":
            assert latest(nodes, table)["dagster/row_count"] >= 0, table


def test_columns_are_described_before_the_first_run(nodes):
    for table, node in nodes.items():
        if table == "meta.publication":
            continue
        schema = next(e["schema"] for e in node["metadataEntries"] if e["label"] == "dagster/column_schema")
        assert {c["name"]: c["description"] for c in schema["columns"]} == {
            c.name: c.about for c in contract.table(table).columns
        }


def test_every_rule_is_a_check_with_a_sentence_a_severity_and_numbers(nodes):
    found = {c["name"]: c for node in nodes.values() for c in node["assetChecksOrError"].get("checks", [])}
    assert set(found) == {r.rule for r in load_rules()}
    for rule in load_rules():
        check = found[rule.rule]
        outcome = check["executionForLatestMaterialization"]
        assert (check["description"], check["blocking"]) == (rule.sentence, rule.blocking)
        assert outcome["evaluation"]["severity"] == {"error": "ERROR", "warn": "WARN"}[rule.severity]
        assert {"failures", "rows_checked", "share", "nights_broken"} <= set(
            shown(outcome["evaluation"]["metadataEntries"])
        )
        if rule.blocking:
            assert outcome["status"] == "SUCCEEDED", rule.rule


def test_a_check_that_does_not_hold_says_since_when_and_which_source(nodes):
    checks = {c["name"]: c for c in nodes["scores.quality"]["assetChecksOrError"]["checks"]}
    outcome = checks["quality_lead_rate"]["executionForLatestMaterialization"]["evaluation"]
    assert outcome["success"] is False
    assert "since the night of 2026-10-01" in outcome["description"]
    metadata = shown(outcome["metadataEntries"])
    assert metadata["nights_broken"] == 1
    assert sum(row["break_it"] for row in metadata["by_source"]) == metadata["failures"]


def test_figures_stand_beside_the_tables(nodes):
    files = latest(nodes, "raw.files")
    assert files["files_tonight"] == files["dagster/row_count"] >= 13
    assert sum(row["rows_read"] for row in files["by_source"]) == files["rows_read"] == files["rows_tonight"]
    gaps = latest(nodes, "hygiene.consent_gaps")["by_reason"]
    assert all(row["people"] > 0 and row["severity"] in {"block", "warn"} for row in gaps)
    assert (
        sum(row["people"] for row in latest(nodes, "people.golden")["by_source"])
        == (latest(nodes, "people.golden")["dagster/row_count"])
    )
    for table in ("metrics.sources", "metrics.funnel", "hygiene.decay", "hygiene.reach", "scores.points"):
        assert any(isinstance(value, list) and value for value in latest(nodes, table).values()), table


def test_the_publication_shows_the_headline_figures_and_what_to_act_on(nodes):
    publication = latest(nodes, "meta.publication")
    assert {"quality_lead_rate", "reachable_rate", "cost_per_quality_lead", "cpu_seconds"} <= set(publication)
    assert publication["checks_to_act_on"] == publication["to_act_on"].count("](/assets/") > 0
    windows = nodes["meta.publication"]["internalFreshnessPolicy"]
    assert 24 * 3600 < windows["warnWindowSeconds"] < windows["failWindowSeconds"] < 48 * 3600


def test_what_runs_by_itself_is_described_and_off(server):
    location = ask(server, SCHEDULES)["workspaceOrError"]["locationEntries"][0]["locationOrLoadError"]
    schedules = location["repositories"][0]["schedules"]
    assert {s["name"] for s in schedules} == {"nightly_schedule", "housekeeping_schedule", "retention_schedule"}
    assert all(s["description"] and s["scheduleState"]["status"] == "STOPPED" for s in schedules)


def broken(number: int) -> list[dict]:
    return [
        {"asset": "people.golden", "rule": f"rule_{i}", "since": "2026-10-01", "rows": 1000, "sentence": "It holds."}
        for i in range(number)
    ]


def test_the_list_of_checks_is_cut_to_what_the_ui_shows():
    assert to_act_on([]) == "Every check holds."
    assert to_act_on(broken(1)) == (
        "- [rule_0](/assets/people/golden?view=checks&checkDetail=rule_0), since 2026-10-01, 1,000 rows. It holds.\n"
    )
    long = to_act_on(broken(50))
    assert len(long) < 1000
    shown_rules = long.count("](/assets/")
    assert long.endswith(f"- and {50 - shown_rules} more\n")


def test_the_ui_starts_from_anywhere_on_this_machine_only(tmp_path, monkeypatch):
    started = []
    for name in ("DAGSTER_HOME", "LEADGRADE_CONFIG", "DAGSTER_DISABLE_TELEMETRY", "PYTHONWARNINGS"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    monkeypatch.setenv("LEADGRADE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LEADGRADE_UI_PORT", "3999")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("os.execv", lambda program, arguments: started.append(arguments))
    ui.main()
    arguments = started[0]
    assert arguments[arguments.index("-h") + 1] == "127.0.0.1"
    assert arguments[arguments.index("-p") + 1] == "3999"
    workspace = yaml.safe_load((tmp_path / "home" / "dagster" / "workspace.yaml").read_text(encoding="utf-8"))
    assert workspace["load_from"][0]["python_module"]["working_directory"] == str(REPOSITORY)
    assert dagster_home(tmp_path / "home") == tmp_path / "home" / "dagster"
