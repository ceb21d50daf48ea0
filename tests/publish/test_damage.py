"""A home that lost something: what is said, and that no run makes it worse."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from leadgrade.errors import InputError
from leadgrade.publish import Home, open_branch
from pipelines.cli import main
from pipelines.cli.common import home_problem
from tests.publish.test_publication import NOW, SETTINGS, night

LATER = NOW + timedelta(days=1)


@pytest.fixture(scope="module")
def published(tmp_path_factory) -> Home:
    home = Home(tmp_path_factory.mktemp("damage") / "home")
    night(home.root, "run-1", 1)
    return home


def refused(home: Home) -> str:
    with pytest.raises(InputError) as found, open_branch(home, SETTINGS, "run-2", now=LATER):
        pass
    return str(found.value)


def test_a_damaged_or_lost_key_stops_the_run(published: Home) -> None:
    path = published.root / "secret.key"
    key = path.read_text()
    path.write_text("")
    assert "holds no key" in refused(published)
    path.unlink()
    told = refused(published)
    assert "is gone, and something is published: restore it from a backup" in told
    assert not path.exists()  # no new one was made
    path.write_text(key)


def test_a_damaged_work_file_is_named_and_its_copy_goes(published: Home) -> None:
    work = published.work_file("run-1")
    content = work.read_bytes()
    work.write_bytes(content[:5000])
    told = refused(published)
    assert told.startswith(f"{work} cannot be opened")
    assert "restore it from a backup" in told
    assert not published.work_file("run-2").exists()
    work.write_bytes(content)


@pytest.mark.parametrize(("content", "what"), [(None, "missing"), ('{"run', "damaged")])
def test_a_generation_without_its_manifest_is_named(tmp_path: Path, content: str | None, what: str) -> None:
    home = Home(tmp_path).prepare()
    folder = home.published / "20261001T000000Z-run"
    folder.mkdir()
    (home.published / "current").symlink_to(folder.name)
    if content:
        (folder / "manifest.json").write_text(content)
    found = CliRunner().invoke(main, ["run", "--home", str(tmp_path), "--as-of", "2026-10-02"])
    assert (found.exit_code, f"manifest.json is {what}: restore it" in found.stderr) == (2, True), found.stderr


def test_a_home_where_nothing_can_be_written_is_told_before(tmp_path: Path, monkeypatch) -> None:
    assert home_problem(tmp_path / "new" / "home") == ""
    file = tmp_path / "file"
    file.touch()
    assert "no folder" in home_problem(file / "home")
    # click asks for the right to read alone
    monkeypatch.setattr(os, "access", lambda _path, rights, **_: not rights & os.W_OK)
    for command in (["run"], ["erase", "--sweep"]):
        found = CliRunner().invoke(main, [*command, "--home", str(tmp_path)])
        assert (found.exit_code, "this account cannot read and write there" in found.stderr) == (2, True)
    assert "this account cannot" in CliRunner().invoke(main, ["check", "--home", str(tmp_path)]).stdout
