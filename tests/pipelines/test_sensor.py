"""The sensor starts a run once files changed and then lay still, and never twice for the same files."""

import json
import shutil

import dagster as dg
import pytest

from leadgrade.publish import Home
from pipelines.sensors import inbox_sensor, inbox_signature
from tests.pipelines.conftest import CONFIG


@pytest.fixture
def inbox(home, monkeypatch):
    Home(home).prepare()
    monkeypatch.setenv("LEADGRADE_HOME", str(home))
    monkeypatch.setenv("LEADGRADE_CONFIG", str(CONFIG))
    folder = home / "inbox" / "hubspot"
    folder.mkdir()
    return folder


def look(cursor=None):
    """One look of the sensor: the runs it starts, its reason for none, and what it remembers."""
    context = dg.build_sensor_context(cursor=cursor)
    found = inbox_sensor(context)
    if isinstance(found, dg.SkipReason):
        return [], found.skip_message, cursor
    return found.run_requests or [], found.skip_reason and found.skip_reason.skip_message, found.cursor


def test_an_empty_inbox_starts_nothing(inbox):
    runs, reason, _ = look()
    assert (runs, reason) == ([], "the inbox is empty")


def test_a_file_that_lies_still_starts_one_run(inbox):
    (inbox / "contacts.csv").write_text("Record ID,Email\n1,a@acme.org\n")
    runs, reason, cursor = look()
    assert (runs, reason) == ([], "files are still arriving")
    runs, _, cursor = look(cursor)
    assert len(runs) == 1
    runs, reason, cursor = look(cursor)
    assert (runs, reason) == ([], "nothing new in the inbox")


def test_a_file_that_grows_is_waited_for(inbox):
    path = inbox / "contacts.csv"
    path.write_text("Record ID,Email\n")
    _, _, cursor = look()
    path.write_text("Record ID,Email\n1,a@acme.org\n")
    runs, reason, cursor = look(cursor)
    assert (runs, reason) == ([], "files are still arriving")
    runs, _, _ = look(cursor)
    assert len(runs) == 1


def test_another_file_starts_another_run_under_another_key(inbox):
    (inbox / "contacts.csv").write_text("Record ID,Email\n1,a@acme.org\n")
    cursor = look(look()[2])[2]
    first = json.loads(cursor)["started"]
    (inbox / "contacts_2.csv").write_text("Record ID,Email\n2,b@acme.org\n")
    runs, _, _ = look(look(cursor)[2])
    assert [r.run_key for r in runs] != [first]
    assert len(runs) == 1


@pytest.mark.parametrize("name", ["contacts.csv.part", "notes.txt"])
def test_what_no_source_wants_is_not_looked_at(inbox, name):
    (inbox / name).write_text("half")
    assert look()[1] == "the inbox is empty"


def test_cursor_and_key_show_no_file_names(inbox):
    (inbox / "contacts_jane_doe.csv").write_text("Record ID,Email\n1,a@acme.org\n")
    _, _, cursor = look()
    runs, _, cursor = look(cursor)
    assert "jane" not in cursor + runs[0].run_key


def test_a_faulty_configuration_is_said_and_nothing_starts(inbox, tmp_path, monkeypatch):
    broken = shutil.copytree(CONFIG, tmp_path / "config")
    (broken / "run.yaml").write_text("time_zone: Mars/Base\n")
    monkeypatch.setenv("LEADGRADE_CONFIG", str(broken))
    runs, reason, _ = look()
    assert runs == []
    assert "leadgrade check" in reason


def test_the_signature_follows_names_sizes_and_times(inbox, home):
    patterns = ["inbox/hubspot/*.csv"]
    assert inbox_signature(patterns, home) is None
    path = inbox / "contacts.csv"
    path.write_text("a\n")
    one = inbox_signature(patterns, home)
    assert inbox_signature(patterns * 2, home) == one
    path.rename(inbox / "contacts_b.csv")
    assert inbox_signature(patterns, home) != one
