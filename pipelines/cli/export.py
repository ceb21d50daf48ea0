"""leadgrade export: files for ad platforms and CRMs."""

from __future__ import annotations

from pathlib import Path

import click

from leadgrade.export import EXPORTS, PLATFORMS, SYSTEMS, why_nothing, write_export
from leadgrade.publish import Home
from pipelines.cli.common import console, fail, faults_told, home_option, resolve


@click.command()
@home_option
@click.argument("kind", type=click.Choice(EXPORTS))
@click.option("--to", "target", required=True, type=click.Choice((*PLATFORMS, *SYSTEMS)), help="Whom the file is for.")
@click.option(
    "--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help="The file to write; it must be new."
)
def export(home: Path | None, kind: str, target: str, out: Path) -> None:
    """Write a file for an ad platform or a CRM, from the last publication.

    audience: people not to advertise to, hashed. conversions: won deals with their click ids. crm: grades by record id.
    Who refused or whose consent has ended is in none of the files for ad platforms.
    """
    allowed = tuple(SYSTEMS) if kind == "crm" else PLATFORMS
    if target not in allowed:
        fail(f"--to {target}: {kind} is written for {', '.join(allowed)}")
    with faults_told():
        here = Home(resolve(home, None)[0])
        rows = write_export(here, kind, target, out)
    console.print(f"{rows:,} rows: {out}", markup=False, soft_wrap=True)
    for line in why_nothing(here, kind, target) if not rows else ():
        console.print(line, markup=False, soft_wrap=True)
