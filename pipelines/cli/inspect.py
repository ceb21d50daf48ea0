"""leadgrade inspect: what the intake would make of files."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any, get_args

import click

from leadgrade.config.sources import ObjectName
from leadgrade.errors import ConfigError, InputError
from leadgrade.raw.inspection import Inspected, inspect
from leadgrade.raw.mappings_data import known_systems
from pipelines.cli.common import checked_settings, config_option, console, fail, resolve


@click.command("inspect")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--system", type=click.Choice(known_systems()), help="Header mapping; absent: guessed.")
@click.option(
    "--object", "object_name", type=click.Choice(get_args(ObjectName)), help="What a row is; absent: guessed."
)
@click.option("--country", metavar="ISO2", help="Country of the source.")
@click.option("--date-order", type=click.Choice(["dmy", "mdy"]), help="Order of day and month.")
@click.option("--json", "as_json", is_flag=True, help="Every fact as JSON, with all headers.")
@config_option
def inspect_files(
    paths: tuple[Path, ...], system: str | None, object_name: str | None, country: str | None, date_order: str | None,
    as_json: bool, config: Path | None,
) -> None:  # fmt: skip
    """Show what the intake would make of files: format, mapping, rows, reasons. Nothing is kept."""
    settings = checked_settings(resolve(None, config)[1])
    try:
        found = inspect(paths, settings, system=system, object=object_name, country=country, date_order=date_order)
    except (ConfigError, InputError) as error:
        fail(str(error))
    if as_json:
        click.echo(json.dumps([asdict(file) for file in found], ensure_ascii=False, indent=1))
        return
    for file in found:
        for line in _lines(file):
            console.print(line, markup=False, soft_wrap=True)


def _lines(file: Inspected) -> list[str]:
    facts = file.facts
    shape = filter(None, [facts["format"], facts["compression"], facts["encoding"], _delimiter(facts["delimiter"])])
    lines = [file.path, f"  {', '.join(shape) or 'no table'}: {_taken(facts)}"]
    if facts["rows_read"]:
        refused = f"{facts['rows_quarantined']:,} quarantined" + (f" ({facts['reasons']})" if facts["reasons"] else "")
        lines.append(f"  {facts['rows_read']:,} rows: {facts['rows_accepted']:,} accepted, {refused}")
    if file.mapped:
        known = ", ".join(f"{header} = {name}" for header, name in file.mapped.items())
        lines.append(f"  {len(file.mapped)} of {len(file.mapped) + len(file.unmapped)} headers mapped: {known}")
    if file.unmapped:
        lines.append(f"  kept in answers: {', '.join(file.unmapped)}")
    dates = json.loads(facts["date_orders"] or "{}")
    if dates:
        lines.append(f"  order of day and month: {', '.join(f'{header} {order}' for header, order in dates.items())}")
    return lines


def _delimiter(delimiter: str | None) -> str | None:
    names = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
    return names.get(delimiter, delimiter) if delimiter else None


def _taken(facts: dict[str, Any]) -> str:
    if facts["status"] == "refused":
        return f"refused, {facts['reason']}: {facts['reason_detail']}"
    return f"{facts['object']} of {facts['system']} ({facts['system_score']:.0%} of the headers known to it)"
