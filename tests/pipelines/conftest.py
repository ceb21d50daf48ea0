"""One published night on a small demo set, made once for all tests of this folder."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from leadgrade import demo
from pipelines.nightly import Outcome, run_nightly
from tests.support import REPOSITORY

AS_OF = "2026-10-01"
CONFIG = REPOSITORY / "config"
ROWS = 1500


@dataclass(frozen=True)
class Night:
    """A published home and how its run ended."""

    home: Path
    outcome: Outcome


@contextmanager
def quiet_environment() -> Iterator[None]:
    """No LEADGRADE_ or DAGSTER_ variables of the caller, and none that a run sets stays behind."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("LEADGRADE_HOME", "LEADGRADE_CONFIG", "DAGSTER_HOME"):
            patch.setenv(name, "")
            patch.delenv(name)
        yield


@pytest.fixture(scope="session")
def inbox(tmp_path_factory) -> Path:
    """The exports of a demo set."""
    out = tmp_path_factory.mktemp("demo") / "inbox"
    demo.generate(ROWS, 7, out, datetime.fromisoformat(AS_OF))
    return out


@pytest.fixture(scope="session")
def first_night(inbox, tmp_path_factory) -> Night:
    """Never change this home: copy it with the fixture ``night``."""
    home = tmp_path_factory.mktemp("night") / "home"
    shutil.copytree(inbox, home / "inbox")
    with quiet_environment():
        outcome = run_nightly(home, CONFIG, as_of=AS_OF)
    assert outcome.code == 0, (outcome.messages, outcome.refusals)
    return Night(home, outcome)


@pytest.fixture
def night(first_night, tmp_path) -> Iterator[Night]:
    """A copy of the first night that a test may change."""
    home = tmp_path / "home"
    shutil.copytree(first_night.home, home, symlinks=True)
    with quiet_environment():
        yield Night(home, first_night.outcome)
