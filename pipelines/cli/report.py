"""leadgrade report: the quality report of the last publication."""

from __future__ import annotations

import webbrowser
from pathlib import Path

import click

from leadgrade import report as reports
from leadgrade.publish import Home
from pipelines.cli.common import console, home_option, published_warehouse, resolve


@click.command()
@home_option
@click.option("--open", "open_it", is_flag=True, help="Open it in the browser.")
def report(home: Path | None, open_it: bool) -> None:
    """Write the quality report of the last publication (one HTML file, offline) and print its path."""
    here = Home(resolve(home, None)[0])
    page = reports.write(published_warehouse(here.warehouse), here.reports)
    console.print(str(page), markup=False, soft_wrap=True)
    if open_it:
        webbrowser.open(page.as_uri())
