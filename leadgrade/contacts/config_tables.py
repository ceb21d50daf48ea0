"""Configuration that the SQL of this stage reads."""

from __future__ import annotations

import polars as pl

from leadgrade.run import Run


def load(run: Run) -> None:
    """Write config.sources (source, system, country, default_country) and config.enrichment (min_confidence)."""
    rows = [
        {
            "source": name,
            "system": source.system,
            "country": source.country,
            "default_country": run.settings.run.default_country,
        }
        for name, source in run.settings.sources.sources.items()
    ]
    schema = {"source": pl.String, "system": pl.String, "country": pl.String, "default_country": pl.String}
    run.engine.write("config.sources", pl.DataFrame(rows, schema=schema))
    floor = run.settings.run.enrichment.min_confidence
    run.engine.write(
        "config.enrichment", pl.DataFrame({"min_confidence": [floor]}, schema={"min_confidence": pl.Float64})
    )
