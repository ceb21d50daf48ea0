"""A home with people to be erased, and the same after one of them was; both made once."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from leadgrade.erasure import asked, who
from leadgrade.erasure import certificate as certificates
from leadgrade.erasure.certificate import Certificate
from leadgrade.erasure.order import Order
from leadgrade.publish import Home
from pipelines.cli import main
from tests.erasure import world
from tests.support import REPOSITORY


@pytest.fixture(scope="session")
def seed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A night; never change this home."""
    home = tmp_path_factory.mktemp("erasure") / "home"
    world.fill(home)
    world.export(home)
    world.night(home, "n1")
    (home / "dagster").mkdir()
    (home / "dagster" / "log.txt").write_text(f"a log that should not: {world.ANN}\n")
    world.decide(home)
    return home


@pytest.fixture
def home(seed: Path, tmp_path: Path) -> Path:
    """A copy that a test may change."""
    shutil.copytree(seed, tmp_path / "home", symlinks=True)
    return tmp_path / "home"


def order_for(home: Path, *emails: str, kind: str = "request") -> Order:
    """An erasure of whoever has these addresses."""
    here, settings = Home(home), world.settings()
    subjects = who.subjects_of(here, settings, asked.read(emails=emails))
    return Order(here, settings, kind, subjects, world.AS_OF)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Erased:
    """A home after an erasure, its certificate, and what the command said."""

    home: Path
    certificate: Certificate
    said: str


@pytest.fixture(scope="session")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's configuration with the sources of this world."""
    folder = tmp_path_factory.mktemp("config") / "config"
    shutil.copytree(REPOSITORY / "config", folder)
    sources = {name: source.model_dump(exclude_defaults=True) for name, source in world.SOURCES.items()}
    (folder / "sources.yaml").write_text(yaml.safe_dump({"sources": sources}))
    return folder


def call(home: Path, config: Path, *arguments: str, typed: str = "") -> Result:
    """A command, whose output never shows anything of Ann."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("LEADGRADE_HOME", "LEADGRADE_CONFIG", "DAGSTER_HOME"):
            patch.setenv(name, "")
            patch.delenv(name)
        found = CliRunner().invoke(main, [*arguments, "--home", str(home), "--config", str(config)], input=typed)
    shown = (found.output + found.stderr).lower()
    assert not [trace for trace in world.TRACES if trace in shown]
    return found


@pytest.fixture(scope="session")
def erased(seed: Path, config: Path, tmp_path_factory: pytest.TempPathFactory) -> Erased:
    """Ann is erased by one of her addresses; never change this home."""
    home = tmp_path_factory.mktemp("erased") / "home"
    shutil.copytree(seed, home, symlinks=True)
    [newest] = Home(home).generations()
    shutil.copytree(home / "published" / newest, home / "published" / "20260930T000000Z-n1")
    found = call(home, config, "erase", "--from", "-", "--no-run", typed=f"# who asked\n{world.ANN}\n")
    assert found.exit_code == 0, found.output
    [path] = Home(home).erasures.glob("*.json")
    return Erased(home, certificates.read(path), found.output)


@pytest.fixture
def after(erased: Erased, tmp_path: Path) -> Path:
    """A copy of the home after the erasure that a test may change."""
    shutil.copytree(erased.home, tmp_path / "after", symlinks=True)
    return tmp_path / "after"


def manifest(home: Path, generation: str) -> dict[str, dict[str, dict[str, int]]]:
    """What a generation says of itself."""
    return json.loads((home / "published" / generation / "manifest.json").read_text())  # type: ignore[no-any-return]
