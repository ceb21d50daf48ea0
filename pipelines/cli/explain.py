"""leadgrade explain: one person's grade, point by point."""

from __future__ import annotations

from pathlib import Path

import click

from leadgrade.errors import InputError
from leadgrade.publish import Home
from leadgrade.scores.explain import explain as explain_score
from leadgrade.scores.explain import render
from pipelines.cli.common import console, fail, home_option, published_warehouse, resolve


@click.command()
@click.argument("key", metavar="PERSON_ID|LEAD_ID|EMAIL|NUMBER")
@home_option
def explain(key: str, home: Path | None) -> None:
    """Show the grade of a person, point by point, with the evidence of each.

    A number is given with its country code (+49...). Addresses and numbers are looked up in private.duckdb and not shown.
    """
    here = Home(resolve(home, None)[0])
    warehouse = published_warehouse(here.warehouse)
    try:
        console.print(render(explain_score(warehouse, here.private, key)))
    except InputError as error:
        fail(str(error))
