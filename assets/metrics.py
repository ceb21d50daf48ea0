"""metrics: where is it going wrong?"""

from __future__ import annotations

from assets.steps import stage_steps
from leadgrade.metrics.build import BUILDS

STEPS = stage_steps("metrics", BUILDS)
