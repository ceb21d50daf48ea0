"""metrics: where is it going wrong?"""

from __future__ import annotations

from assets.factory import stage_assets

ASSETS = stage_assets("metrics", {})
