"""Starts the Dagster UI on this machine only: ``make ui``."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from leadgrade.publish import Home
from pipelines.environment import REPOSITORY, dagster_home, home_folder

PORT = "3000"


def main() -> None:
    """Replace this process by ``dagster dev`` with the installation's own Dagster home."""
    home = home_folder()
    os.environ["LEADGRADE_HOME"] = str(home)
    os.environ["DAGSTER_DISABLE_TELEMETRY"] = "1"
    Home(home).prepare()
    dagster_home(home)
    os.chdir(REPOSITORY)
    program = str(Path(sys.executable).parent / "dagster")
    arguments = ["dev", "-w", "workspace.yaml", "-h", "127.0.0.1", "-p", os.environ.get("LEADGRADE_UI_PORT", PORT)]
    os.execv(program, [program, *arguments])  # noqa: S606  arguments are our own


if __name__ == "__main__":
    main()
