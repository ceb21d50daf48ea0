"""Configuration that the SQL of this stage reads."""

from __future__ import annotations

import polars as pl

from leadgrade.config.sources import Source, SourcesConfig
from leadgrade.run import Run

_DRIFT = {"source": pl.String(), "on_rows": pl.String(), "on_filled": pl.String(), "on_columns": pl.String()}
_SCHEMA = {"source": pl.String(), "mode": pl.String(), "blocks_on_rows": pl.Boolean()}


def load(run: Run) -> None:
    """Write config.source_modes (source, mode, blocks_on_rows): how the files of a source follow each other; and config.drift."""
    rows = [
        {"source": name, "mode": source.mode, "blocks_on_rows": _blocks_on_rows(source)}
        for name, source in run.settings.sources.sources.items()
    ]
    run.engine.write("config.source_modes", pl.DataFrame(rows, schema=_SCHEMA))
    run.engine.write("config.drift", _drift(run.settings.sources))


def _blocks_on_rows(source: Source) -> bool:
    return source.drift.rows == "block"


def _drift(config: SourcesConfig) -> pl.DataFrame:
    """config.drift (source, on_rows, on_filled, on_columns): what becomes of a change, warn, block or off."""
    rows = [
        {"source": name, **{f"on_{key}": action for key, action in source.drift.model_dump().items()}}
        for name, source in config.sources.items()
    ]
    return pl.DataFrame(rows, schema=_DRIFT)
