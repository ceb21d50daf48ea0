"""hygiene: is it still true, and may we use it?"""

from __future__ import annotations

from assets.steps import stage_steps
from leadgrade.hygiene.steps import BUILDS

STEPS = stage_steps("hygiene", BUILDS)
