"""What exists: one module a stage, one asset a table. Assets open nothing and compute nothing themselves."""

from __future__ import annotations

import dagster as dg

from assets import contacts, hygiene, metrics, people, publish, raw, scores


def all_assets() -> list[dg.AssetsDefinition]:
    """Every asset, in the order of the stages."""
    stages = (raw, contacts, people, hygiene, scores, metrics)
    return [*(asset for stage in stages for asset in stage.ASSETS), publish.publication]
