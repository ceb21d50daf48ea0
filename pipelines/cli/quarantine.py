"""leadgrade quarantine: the refused rows, worked by people."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from leadgrade.errors import InputError
from leadgrade.publish import Home
from leadgrade.publish.guard import working
from leadgrade.raw.rework import retry as retries
from leadgrade.raw.rework import worklist
from leadgrade.raw.rework.reasons import reasons
from leadgrade.raw.rework.worklist import Exported, Published
from pipelines.cli.common import checked_settings, config_option, console, errors, fail, home_option, resolve
from pipelines.cli.groups import Group
from pipelines.cli.run import run as run_command

SHOWN = 50
DELIMITERS = {",": ",", ";": ";", "tab": "\t"}

source_option = click.option("--source", default=None, metavar="S", help="Only rows of this source.")
reason_option = click.option(
    "--reason", type=click.Choice(sorted(reasons())), default=None, metavar="R", help="Only rows refused for this."
)


@click.group(cls=Group)
def quarantine() -> None:
    """Work the refused rows: list them, export them, give them back corrected."""


@contextmanager
def _published(home: Path | None) -> Iterator[tuple[Home, Published]]:
    """The published quarantine, or the end with the next step named."""
    here = Home(resolve(home, None)[0])
    try:
        with worklist.open_published(here.warehouse, here.private) as published:
            yield here, published
    except InputError as error:
        fail(str(error))


@quarantine.command("list")
@home_option
@source_option
@reason_option
@click.option("--json", "as_json", is_flag=True, help="Every group as JSON, for machines.")
def list_entries(home: Path | None, source: str | None, reason: str | None, as_json: bool) -> None:
    """Count the open entries by file, reason, column and look of the value, and say what to do."""
    with _published(home) as (_, published):
        found = worklist.groups(published, source, reason)
        every = found or worklist.groups(published)
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=1))
    elif found:
        _print_groups(found)
    else:
        open_ones = ", ".join(dict.fromkeys(f"{row['source']} {row['reason']}" for row in every))
        console.print(
            f"nothing is open in the quarantine{f' for these; open are: {open_ones}' if every else ''}", markup=False
        )


def _print_groups(found: list[dict[str, Any]]) -> None:
    table = Table(box=None, padding=(0, 2, 0, 0))
    for title in ("source", "file", "reason", "column", "looks like"):
        table.add_column(title, overflow="fold")
    table.add_column("rows", justify="right")
    table.add_column("row numbers", overflow="fold")
    for row in found[:SHOWN]:
        texts = (row[name] or "" for name in ("source", "file_name", "reason", "column_name", "value_class"))
        # a value that looks like [a] is no markup
        table.add_row(*(text.replace("[", r"\[") for text in texts), f"{row['rows']:,}", _numbers(row))
    console.print(table)
    if len(found) > SHOWN:
        console.print(f"... and {len(found) - SHOWN:,} more groups; --json names all")
    console.print()
    for code in dict.fromkeys(row["reason"] for row in found):
        told = next(row for row in found if row["reason"] == code)
        console.print(f"{code}: {told['meaning']}. {told['what_to_do']}", markup=False, soft_wrap=True)


def _numbers(row: dict[str, Any]) -> str:
    """Where the rows stand in their file: all of them where they are few."""
    if row["row_numbers"]:
        return ", ".join(map(str, row["row_numbers"]))
    return f"e.g. {row['example_row']}" if row["example_row"] else ""


@quarantine.command()
@home_option
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder to write to (kept to you)."
)
@source_option
@reason_option
@click.option(
    "--delimiter",
    type=click.Choice(list(DELIMITERS)),
    default=",",
    show_default=True,
    help="What parts the cells: ';' where a spreadsheet shows everything in one column.",
)
def export(home: Path | None, out: Path, source: str | None, reason: str | None, delimiter: str) -> None:
    """Write the refused rows as they came, with their reasons, one csv for each file.

    Mend the cells in any spreadsheet, leave the columns with an underscore as they are (empty _surplus), and give the
    file back with: leadgrade quarantine retry FILE.
    """
    with _published(home) as (_, published):
        made = worklist.export(published, out.expanduser().resolve(), source, reason, DELIMITERS[delimiter])
    _print_export(made)


def _print_export(made: Exported) -> None:
    for file, path, rows in made.files:
        console.print(f"{rows:>10,} row(s) of {file.source}: {path}", markup=False, soft_wrap=True)
    for row in made.whole:
        line = f"{row['source']}: {row['file_name']} was refused as a whole ({row['reason']}): {row['what_to_do']}"
        console.print(line, markup=False, soft_wrap=True)
    if made.files:
        console.print("They hold personal data: delete them when they are done.")
        hint = "Open them as text (in Excel: Data, From Text/CSV, without type detection) and save them as CSV UTF-8 or xlsx."
        console.print(hint + " All in one column? Export with --delimiter ';'", markup=False, soft_wrap=True)
        console.print("Give them back with: leadgrade quarantine retry FILE")
    elif not made.whole:
        console.print("nothing is open in the quarantine")


@quarantine.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False), metavar="FILE...")
@home_option
@config_option
@click.option("--untouched", is_flag=True, help="Give rows back that nobody changed, too (after a mended mapping).")
@click.option("--run", "run_it", is_flag=True, help="Start the night at once, like leadgrade run.")
@click.pass_context
def retry(
    context: click.Context,
    files: tuple[Path, ...],
    home: Path | None,
    config: Path | None,
    untouched: bool,
    run_it: bool,
) -> None:
    """Give corrected exports back; the next run takes them in and closes the entries.

    Exit code 2 and nothing placed where a row names no open entry, or where its source is not in sources.yaml.
    """
    sources = checked_settings(resolve(home, config)[1]).sources.sources
    with _published(home) as (here, published):
        checked = retries.check(published, here.root, files, sources, with_untouched=untouched)
        if checked.problems:
            _refuse(checked.problems)
        with working(here):
            retries.place(checked)
    _print_retry(checked)
    if run_it and checked.corrections:
        context.invoke(run_command, home=home, config=config, as_of=None, full=False)


def _refuse(problems: list[retries.Problem]) -> None:
    """Name the rows at fault and end."""
    for problem in problems[:SHOWN]:
        place = f"row {problem.row}" if problem.row else "the file"
        errors.print(f"{problem.path}: {place}: {problem.why}", style="red", markup=False, soft_wrap=True)
    more = f" (the first {SHOWN} are shown)" if len(problems) > SHOWN else ""
    fail(f"{len(problems):,} problem(s){more}; nothing was placed. Row 1 is the first after the header.")


def _print_retry(checked: retries.Checked) -> None:
    for correction in checked.corrections:
        state = "was given back before" if correction.is_known else "the next run takes it in"
        line = f"{correction.rows:>10,} row(s) of {worklist.shown(correction.file.name)}: {state}: {correction.path}"
        console.print(line, markup=False, soft_wrap=True)
    for old in checked.replaced:
        rest = f"{old.left:,} row(s) of it stay" if old.left else "nothing is left of it"
        line = f"{old.rows:>10,} row(s) given back before take the new cells instead: {old.path.name}, {rest}"
        console.print(line, markup=False, soft_wrap=True)
    if checked.untouched:
        console.print(f"{checked.untouched:>10,} row(s) are as they were and stay open")
