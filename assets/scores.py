"""scores: how good, and why?"""

from __future__ import annotations

from assets.steps import stage_steps
from leadgrade.scores.build import BUILDS

STEPS = stage_steps("scores", BUILDS)
