"""Fixtures that every test may use."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from leadgrade.engine import DuckDBEngine

# folders whose tests share a home that is dear to make
_TOGETHER = ("pipelines", "erasure")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The tests of a dear home come first, in the order drawn: xdist gives each worker a stretch, so one worker makes it."""
    places = {folder: place for place, folder in enumerate(_TOGETHER)}
    items.sort(key=lambda item: places.get(item.path.parent.name, len(places)))


@pytest.fixture(scope="session", autouse=True)
def _no_waiting() -> Iterator[None]:
    """Nobody waits for files to settle: what a test writes is written."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("leadgrade.raw.inbox.offers.sleep", lambda seconds: None)
        yield


@pytest.fixture(scope="session", autouse=True)
def _no_comments() -> Iterator[None]:
    """Published columns have no comments, but where a test is about them: 1,700 statements for each of a hundred nights."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("leadgrade.publish.generation._comment", lambda *_: None)
        yield


@pytest.fixture
def engine() -> Iterator[DuckDBEngine]:
    """An engine in memory, closed after the test."""
    with DuckDBEngine() as opened:
        yield opened


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An empty LEADGRADE_HOME."""
    return tmp_path / "home"
