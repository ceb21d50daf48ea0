"""metrics: where is it going wrong?"""

from __future__ import annotations

from assets.factory import stage_assets
from leadgrade.metrics.build import BUILDS

ASSETS = stage_assets("metrics", BUILDS)
