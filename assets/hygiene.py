"""hygiene: is it still true, and may we use it?"""

from __future__ import annotations

from assets.steps import stage_steps

STEPS = stage_steps("hygiene", {})
