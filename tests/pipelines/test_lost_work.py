"""A night without the work file of the night before: what goes on, what is said, and what the verification makes of it."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from leadgrade.publish import Home, open_branch
from tests.pipelines.test_consent_cli import verify
from tests.support import shipped_settings

NOW = datetime(2026, 10, 2)


def begun(home: Home) -> tuple[dict[str, int], dict[str, str | None]]:
    with open_branch(home, shipped_settings(), "again", now=NOW, full=True) as run:
        known = {
            t: run.engine.exists(t) and run.engine.count(t) for t in ("hygiene.consent_ledger", "hygiene.ledger_files")
        }
        run_row = run.engine.read("meta.run").row(0, named=True)
    return known, run_row


@pytest.fixture
def lost(night) -> Home:
    home = Home(night.home)
    home.work_file(night.outcome.run_id).unlink()
    return home


def test_the_ledger_of_consent_goes_on_from_the_warehouse(lost, caplog) -> None:
    with duckdb.connect(str(lost.warehouse), read_only=True) as connection:
        published = connection.execute("select count(*) from hygiene.consent_ledger").fetchall()[0][0]
        files = connection.execute("select count(*) from raw.files where status = 'taken'").fetchall()[0][0]
    with caplog.at_level("WARNING", "leadgrade.progress"):
        known, run = begun(lost)
    assert known == {"hygiene.consent_ledger": published, "hygiene.ledger_files": files}
    assert run["ledger_generation"] == run["base_generation"] == lost.current()
    assert "begins anew" in caplog.text
    assert "The ledger of consent goes on" in caplog.text
    found = verify(lost.root)
    assert (found.exit_code, "the work file of" in found.stderr) == (0, True)


def test_it_does_not_go_on_from_one_that_was_changed(lost, caplog) -> None:
    with duckdb.connect(str(lost.warehouse)) as connection:
        connection.execute("update hygiene.consent_ledger set action = 'granted' where action = 'withdrawn'")
    with caplog.at_level("WARNING", "leadgrade.progress"):
        known, run = begun(lost)
    assert (known["hygiene.consent_ledger"], run["ledger_generation"]) == (0, None)
    assert "is forgotten" in caplog.text


def generation(home: Home, name: str, **manifest: str | None) -> None:
    folder = home.published / name
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text(json.dumps({"run_id": name, "consent_seal": f"seal {name}"} | manifest))


@pytest.mark.parametrize(
    ("before", "line"),
    [
        ({}, ["3", "2", "1"]),  # of a release whose manifests say nothing
        ({"3": {"consent_ledger_from": "2"}}, ["3", "2", "1"]),
        ({"3": {"consent_ledger_from": "1"}}, ["3", "1"]),
        ({"3": {"consent_ledger_from": None}}, ["3"]),
        ({"2": {"consent_ledger_from": None}}, ["3", "2"]),
        ({"3": {"consent_ledger_from": "0"}}, ["3"]),  # no longer kept
    ],
)
def test_which_seals_a_ledger_must_hold(tmp_path: Path, before, line) -> None:
    home = Home(tmp_path)
    for name in "123":
        generation(home, name, **before.get(name, {}))
    assert home.ledger_line("3") == line
    assert home.consent_seals("3") == [f"seal {name}" for name in line]


def test_a_break_that_was_told_is_no_change(night) -> None:
    home = Home(night.home)
    current = str(home.current())
    generation(home, "20200101T000000Z-left")
    # without a word of it, a night of which the ledger knows nothing was taken out
    manifest = home.published / current / "manifest.json"
    manifest.chmod(0o600)
    told = json.loads(manifest.read_text())
    assert told.pop("consent_ledger_from") is None
    manifest.write_text(json.dumps(told))
    assert "night_missing" in verify(home.root).output
    manifest.write_text(json.dumps(told | {"consent_ledger_from": None}))
    found = verify(home.root)
    assert found.exit_code == 0, found.output
    assert "told: 1 earlier generation (20200101T000000Z-left)" in found.stderr
