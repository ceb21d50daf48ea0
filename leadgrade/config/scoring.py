"""scoring.yaml."""

from __future__ import annotations

from leadgrade.config.base import Model


class ScoringConfig(Model):
    """scoring.yaml."""
