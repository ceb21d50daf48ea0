"""hygiene: is it still true, and may we use it?"""

from __future__ import annotations

from assets.factory import stage_assets

ASSETS = stage_assets("hygiene", {})
