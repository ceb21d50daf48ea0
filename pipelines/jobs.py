"""The job."""

from __future__ import annotations

import dagster as dg

nightly = dg.define_asset_job(
    "nightly",
    selection=dg.AssetSelection.all(),
    description="Tonight's files in; tomorrow every person once, graded. Publishes only what passes every blocking check.",
)
