"""What the intake would make of files, without a run: for whoever is about to add a source."""

from __future__ import annotations

import glob
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from leadgrade.config import Settings
from leadgrade.config.sources import Source, SourcesConfig
from leadgrade.engine import DuckDBEngine
from leadgrade.errors import ConfigError, Fault, InputError, LeadgradeError
from leadgrade.raw.headers import mapping_faults
from leadgrade.raw.inbox.memory import INSIDE, location
from leadgrade.raw.inbox.storage import is_left_alone
from leadgrade.raw.intake import take_in
from leadgrade.raw.mappings_data import header_key
from leadgrade.raw.plan import LEAD_TIMES
from leadgrade.run import Run

# every place that was looked at; of those with equal content the first one was taken
_QUERY = """
with reasons as (
    select counted.file_id, string_agg(counted.reason || ' ' || counted.n, ', ' order by counted.reason) as reasons
    from (select file_id, reason, count(*) as n from raw.quarantine group by file_id, reason) as counted
    group by counted.file_id
)
select offers.source, offers.location, files.file_id,
    first_value(offers.location) over same_content as first_location,
    first_value(offers.source) over same_content as first_source,
    row_number() over same_content as copy,
    files.format, files.compression, files.encoding, files.delimiter, files.title_lines, files.system,
    files.system_score, files.object, files.rows_read, files.rows_accepted, files.rows_quarantined, reasons.reasons,
    files.mapped_headers, files.unmapped_headers, files.date_orders, files.status, files.reason, files.reason_detail
from raw.offers as offers
left join raw.files as files on offers.file_id = files.file_id
left join reasons on files.file_id = reasons.file_id
where offers.location not like '%!'
window same_content as (partition by offers.file_id order by offers.source, offers.location)
order by offers.source, offers.location
"""
_UNREAD = "select header, unread from raw.columns where file_id = $file_id and unread > 0"


@dataclass(frozen=True, slots=True)
class Inspected:
    """What became of one file.

    Attributes:
        path: The file, as it was given or found below a given folder.
        facts: The columns of raw.files but for ids and times; ``reasons`` counts the refused rows by reason. Empty where
            the file was not looked at.
        mapped: Header -> canonical field.
        unmapped: Headers that go to ``answers``.
        unread: Header -> filled cells of accepted rows that its field could not hold; those with any.
        note: Why the file was not looked at; empty where it was.
    """

    path: str
    facts: dict[str, Any] = field(default_factory=dict)
    mapped: dict[str, str] = field(default_factory=dict)
    unmapped: list[str] = field(default_factory=list)
    unread: dict[str, int] = field(default_factory=dict)
    note: str = ""


def inspect(
    paths: Sequence[Path], settings: Settings, source: Source | None = None, **described: Any
) -> list[Inspected]:
    """Take files into a database in memory and tell what became of each, those with equal content included.

    Args:
        paths: Files, or folders whose files are meant.
        settings: The configuration; its sources are left aside.
        source: A source that the files are described by.
        described: What goes before that: system, object, country, date_order, mapping; None says nothing.

    Raises:
        ConfigError: What is described cannot be.
    """
    base = _described(source, described)
    try:
        return _inspect(paths, settings, base)
    except LeadgradeError:
        raise
    except Exception as error:  # noqa: BLE001  the message may quote a cell: its class alone is told
        if len(paths) == 1:
            return [Inspected(str(paths[0]), note=f"unexpected error {type(error).__name__}; please report it")]
        return [found for path in paths for found in inspect([path], settings, base)]


def _described(source: Source | None, described: dict[str, Any]) -> Source:
    base = source or Source(path="-")
    told = {key: value for key, value in described.items() if value is not None}
    own = told.get("mapping", {})
    keys = {header_key(header) for header in own}
    told["mapping"] = own | {h: name for h, name in base.mapping.items() if header_key(h) not in keys}
    base = base.model_copy(update=told)
    faults = mapping_faults(SourcesConfig(sources={"given": base}))
    if faults:
        raise ConfigError([Fault("given", f.key.removeprefix("sources.given."), f.problem, f.hint) for f in faults])
    return base


def _inspect(paths: Sequence[Path], settings: Settings, base: Source) -> list[Inspected]:
    names = {f"{n:06d}": path for n, path in enumerate(paths)}
    sources = {name: base.model_copy(update={"path": _pattern(path)}) for name, path in names.items()}
    config = replace(settings, sources=SourcesConfig(sources=sources))
    with DuckDBEngine() as engine:
        try:
            take_in(Run(engine, config, Path.cwd(), "inspect", datetime(1970, 1, 1), "inspect"))
        except InputError:  # none of them is a file that the intake looks at
            return [Inspected(str(path), note=_why_not(path)) for path in paths]
        found: dict[str, list[Inspected]] = {name: [] for name in names}
        for row in engine.collect(_QUERY).iter_rows(named=True):
            found[row["source"]].append(_inspected(engine, names, row))
    return [file for name, path in names.items() for file in found[name] or [Inspected(str(path), note=_why_not(path))]]


def _pattern(path: Path) -> str:
    """The path as a pattern that fits it alone, whatever signs its name holds."""
    fixed = glob.escape(str(path.resolve()))
    return f"{fixed}/**/*" if path.is_dir() else fixed


def _why_not(path: Path) -> str:
    if is_left_alone(path.name):
        return "left alone: hidden files and unfinished uploads (*.part, *.tmp, ...) are never looked at"
    if not os.access(path, os.R_OK):
        return "cannot be read: look at its permissions"
    return "no file in it" if path.is_dir() else "changed while it was read, or is no plain file"


def _shown(path: Path, place: str) -> str:
    """A place as people gave it: its path, and behind it what lies inside an archive or workbook."""
    whole = location(str(path.resolve()))
    below = place.removeprefix(whole).replace(INSIDE, "/").lstrip("/").replace("%21", INSIDE).replace("%25", "%")
    return str(path / below) if below else str(path)


def _inspected(engine: DuckDBEngine, names: dict[str, Path], row: dict[str, Any]) -> Inspected:
    path = _shown(names[row.pop("source")], row.pop("location"))
    first = _shown(names[row.pop("first_source")], row.pop("first_location"))
    file_id, copy = row.pop("file_id"), row.pop("copy")
    if file_id is None:
        return Inspected(path, note="changed while it was read")
    if copy > 1:
        return Inspected(path, note=f"same content as {first}")
    mapped, unmapped = json.loads(row.pop("mapped_headers") or "{}"), json.loads(row.pop("unmapped_headers") or "[]")
    taken = row["status"] == "taken"
    return Inspected(path, row, mapped, unmapped, _unread(engine, file_id, row["object"], mapped) if taken else {})


def _unread(engine: DuckDBEngine, file_id: str, object_name: str, mapped: dict[str, str]) -> dict[str, int]:
    """Filled cells that their fields could not hold: as the intake counted, and the times of leads, which stay as they came."""
    key = {"file_id": file_id}
    found = dict(engine.collect(_UNREAD, key).iter_rows())
    times = {name for name in mapped.values() if object_name == "leads" and name in LEAD_TIMES}
    sums = ", ".join(f"count_if({n} is not null and try_cast({n} as timestamp) is null) as {n}" for n in sorted(times))
    counts = (
        engine.collect(f"select {sums} from raw.leads where file_id = $file_id", key).to_dicts()[0] if times else {}
    )
    cells = {header: counts.get(name, 0) + found.get(header, 0) for header, name in mapped.items()}
    return {header: count for header, count in cells.items() if count}
