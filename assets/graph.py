"""The whole graph: the steps of all stages, folded into assets."""

from __future__ import annotations

from assets import contacts, hygiene, metrics, people, raw, scores
from assets.steps import AssetStep, asset_steps

ASSET_STEPS: list[AssetStep] = asset_steps(
    step for stage in (raw, contacts, people, hygiene, scores, metrics) for step in stage.STEPS
)
_HOSTS = {table: step for step in ASSET_STEPS for table in step.all_tables}


def asset_of(table: str) -> str:
    """The published table whose step makes a table: itself, or the one that stands for an internal one."""
    return _HOSTS[table].shown(table)
