"""leadgrade subject: what is held of a person, and why."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click
from rich.table import Table

from leadgrade.errors import InputError
from leadgrade.publish import Home
from pipelines.cli.common import checked_settings, config_option, console, fail, home_option, resolve

if TYPE_CHECKING:
    from leadgrade.erasure.access import Held

_MOST = 99  # rows of a list that are shown


@click.command()
@click.argument("keys", nargs=-1, metavar="[PERSON_ID|LEAD_ID|ADDRESS|NUMBER]...")
@click.option(
    "--from", "lines", type=click.File(encoding="utf-8"), default=None, metavar="FILE",
    help="The same from a file, one a line; - for stdin, so that nothing stays in the history of the shell.",
)  # fmt: skip
@click.option(
    "--values", type=click.Path(path_type=Path, dir_okay=False), default=None, metavar="FILE",
    help="Write everything that is held, values too, into this new JSON file (0600); delete it when it was handed over.",
)  # fmt: skip
@home_option
@config_option
def subject(
    keys: tuple[str, ...], lines: TextIO | None, values: Path | None, home: Path | None, config: Path | None
) -> None:
    """Show what is held of a person, and why they are here; values on request only.

    Files and numbers of rows, tables, consent, gaps, time limits and the grade.

    Exit codes: 0 shown, 2 bad input or nobody.
    """
    home, config = resolve(home, config)
    settings, here = checked_settings(config), Home(home)
    from leadgrade.erasure import access, who  # noqa: PLC0415
    from leadgrade.erasure import asked as asking  # noqa: PLC0415  the numbering plans take a while

    try:
        asked = asking.read(lines=[*keys, *(lines or ())], country=settings.run.default_country)
        if not asked:
            raise InputError("nobody is named: give ids, an address or a number, or --from FILE (- for stdin)")
        subjects = who.subjects_of(here, settings, asked, with_others=True)
        found, written = access.access(here, settings, subjects, values, datetime.now(UTC).replace(tzinfo=None))
    except FileExistsError:
        fail(f"{values}: the file is there already; name a new one")
    except InputError as error:
        fail(str(error))
    _show(found)
    if values:
        console.print(f"{written:,} rows with all their values: {values}", markup=False, soft_wrap=True)


def _show(found: Held) -> None:
    console.print(f"{len(found.people)} people: {', '.join(found.people[:5]) or 'none'}", markup=False)
    _list("Where the rows came from", found.origins)
    _counts("Rows by table of the last night", found.tables)
    _counts("Texts of others that speak of them", found.mentions)
    for name, rows in found.told.items():
        _list(name, rows)
    if found.kept_shared:
        console.print(f"{found.kept_shared:,} addresses or numbers of theirs are those of others, too")


def _list(title: str, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    grid = Table(title=f"{title} ({len(rows):,})", title_justify="left")
    for name in rows[0]:
        grid.add_column(name)
    for row in rows[:_MOST]:
        grid.add_row(*(_shown(name, value) for name, value in row.items()))
    console.print(grid)
    if len(rows) > _MOST:
        console.print(f"and {len(rows) - _MOST:,} more")


def _shown(name: str, value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value)[:12] if name == "file_id" else str(value)


def _counts(title: str, counts: dict[str, int]) -> None:
    _list(title, [{"table": name, "rows": count} for name, count in sorted(counts.items())])
