"""``leadgrade check`` names every fault, and notes sources without files."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipelines.cli import main
from tests.support import REPOSITORY


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return shutil.copytree(REPOSITORY / "config", tmp_path / "config")


def call(config: Path, home: Path):
    return CliRunner().invoke(main, ["check", "--config", str(config), "--home", str(home)])


def test_sources_without_files_are_noted_and_no_fault(config: Path, home: Path) -> None:
    (config / "sources.yaml").write_text(
        "sources: {crm: {path: in/*.csv}, web: {path: web/*.csv}, b: {path: s3://b/x}}"
    )
    (home / "in").mkdir(parents=True)
    (home / "in" / "a.csv").write_text("x")
    found = call(config, home)
    assert found.exit_code == 0
    assert "no faults; 3 sources" in found.output
    assert "no file matches the path of web (below" in found.output
    assert "the others can be run: leadgrade run" in found.output
    (home / "in" / "a.csv").unlink()
    (config / "sources.yaml").write_text("sources: {crm: {path: in/*.csv}}")
    assert "there is nothing to take in" in call(config, home).output


def test_faults_of_models_modes_and_mappings_come_at_once(config: Path, home: Path) -> None:
    (config / "sources.yaml").write_text(
        "sources: {a: {path: x, colour: red}, b: {path: x, system: x}, c: {path: x, of: q}}"
    )
    found = call(config, home)
    assert found.exit_code == 2
    for words in ("sources.a.colour", "sources.b.system", "sources.c.of"):
        assert words in found.output
    assert found.output.rstrip().endswith("then look again: leadgrade check")


def test_a_folder_that_is_not_there_is_one_fault(home: Path) -> None:
    found = call(Path("/nowhere"), home)
    assert (found.exit_code, found.output.count("\n")) == (2, 1)
    assert "/nowhere: no such folder" in found.output
    assert "--config DIR" in found.output
