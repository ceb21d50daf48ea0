"""leadgrade subject: what is held of a person, and why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click
from rich import box
from rich.table import Table

from leadgrade.errors import InputError
from leadgrade.publish import Home
from pipelines.cli.common import checked_settings, config_option, console, fail, home_option, resolve

if TYPE_CHECKING:
    from leadgrade.erasure.access import Held

# what a screen shows of a list; a pipe or a file gets all of it
_MOST, _MOST_NUMBERS, _MOST_PEOPLE = 99, 9, 5
_SHORT = {"object", "file_id", "taken_in_at", "rows", "current_rows"}
_FILE_ID = 12  # digits that tell files apart
_WHOLE = "; all of them: leadgrade subject ... > FILE"


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

    Files and numbers of rows, tables, consent, gaps, time limits and the grade. Long lists are cut on a screen; a pipe or
    a file gets them whole.

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
    if not (found.people or found.origins or found.tables or found.mentions):
        if values:
            values.unlink()
        fail("nothing is held of whom you name: compare the spelling, a number needs its country code (+49...)")
    _show(found)
    if values:
        console.print(f"{written:,} rows with all their values: {values}", markup=False, soft_wrap=True)


def _show(found: Held) -> None:
    whom = _joined(found.people, _MOST_PEOPLE) or "none"
    console.print(f"{_people(len(found.people))}: {whom}", markup=False, soft_wrap=True)
    _list("Where the rows came from", found.origins)
    _counts("Rows by table of the last night", found.tables)
    _counts("Texts of others that speak of them", found.mentions)
    for name, rows in found.told.items():
        _list(name, rows)
    if found.kept_shared:
        console.print(f"{found.kept_shared:,} addresses or numbers of theirs are those of others, too")


def _people(count: int) -> str:
    return "1 person" if count == 1 else f"{count:,} people"


def _list(title: str, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    shown = rows[:_MOST] if console.is_terminal else rows
    console.print(f"{title} ({len(rows):,})", style="italic", markup=False)
    grid = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    for name in rows[0]:
        grid.add_column(name.replace("_", " "), overflow="fold", no_wrap=name in _SHORT)
    for row in shown:
        grid.add_row(*(_shown(name, value) for name, value in row.items()))
    console.print(grid)
    if len(rows) > len(shown):
        console.print(f"and {len(rows) - len(shown):,} more{_WHOLE}")


def _shown(name: str, value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, list):
        return _joined(value, _MOST_NUMBERS)
    return str(value)[:_FILE_ID] if name == "file_id" and console.is_terminal else str(value)


def _joined(values: Sequence[object], most: int) -> str:
    """All of them where nobody looks at a screen, else the first few and how many there are more."""
    shown = values[:most] if console.is_terminal else values
    more = f" and {len(values) - len(shown):,} more" if len(values) > len(shown) else ""
    return ", ".join(map(str, shown)) + more


def _counts(title: str, counts: dict[str, int]) -> None:
    _list(title, [{"table": name, "rows": count} for name, count in sorted(counts.items())])
