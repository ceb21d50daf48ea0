"""What the intake would make of files, without a run: for whoever is about to add a source."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from leadgrade.config import Settings
from leadgrade.config.sources import Source, SourcesConfig
from leadgrade.engine import DuckDBEngine
from leadgrade.raw.intake import take_in
from leadgrade.run import Run

_QUERY = """
with reasons as (
    select counted.file_id, string_agg(counted.reason || ' ' || counted.n, ', ' order by counted.reason) as reasons
    from (select file_id, reason, count(*) as n from raw.quarantine group by file_id, reason) as counted
    group by counted.file_id
)
select files.source, files.file_name, files.format, files.compression, files.encoding, files.delimiter, files.system,
    files.system_score, files.object, files.rows_read, files.rows_accepted, files.rows_quarantined, reasons.reasons,
    files.mapped_headers, files.unmapped_headers, files.date_orders, files.status, files.reason, files.reason_detail
from raw.files as files
left join reasons on files.file_id = reasons.file_id
order by files.source, files.file_name
"""


@dataclass(frozen=True, slots=True)
class Inspected:
    """What became of one file.

    Attributes:
        path: The file, as it was given or found below a given folder.
        facts: The columns of raw.files but for ids and times; ``reasons`` counts the refused rows by reason.
        mapped: Header -> canonical field.
        unmapped: Headers that go to ``answers``.
    """

    path: str
    facts: dict[str, Any]
    mapped: dict[str, str]
    unmapped: list[str]


def inspect(paths: Sequence[Path], settings: Settings, **described: Any) -> list[Inspected]:
    """Take files into a database in memory and tell what became of each.

    Args:
        paths: Files, or folders whose files are meant.
        settings: The configuration; its sources are left aside.
        described: What sources.yaml would say of their source: system, object, country, date_order, mapping.

    Raises:
        InputError: There is no file.
        ConfigError: What is described cannot be.
    """
    names = {f"{n:06d}": path for n, path in enumerate(paths)}
    sources = {name: Source(path=_pattern(path), **described) for name, path in names.items()}
    config = replace(settings, sources=SourcesConfig(sources=sources))
    with DuckDBEngine() as engine:
        take_in(Run(engine, config, Path.cwd(), "inspect", datetime(1970, 1, 1), "inspect"))
        return [_inspected(names, row) for row in engine.collect(_QUERY).iter_rows(named=True)]


def _pattern(path: Path) -> str:
    return str(path.resolve() / "**/*") if path.is_dir() else str(path.resolve())


def _inspected(names: dict[str, Path], row: dict[str, Any]) -> Inspected:
    path = names[row.pop("source")]
    name = row.pop("file_name")
    mapped, unmapped = json.loads(row.pop("mapped_headers") or "{}"), json.loads(row.pop("unmapped_headers") or "[]")
    return Inspected(str((path if path.is_dir() else path.parent) / name), row, mapped, unmapped)
