"""leadgrade demo: raw leads with known truth."""

from __future__ import annotations

from pathlib import Path

import click
from rich.progress import Progress

from leadgrade import demo as demo_set
from leadgrade.errors import InputError
from pipelines.cli.common import console, fail

# fixed, so that the same arguments make the same bytes on any day
DEFAULT_AS_OF = "2026-10-01"


@click.command()
@click.option("--rows", type=int, required=True, help="Rows of leads over all systems.")
@click.option("--seed", type=int, default=1, show_default=True, help="Same seed, same bytes.")
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="Inbox folder to write to."
)
@click.option(
    "--as-of", default=DEFAULT_AS_OF, show_default=True, metavar="T", help="The day up to which things happened."
)
@click.option("--difficulty", type=click.Choice(["low", "medium", "high"]), default="medium", show_default=True)
@click.option(
    "--duplicates/--no-duplicates", default=True, show_default=True, help="May a person appear more than once?"
)
def demo(rows: int, seed: int, out: Path, as_of: str, difficulty: str, duplicates: bool) -> None:
    """Make raw leads of several systems with known truth (truth beside the exports, never in them)."""
    from pipelines.resources import parse_as_of  # noqa: PLC0415  Dagster takes seconds to import

    try:
        until = parse_as_of(as_of)
    except ValueError:
        until = None
    if until is None:
        fail(f"--as-of: expected an ISO 8601 date such as {DEFAULT_AS_OF}, found {as_of!r}")
    try:
        with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
            task = bar.add_task("demo leads", total=rows)
            made = demo_set.generate(
                rows,
                seed,
                out.resolve(),
                until,
                progress=lambda done, _total: bar.update(task, completed=done),
                difficulty=difficulty,
                duplicates=duplicates,
            )
    except InputError as error:
        fail(str(error))
    console.print(f"{made.leads:,} rows of leads of {made.people:,} people lie in {out}", markup=False, soft_wrap=True)
