"""Starts the Dagster UI on this machine only: ``make ui``."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from leadgrade.publish import Home
from pipelines.environment import REPOSITORY, config_folder, dagster_home, home_folder

PORT = "3000"


def write_workspace(folder: Path) -> Path:
    """The checkout's ``workspace.yaml`` with its folder spelled out, so that it can be read from anywhere."""
    workspace = folder / "workspace.yaml"
    text = (REPOSITORY / "workspace.yaml").read_text(encoding="utf-8")
    here = f"working_directory: {json.dumps(str(REPOSITORY))}"
    workspace.write_text(text.replace("working_directory: .", here), encoding="utf-8")
    return workspace


def main() -> None:
    """Replace this process by ``dagster dev`` with the installation's own Dagster home."""
    home = home_folder()
    os.environ["LEADGRADE_HOME"], os.environ["LEADGRADE_CONFIG"] = str(home), str(config_folder())
    os.environ["DAGSTER_DISABLE_TELEMETRY"] = "1"
    # dagster dev advises dg dev, which a locked installation does without
    os.environ.setdefault("PYTHONWARNINGS", "ignore:Function `dev_command` is superseded")
    Home(home).prepare()
    folder = dagster_home(home)
    workspace = write_workspace(folder)
    os.chdir(folder)  # from the checkout, Dagster would warn of the dagster.yaml there
    program = str(Path(sys.executable).parent / "dagster")
    port = os.environ.get("LEADGRADE_UI_PORT", PORT)
    os.execv(program, [program, "dev", "-w", str(workspace), "-h", "127.0.0.1", "-p", port])  # noqa: S606  our own


if __name__ == "__main__":
    main()
