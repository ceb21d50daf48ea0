"""A home with people to be erased, and the same after one of them was; both made once."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from leadgrade.erasure import asked, who
from leadgrade.erasure import erase as erasing
from leadgrade.erasure.certificate import Certificate
from leadgrade.erasure.order import Order
from leadgrade.publish import Home
from tests.erasure import world


@pytest.fixture(scope="session")
def seed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A night with two generations of it; never change this home."""
    home = tmp_path_factory.mktemp("erasure") / "home"
    world.fill(home)
    world.night(home, "n1")
    here = Home(home)
    [newest] = here.generations()
    shutil.copytree(here.published / newest, here.published / "20260930T000000Z-n1")
    (home / "dagster").mkdir()
    (home / "dagster" / "log.txt").write_text(f"a log that should not: {world.ANN}\n")
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
    """A home after an erasure, its certificate, and the places that the erasure told."""

    home: Path
    certificate: Certificate
    told: list[str]


@pytest.fixture(scope="session")
def erased(seed: Path, tmp_path_factory: pytest.TempPathFactory) -> Erased:
    """Ann is erased by one of her addresses; never change this home."""
    home = tmp_path_factory.mktemp("erased") / "home"
    shutil.copytree(seed, home, symlinks=True)
    order, told = order_for(home, world.ANN), list[str]()
    certificate = erasing.finish(order, erasing.erase(order, told.append), {"run_id": "n2", "published": True})
    return Erased(home, certificate, told)


@pytest.fixture
def after(erased: Erased, tmp_path: Path) -> Path:
    """A copy of the home after the erasure that a test may change."""
    shutil.copytree(erased.home, tmp_path / "after", symlinks=True)
    return tmp_path / "after"


def manifest(home: Path, generation: str) -> dict[str, dict[str, dict[str, int]]]:
    """What a generation says of itself."""
    return json.loads((home / "published" / generation / "manifest.json").read_text())  # type: ignore[no-any-return]
