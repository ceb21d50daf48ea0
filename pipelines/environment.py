"""The only place that reads the environment."""

from __future__ import annotations

import os
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]


def home_folder() -> Path:
    """LEADGRADE_HOME, else ``data`` in the checkout."""
    return Path(os.environ.get("LEADGRADE_HOME") or REPOSITORY / "data").expanduser().resolve()


def config_folder() -> Path:
    """LEADGRADE_CONFIG, else ``config`` in the checkout."""
    return Path(os.environ.get("LEADGRADE_CONFIG") or shipped_config()).expanduser().resolve()


def shipped_config() -> Path:
    """The configuration that comes with the checkout."""
    return REPOSITORY / "config"


def dagster_home(home: Path) -> Path:
    """Where Dagster keeps its history: DAGSTER_HOME, else below LEADGRADE_HOME.

    The checkout's ``dagster.yaml`` is copied there: telemetry off, one run at a time, no captured output.
    """
    folder = Path(os.environ.get("DAGSTER_HOME") or home / "dagster").expanduser().resolve()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    wanted = (REPOSITORY / "dagster.yaml").read_bytes()
    settings = folder / "dagster.yaml"
    if not settings.is_file() or settings.read_bytes() != wanted:
        settings.write_bytes(wanted)
    os.environ["DAGSTER_HOME"] = str(folder)
    return folder
