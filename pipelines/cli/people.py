"""leadgrade people: matching, looked at and corrected by hand."""

from __future__ import annotations

from pathlib import Path

import click

from leadgrade.people import decisions
from leadgrade.people.explain import explain_pair, render
from leadgrade.publish import Home
from leadgrade.publish.branch import newest_base
from pipelines.cli.common import console, fail, faults_told, home_option, resolve
from pipelines.cli.groups import Group
from pipelines.cli.people_decisions import decisions_command, merge_command, split_command, undo_command
from pipelines.cli.people_review import review_command


@click.group(cls=Group)
def people() -> None:
    """Look into the matching and correct it: why leads are one person, and who should be."""


@people.command("explain")
@click.argument("a", metavar="LEAD_ID|PERSON_ID")
@click.argument("b", metavar="LEAD_ID|PERSON_ID")
@home_option
def explain_command(a: str, b: str, home: Path | None) -> None:
    """Show what each field adds to the odds that two leads are one person, and what people decided about them."""
    here = Home(resolve(home, None)[0])
    base = newest_base(here)
    if base is None:
        fail(f"{here.runs}: no work file of a published night; run leadgrade run first")
    with faults_told():
        console.print(render(explain_pair(base[1], a, b, decisions.read(here.root))))


for command in (review_command, merge_command, split_command, decisions_command, undo_command):
    people.add_command(command)
