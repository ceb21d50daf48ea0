"""leadgrade rollback: give readers an earlier generation."""

from __future__ import annotations

from pathlib import Path

import click

from leadgrade import publish
from leadgrade.errors import InputError
from leadgrade.publish import Home
from leadgrade.publish.branch import newest_base
from pipelines.cli.common import console, errors, fail, home_option, resolve


@click.command()
@click.argument("generation", required=False)
@click.option("--list", "list_them", is_flag=True, help="Only list the generations that are kept.")
@home_option
def rollback(generation: str | None, list_them: bool, home: Path | None) -> None:
    """Let readers see an earlier generation again (the one before the current, or GENERATION).

    GENERATION is its name, the id of its run, or how one of the two begins: 20261001 or 54bfbe3a.
    """
    here = Home(resolve(home, None)[0])
    if list_them:
        if not here.generations():
            fail(f"nothing is published yet in {here.published}. Run: leadgrade run")
        for name in here.generations():
            mark = "*" if name == here.current() else " "
            console.print(f"{mark} {name}", markup=False)
        return
    try:
        console.print(f"readers now get {publish.rollback(here, generation)}", markup=False)
    except InputError as error:
        fail(str(error))
    if newest_base(here) is None:
        newest = here.generations()[-1]
        errors.print(
            "No work file of this or an earlier night is left, so leadgrade run, erase and subject cannot go on from it. "
            f"Back to where they can: leadgrade rollback {newest}",
            style="yellow", markup=False, soft_wrap=True,
        )  # fmt: skip
