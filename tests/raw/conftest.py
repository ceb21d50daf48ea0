"""A published home with refused rows, and copies of it that a test may change."""

from __future__ import annotations

import shutil

import pytest

from leadgrade.engine import DuckDBEngine
from tests.raw.corrections import GOOD, HEAD, night, publish
from tests.raw.files import csv_text, put


@pytest.fixture(scope="session")
def seed(tmp_path_factory):
    """A home with three bad rows of one file, published; never change it."""
    home = tmp_path_factory.mktemp("seed")
    text = csv_text(
        HEAD,
        GOOD,
        ["b@example.com", "form_submit", "31/02/2025", "=2+2"],
        ["c@example.com", "form_submit", "2026-01-01", "Prices", "one too many"],
        ["", "form_submit", "2026-01-01", "+49 30 901820"],
    )
    put(home, "events.csv", text)
    with DuckDBEngine(home / "work.duckdb") as engine:
        publish(night(home, 0, engine), home)
    return home


@pytest.fixture
def first(seed, tmp_path):
    """A copy of the seed that a test may change, and its engine."""
    shutil.copytree(seed, tmp_path, dirs_exist_ok=True)
    with DuckDBEngine(tmp_path / "work.duckdb") as engine:
        yield engine
