"""What exists: one module a stage, one asset a published table. Assets compute nothing themselves."""

from __future__ import annotations

import dagster as dg

from assets import checks, publish
from assets.factory import step_asset
from assets.graph import ASSET_STEPS


def all_assets() -> list[dg.AssetsDefinition]:
    """Every asset, in an order in which they can be made."""
    return [*(step_asset(step) for step in ASSET_STEPS), publish.publication]


def all_checks() -> list[dg.AssetChecksDefinition]:
    """Every rule of the audit as a check on its asset."""
    return checks.asset_checks()
