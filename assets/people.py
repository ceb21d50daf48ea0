"""people: who is who?"""

from __future__ import annotations

from assets.factory import stage_assets

ASSETS = stage_assets("people", {})
