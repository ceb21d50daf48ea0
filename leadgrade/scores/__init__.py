"""The stage scores: how good is a lead, and why?

``score`` grades a frame of people without a run; ``leadgrade.scores.explain`` explains a published grade.
"""

from __future__ import annotations

from leadgrade.scores.library import Scores, score

__all__ = ["Scores", "score"]
