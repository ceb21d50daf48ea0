"""leadgrade people: matching, looked at by hand."""

from __future__ import annotations

from pathlib import Path

import click

from leadgrade.errors import InputError
from leadgrade.people.explain import explain_pair, render
from leadgrade.publish import Home
from leadgrade.publish.branch import newest_base
from pipelines.cli.common import console, fail, home_option, resolve


@click.group()
def people() -> None:
    """Look into the matching: why two leads are one person or two."""


@people.command("explain")
@click.argument("a", metavar="LEAD_ID|PERSON_ID")
@click.argument("b", metavar="LEAD_ID|PERSON_ID")
@home_option
def explain_command(a: str, b: str, home: Path | None) -> None:
    """Show what each field adds to the odds that two leads are one person."""
    base = newest_base(Home(resolve(home, None)[0]))
    if base is None:
        fail("no publication with its work file here yet; `leadgrade run` makes one")
    try:
        console.print(render(explain_pair(base[1], a, b)))
    except InputError as error:
        fail(str(error))
