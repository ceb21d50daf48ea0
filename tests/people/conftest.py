"""Fixtures of the stage's tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from leadgrade.engine import DuckDBEngine
from leadgrade.run import Run
from tests.support import make_run


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return make_run(tmp_path, DuckDBEngine())
