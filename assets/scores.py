"""scores: how good, and why?"""

from __future__ import annotations

from assets.factory import stage_assets
from leadgrade.scores.build import BUILDS

ASSETS = stage_assets("scores", BUILDS)
