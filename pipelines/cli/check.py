"""leadgrade check: every fault of the configuration at once."""

from __future__ import annotations

from pathlib import Path

import click

from pipelines.cli.common import checked_settings, config_option, console, resolve


@click.command()
@config_option
def check(config: Path | None) -> None:
    """Name every fault of the configuration at once; exit code 2 where there is one."""
    _, folder = resolve(None, config)
    settings = checked_settings(folder)
    console.print(f"{folder}: no faults; {len(settings.sources.sources)} sources", markup=False)
