"""How long people may be kept, as SQL reads it."""

from __future__ import annotations

import polars as pl

from leadgrade.config.run import RunConfig
from leadgrade.engine import Engine

EVERYWHERE_ELSE = "*"
_SCHEMA = {"country": pl.String(), "days": pl.Int64()}


def write_retention(engine: Engine, config: RunConfig) -> None:
    """Write ``config.retention`` (country: ISO2, or ``*`` for all that have no row; days); empty where nothing is limited."""
    rows = [(country, limit.days) for country, limit in config.retention.limits.items()]
    if config.retention.default_days is not None:
        rows.append((EVERYWHERE_ELSE, config.retention.default_days))
    engine.write("config.retention", pl.DataFrame(rows, schema=_SCHEMA, orient="row"))
