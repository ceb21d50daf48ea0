"""leadgrade inspect: what the intake would make of files."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any, get_args

import click

from leadgrade.config.advice import near
from leadgrade.config.loader import Settings
from leadgrade.config.sources import ObjectName, Source, country_problem
from leadgrade.errors import ConfigError, InputError
from leadgrade.raw.inspection import Inspected, inspect
from leadgrade.raw.mappings_data import OBJECTS, canonical_fields, header_key, known_systems
from pipelines.cli.common import BAD_INPUT, checked_settings, config_option, console, fail, resolve

_DEMO = "exports of a demo set: leadgrade demo --rows 2000 --out DIR"


def _country(_context: click.Context, _option: click.Parameter, code: str | None) -> str | None:
    problem = country_problem(code) if code else None
    if problem:
        raise click.BadParameter(f"{code!r}: {problem}")
    return code


def _mapping(_context: click.Context, _option: click.Parameter, pairs: tuple[str, ...]) -> dict[str, str]:
    """HEADER=FIELD; a header may hold an equals sign, a field never does."""
    found = {}
    for pair in pairs:
        header, mark, name = pair.rpartition("=")
        if not (mark and header.strip() and name.strip()):
            raise click.BadParameter(f"{pair!r}: expected HEADER=FIELD such as 'E-Mail privat=email'")
        found[header.strip()] = name.strip()
    return found


@click.command("inspect")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--source", "source_name", metavar="NAME", help="Describe the files as this source of sources.yaml does.")
@click.option("--system", type=click.Choice(known_systems()), help="Header mapping; absent: guessed.")
@click.option(
    "--object", "object_name", type=click.Choice(get_args(ObjectName)), help="What a row is; absent: guessed."
)
@click.option("--country", metavar="ISO2", callback=_country, help="Country of the source.")
@click.option("--date-order", type=click.Choice(["dmy", "mdy"]), help="Order of day and month.")
@click.option(
    "--mapping", multiple=True, metavar="HEADER=FIELD", callback=_mapping, help="A header's field; may be repeated."
)
@click.option("--json", "as_json", is_flag=True, help="Every fact as JSON, with all headers.")
@config_option
def inspect_files(
    paths: tuple[Path, ...], source_name: str | None, system: str | None, object_name: str | None, country: str | None,
    date_order: str | None, mapping: dict[str, str], as_json: bool, config: Path | None,
) -> None:  # fmt: skip
    """Show what the intake would make of files: format, mapping, rows, reasons. Nothing is kept."""
    settings = checked_settings(resolve(None, config)[1])
    _there(paths)
    source = _source(settings, source_name)
    described = {"system": system, "object": object_name, "country": country, "date_order": date_order}
    try:
        found = inspect(paths, settings, source, mapping=mapping, **described)
    except ConfigError as error:
        fail(_mapping_faults(error, object_name))
    except InputError as error:
        fail(str(error))
    if as_json:
        click.echo(json.dumps([asdict(file) for file in found], ensure_ascii=False, indent=1))
    else:
        for file in found:
            for line in (*_lines(file), *_not_there(file, mapping)):
                console.print(line, markup=False, soft_wrap=True)
    if not any(file.facts for file in found):
        raise SystemExit(BAD_INPUT)


def _there(paths: tuple[Path, ...]) -> None:
    """Ends where a file is not there, with the name that was meant."""
    for path in paths:
        if not path.exists():
            beside = [p.name for p in path.parent.iterdir() if p.is_file()] if path.parent.is_dir() else []
            meant = near(path.name, sorted(beside))
            hint = meant if meant.startswith("did you") else f"give the path of an export; {_DEMO}"
            fail(f"{path}: no such file ({hint})")


def _source(settings: Settings, name: str | None) -> Source | None:
    known = settings.sources.sources
    if name is None or name in known:
        return known[name] if name else None
    return fail(f"--source: unknown source {name!r} ({near(name, known)})")


def _mapping_faults(error: ConfigError, object_name: str | None) -> str:
    """One fault a line, those of one kind together, then the fields that there are, once, and what to do."""
    faults = sorted(error.faults, key=lambda fault: (not fault.problem.startswith("unknown field"), fault.key))
    lines = ["what is said of the files cannot be:"]
    for fault in faults:
        hint = f" ({fault.hint})" if fault.hint.startswith(("did you", "known", "case")) else ""
        lines.append(f"  {fault.key.replace('mapping.', '--mapping ')}: {fault.problem}{hint}")
    if any("unknown field" in fault.problem for fault in faults):
        of = object_name or "leads"
        lines += [f"fields of {of}:", *_wrapped(canonical_fields(of))]
        lines += [] if object_name else [f"fields of another object: --object {', '.join(OBJECTS)}"]
    return "\n".join([*lines, "Mend --mapping HEADER=FIELD (or the mapping of the source) and look again"])


def _wrapped(names: Iterable[str]) -> list[str]:
    return textwrap.wrap(", ".join(names), 96, initial_indent="  ", subsequent_indent="  ")


def _not_there(file: Inspected, mapping: dict[str, str]) -> list[str]:
    """Headers that --mapping names and a file has not."""
    there = {header_key(header): header for header in (*file.mapped, *file.unmapped)}
    gone = [header for header in mapping if header_key(header) not in there] if there else []
    return [f"  no header {header!r} for --mapping ({near(header, there.values())})" for header in gone]


def _lines(file: Inspected) -> list[str]:
    if file.note:
        return [file.path, f"  {file.note}"]
    facts = file.facts
    shape = filter(None, [facts["format"], facts["compression"], facts["encoding"], _delimiter(facts["delimiter"])])
    lines = [file.path, f"  {', '.join(shape) or 'no table'}: {_taken(facts)}", *_remedy(facts)]
    if facts["title_lines"]:
        lines.append(f"  {_count(facts['title_lines'], 'title line')} above the header")
    if facts["rows_read"]:
        refused = f"{facts['rows_quarantined']:,} quarantined" + (f" ({facts['reasons']})" if facts["reasons"] else "")
        lines.append(f"  {_count(facts['rows_read'], 'row')}: {facts['rows_accepted']:,} accepted, {refused}")
    return lines + _columns(file)


def _columns(file: Inspected) -> list[str]:
    lines = []
    if file.mapped:
        known = ", ".join(f"{header} = {name}" for header, name in file.mapped.items())
        lines.append(f"  {len(file.mapped)} of {len(file.mapped) + len(file.unmapped)} headers mapped: {known}")
    if file.unmapped:
        lines.append(f"  kept in answers: {', '.join(file.unmapped)}")
    if file.unread:
        cells = ", ".join(f"{header} {_count(count, 'cell')}" for header, count in file.unread.items())
        lines.append(f"  filled but not understood: {cells}")
    dates = json.loads(file.facts["date_orders"] or "{}")
    if dates:
        lines.append(f"  order of day and month: {', '.join(f'{header} {order}' for header, order in dates.items())}")
    return lines


def _count(number: int, thing: str) -> str:
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"


def _delimiter(delimiter: str | None) -> str | None:
    names = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
    return names.get(delimiter, delimiter) if delimiter else None


def _taken(facts: dict[str, Any]) -> str:
    if facts["status"] == "refused":
        return f"refused, {facts['reason']}: {facts['reason_detail']}"
    return f"{facts['object']} of {facts['system']} ({facts['system_score']:.0%} of the headers known to it)"


def _remedy(facts: dict[str, Any]) -> list[str]:
    """The fields that a header may be mapped to, where that is what the file lacks."""
    if facts["status"] != "refused" or facts["reason"] not in {"missing_column", "unknown_object"}:
        return []
    if not facts["object"]:
        return [f"  say what a row is with --object: {', '.join(OBJECTS)}"]
    return [f"  fields of {facts['object']} for --mapping HEADER=FIELD: {', '.join(canonical_fields(facts['object']))}"]
