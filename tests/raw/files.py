"""Puts small csv files into an inbox and takes them in."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from leadgrade.config.sources import SourcesConfig
from leadgrade.engine import DuckDBEngine
from leadgrade.raw import config_tables
from leadgrade.raw.versions import build_versions
from leadgrade.run import Run
from tests.support import make_run, shipped_settings


def csv_text(*records: Sequence[object], delimiter: str = ",") -> str:
    """Records as the text of a csv file."""
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\n").writerows(records)
    return text.getvalue()


def put(home: Path, name: str, content: str | bytes) -> Path:
    """Write a file below the inbox."""
    path = home / "inbox" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def run_with(
    home: Path, sources: Mapping[str, Mapping[str, Any]], engine: DuckDBEngine | None = None, **changes: Any
) -> Run:
    """A run whose sources.yaml holds these sources."""
    config = SourcesConfig.model_validate({"sources": sources})
    settings = replace(shipped_settings(), sources=config)
    return make_run(home, engine, settings=settings, **changes)


def rows(run: Run, query: str) -> list[dict[str, Any]]:
    """Result of a query as dicts."""
    return run.engine.collect(query).to_dicts()


def states(run: Run) -> list[tuple[Any, ...]]:
    """Make raw.versions and return (object, file_name, row_number, state)."""
    config_tables.load(run)
    build_versions(run)
    query = """
        select versions.object, files.file_name, versions.row_number, versions.state
        from raw.versions as versions inner join raw.files as files on versions.file_id = files.file_id
        order by all
    """
    return run.engine.collect(query).rows()
